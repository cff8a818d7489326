"""Writing what a pull brought into the cache, and remembering how far it came."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache as once
from itertools import chain

from scanner.admission.serial import fingerprint
from scanner.admission.ticket import EarlierAdmission, TicketStatus
from scanner.store.database import transaction
from scanner.store.details import TicketDetail, write_details
from scanner.store.names import KEPT
from scanner.store.tickets import TicketRow, short_fingerprint

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


_AT_ONCE = 500
"""Tickets in one statement. Told one by one, a third of the time goes into handing them over; with
200, waiting for the interpreter between two statements took longer than the statements; SQLite
takes 32,766 values at a time."""

_STEPS = 10_000
"""Of SQLite's, between two pauses while it sorts tickets in: a millisecond or so."""

_INCOMING = """
CREATE TEMP TABLE IF NOT EXISTS incoming (
    serial TEXT, section TEXT, section_name TEXT, status TEXT, redeemed TEXT, owner TEXT,
    name TEXT, fingerprint INTEGER
)
"""
_COLUMNS = 8
_SECTIONS = """
INSERT OR IGNORE INTO section (uri, name, permitted)
SELECT DISTINCT section, section_name, 0 FROM incoming
"""
_PARTS = (
    "INSERT OR IGNORE INTO event_part SELECT DISTINCT substr(serial, 1, 6) FROM incoming"
    " WHERE substr(serial, 7, 1) = '-'"  # an opaque code has no such part
)
# In the index's order: a run of neighbours changes few of its pages.
_UPSERT = f"""
INSERT INTO ticket (serial, section, status, redeemed, owner, name, fingerprint, pass)
SELECT serial, section.id, status, redeemed, owner, CASE WHEN {KEPT} THEN incoming.name END,
    fingerprint, ?
FROM incoming JOIN section ON section.uri = incoming.section
ORDER BY serial, incoming.rowid
ON CONFLICT (serial) DO UPDATE SET section = excluded.section, status = excluded.status,
    redeemed = excluded.redeemed, owner = excluded.owner, name = excluded.name,
    fingerprint = excluded.fingerprint, pass = max(pass, excluded.pass), listed = 1
"""

_CONFIRMED = (
    "state = 'confirmed' AND state <> 'undone'"  # the second names the index
    " AND event = (SELECT event FROM session)"
)

Incoming = tuple[str, str, str, str, str | None, str | None, str | None, int | None]
"""A ticket as SQLite takes it: serial, section, its name, status, redeemed, owner, name, and the
first eight bytes of its fingerprint."""


def incoming(row: TicketRow) -> Incoming:
    """Put a ticket into the form that is written."""
    serial, section, section_name, status, redeemed, owner, name, _ = row
    return (
        serial,
        section,
        section_name,
        status.value,
        redeemed.isoformat() if redeemed else None,
        owner,
        name,
        short_fingerprint(fingerprint(serial, owner)) if owner else None,
    )


def write_tickets(conn: sqlite3.Connection, rows: Iterable[TicketRow], number: int) -> None:
    """Insert or update tickets that pull `number` listed; call inside a transaction.

    The cache remembers an owner that has changed, so that the old code is known as such. A
    section that the event did not name is added, as one that the token does not permit. Of a
    ticket that comes twice, the later row stands.
    """
    written = list(rows)
    write_incoming(conn, [incoming(row) for row in written], number, details=details_of(written))


def details_of(rows: Iterable[TicketRow]) -> list[tuple[str, TicketDetail]]:
    """Return what is told of tickets beyond what every platform tells, each by its serial."""
    return [(row.serial, row.detail) for row in rows if row.detail]


def write_incoming(
    conn: sqlite3.Connection,
    tickets: Sequence[Incoming],
    number: int,
    pause: Callable[[], None] = lambda: None,
    details: Sequence[tuple[str, TicketDetail]] = (),
) -> None:
    """Do the same with tickets that were put into form before.

    They are handed over first and sorted in by SQLite, which needs no interpreter for it: a
    thread that answers somebody has it meanwhile. `pause` is called before every few of them, and
    while they are sorted in: a core is needed for that, and the screen may have no other.
    """
    if not tickets:
        return
    conn.execute(_INCOMING)
    for start in range(0, len(tickets), _AT_ONCE):
        pause()
        some = tickets[start : start + _AT_ONCE]
        conn.execute(_hand_over(len(some)), list(chain.from_iterable(some)))
    conn.execute(_SECTIONS)
    conn.set_progress_handler(pause, _STEPS)
    try:
        conn.execute(_UPSERT, (number,))
    finally:
        conn.set_progress_handler(None, 0)
    conn.execute(_PARTS)
    write_details(conn, details)
    conn.execute("DELETE FROM incoming")  # a transaction that fails takes them back itself


@once
def _hand_over(count: int) -> str:
    one = f"({', '.join('?' * _COLUMNS)})"
    return f"INSERT INTO incoming VALUES {', '.join([one] * count)}"


def write_admitted(conn: sqlite3.Connection, rows: Sequence[TicketRow]) -> None:
    """Insert tickets that are known from their admission alone: the API may list them no more."""
    marks = ",".join("?" * len(rows))
    query = f"SELECT serial FROM ticket WHERE serial IN ({marks})"
    cached = {serial for (serial,) in conn.execute(query, [row.serial for row in rows])}
    write_tickets(conn, [row for row in rows if row.serial not in cached], 0)


def write_others(
    conn: sqlite3.Connection, admissions: Sequence[tuple[str, EarlierAdmission]]
) -> None:
    """Note admissions that the API attributes to other gates; the latest account of each wins."""
    conn.executemany(
        "INSERT OR REPLACE INTO other_admission VALUES (?, ?, ?, ?)",
        [
            (serial, each.redeemer, each.device, each.at.isoformat() if each.at else None)
            for serial, each in admissions
        ],
    )


def write_exits(conn: sqlite3.Connection, exits: Sequence[tuple[str, EarlierAdmission]]) -> None:
    """Note by which gate, and when, patrons last left, as far as that was not here.

    The latest account of each ticket wins; one without a time is left out.
    """
    conn.executemany(
        "INSERT OR REPLACE INTO other_exit VALUES (?, ?, ?, ?)",
        [
            (serial, each.redeemer, each.device, each.at.isoformat())
            for serial, each in exits
            if each.at
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
        "SELECT (SELECT count(*) FROM other_admission"
        f"  WHERE serial NOT IN (SELECT serial FROM admission WHERE {_CONFIRMED}))"
        f" + (SELECT count(*) FROM admission WHERE {_CONFIRMED})"
    ).fetchone()
    return int(row[0])


def known_admissions(conn: sqlite3.Connection, serials: Sequence[str]) -> set[str]:
    """Return those serials that the cache knows an admission of, other gates' or our own."""
    marks = ",".join("?" * len(serials))
    rows = conn.execute(
        f"SELECT serial FROM other_admission WHERE serial IN ({marks})"
        f" UNION SELECT serial FROM admission WHERE serial IN ({marks}) AND {_CONFIRMED}",
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


def count_absent(conn: sqlite3.Connection, number: int, ids: range = EVERY_TICKET) -> int:
    """Count the valid tickets of permitted sections that pull `number` did not list.

    One that was admitted, here or elsewhere, is rightly absent.
    """
    row = conn.execute(
        "SELECT count(*) FROM ticket WHERE id >= ? AND id < ? AND listed AND pass < ?"
        " AND status = ? AND section IN (SELECT id FROM section WHERE permitted)"
        " AND serial NOT IN (SELECT serial FROM other_admission)"
        " AND serial NOT IN (SELECT serial FROM admitted)",
        (ids.start, ids.stop, number, TicketStatus.ISSUED.value),
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


def forget_whole(conn: sqlite3.Connection) -> None:
    """Note in the session that the list of its scope, which has grown, was never read whole."""
    with transaction(conn):
        conn.execute("UPDATE session SET whole = NULL")


def was_whole(conn: sqlite3.Connection) -> bool:
    """Tell whether the session's whole list was read before, in the scope that it has now."""
    row = conn.execute("SELECT whole IS NOT NULL FROM session").fetchone()
    return row is not None and bool(row[0])
