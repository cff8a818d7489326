"""Writing what a pull brought into the cache, and remembering how far it came."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache as once
from itertools import chain

from scanner.admission.serial import fingerprint
from scanner.admission.ticket import OtherAdmission
from scanner.store.cache import TicketRow, short_fingerprint

EVERY_TICKET = range(2**63 - 1)
"""All ids that SQLite gives."""


@dataclass(frozen=True, slots=True)
class PullPosition:
    """How far a full pull came: its number, the next page, and what it started with."""

    number: int
    page: int
    records: int
    total: int | None
    watermark: datetime | None


_COLUMNS = 8
_AT_ONCE = 200
"""Tickets in one statement: told one by one, a third of the time went into handing them over."""

_UPSERT = """
INSERT INTO ticket (serial, section, status, redeemed, owner, name, fingerprint, pass)
VALUES {values}
ON CONFLICT (serial) DO UPDATE SET section = excluded.section, status = excluded.status,
    redeemed = excluded.redeemed, owner = excluded.owner, name = excluded.name,
    fingerprint = excluded.fingerprint, pass = max(pass, excluded.pass), listed = 1
"""


def write_tickets(
    conn: sqlite3.Connection,
    rows: Iterable[TicketRow],
    number: int,
    pause: Callable[[], None] = lambda: None,
) -> None:
    """Insert or update tickets that pull `number` listed; call inside a transaction.

    The cache remembers an owner that has changed, so that the old code is known as such. A
    section that the event did not name is added, as one that the token does not permit. Of a
    ticket that comes twice, the later row stands. `pause` is called before every few of them.
    """
    latest = {row.serial: row for row in rows}
    conn.executemany(
        "INSERT OR IGNORE INTO section (uri, name, permitted) VALUES (?, ?, 0)",
        {(row.section, row.section_name) for row in latest.values()},
    )
    sections = dict(conn.execute("SELECT uri, id FROM section").fetchall())
    # In the index's order: a run of neighbours changes few of its pages.
    serials = sorted(latest)
    for start in range(0, len(serials), _AT_ONCE):
        pause()
        some = [
            _values(latest[each], sections, number) for each in serials[start : start + _AT_ONCE]
        ]
        conn.execute(_upsert(len(some)), list(chain.from_iterable(some)))
    parts = {serial[:6] for serial in latest}
    conn.executemany("INSERT OR IGNORE INTO event_part VALUES (?)", [(part,) for part in parts])


@once
def _upsert(count: int) -> str:
    one = f"({', '.join('?' * _COLUMNS)})"
    return _UPSERT.format(values=", ".join([one] * count))


def _values(row: TicketRow, sections: dict[str, int], number: int) -> tuple[object, ...]:
    digest = short_fingerprint(fingerprint(row.serial, row.owner)) if row.owner else None
    redeemed = row.redeemed.isoformat() if row.redeemed else None
    return (
        row.serial,
        sections[row.section],
        row.status.value,
        redeemed,
        row.owner,
        row.name,
        digest,
        number,
    )


def write_admitted(conn: sqlite3.Connection, rows: Sequence[TicketRow]) -> None:
    """Insert tickets that are known from their admission alone: the API may list them no more."""
    marks = ",".join("?" * len(rows))
    query = f"SELECT serial FROM ticket WHERE serial IN ({marks})"
    cached = {serial for (serial,) in conn.execute(query, [row.serial for row in rows])}
    write_tickets(conn, [row for row in rows if row.serial not in cached], 0)


def write_others(
    conn: sqlite3.Connection, admissions: Sequence[tuple[str, OtherAdmission]]
) -> None:
    """Note admissions that the API attributes to other gates; the latest account of each wins."""
    conn.executemany(
        "INSERT OR REPLACE INTO other_admission VALUES (?, ?, ?, ?)",
        [
            (serial, each.redeemer, each.device, each.at.isoformat() if each.at else None)
            for serial, each in admissions
        ],
    )


def read_position(conn: sqlite3.Connection) -> PullPosition | None:
    """Read where a full pull that broke off goes on, if one did."""
    row = conn.execute("SELECT pass, page, records, total, watermark FROM pull").fetchone()
    if row is None:
        return None
    number, page, records, total, watermark = row
    since = datetime.fromisoformat(watermark) if watermark else None
    return PullPosition(number, page, records, total, since)


def write_position(conn: sqlite3.Connection, position: PullPosition) -> None:
    """Remember where to go on; in the transaction that wrote the page before."""
    watermark = position.watermark.isoformat() if position.watermark else None
    conn.execute(
        "INSERT OR REPLACE INTO pull VALUES (1, ?, ?, ?, ?, ?)",
        (position.number, position.page, position.records, position.total, watermark),
    )


def forget_position(conn: sqlite3.Connection) -> None:
    """Begin the next full pull anew: the list that the last one was reading is another now."""
    conn.execute("DELETE FROM pull")


def last_number(conn: sqlite3.Connection) -> int:
    """Return the number of the last full pull that was begun; 0 before the first."""
    return int(conn.execute("SELECT pass FROM origin").fetchone()[0])


def begin_pass(conn: sqlite3.Connection) -> int:
    """Begin a full pull and return its number; the cache must belong to an event."""
    row = conn.execute("UPDATE origin SET pass = pass + 1 RETURNING pass").fetchone()
    return int(row[0])


def count_admissions(conn: sqlite3.Connection) -> int:
    """Count the API's admissions that are known here: other gates' and our own confirmed ones."""
    row = conn.execute(
        "SELECT (SELECT count(*) FROM other_admission)"
        " + (SELECT count(*) FROM admission WHERE state = 'confirmed')"
    ).fetchone()
    return int(row[0])


def known_admissions(conn: sqlite3.Connection, serials: Sequence[str]) -> set[str]:
    """Return those serials that the cache knows an admission of, other gates' or our own."""
    marks = ",".join("?" * len(serials))
    rows = conn.execute(
        f"SELECT serial FROM other_admission WHERE serial IN ({marks})"
        f" UNION SELECT serial FROM admission WHERE serial IN ({marks}) AND state = 'confirmed'",
        [*serials, *serials],
    )
    return {serial for (serial,) in rows}


def last_ticket(conn: sqlite3.Connection) -> int:
    """Return the highest id of a ticket; 0 without one."""
    return int(conn.execute("SELECT coalesce(max(id), 0) FROM ticket").fetchone()[0])


def count_listed(conn: sqlite3.Connection, number: int, ids: range = EVERY_TICKET) -> int:
    """Count the tickets of permitted sections that pull `number` has listed, among some ids."""
    row = conn.execute(
        "SELECT count(*) FROM ticket WHERE id >= ? AND id < ? AND pass >= ?"
        " AND section IN (SELECT id FROM section WHERE permitted)",
        (ids.start, ids.stop, number),
    ).fetchone()
    return int(row[0])


def withdraw_unlisted(conn: sqlite3.Connection, number: int, ids: range = EVERY_TICKET) -> int:
    """Mark tickets of permitted sections that the complete pull `number` did not list."""
    return conn.execute(
        "UPDATE ticket SET listed = 0 WHERE id >= ? AND id < ? AND listed AND pass < ?"
        " AND section IN (SELECT id FROM section WHERE permitted)",
        (ids.start, ids.stop, number),
    ).rowcount


def finish_pull(conn: sqlite3.Connection, *, synced: datetime, watermark: datetime | None) -> None:
    """Note in the session that a pull is complete: the cache is as old as `synced`, the next one
    starts at `watermark`.

    Both are kept as they come: `synced` in the gate's time, `watermark` in the server's.
    """
    conn.execute(
        "UPDATE session SET synced = ?, watermark = coalesce(?, watermark), invalid = NULL",
        (synced.isoformat(), watermark.isoformat() if watermark else None),
    )


def note_whole(conn: sqlite3.Connection, at: datetime) -> None:
    """Note in the session that the whole list was read."""
    conn.execute("UPDATE session SET whole = ?", (at.isoformat(),))
