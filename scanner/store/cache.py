"""The local copy of what the API knows: session, sections, tickets, other gates' admissions."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from scanner.admission.scope import Closed, Scope
from scanner.admission.serial import Fingerprint, NotATicket, Reading, Serial, fingerprint
from scanner.admission.ticket import (
    CachedTicket,
    Knowledge,
    LocalAdmission,
    OtherAdmission,
    Section,
    TicketStatus,
)

_TICKET = """
SELECT ticket.serial, section.uri, section.name, ticket.status, ticket.redeemed, ticket.listed,
       coalesce(let_in.at, lost.at), coalesce(let_in.redeemer, lost.redeemer),
       coalesce(let_in.device, lost.device),
       other_admission.serial, other_admission.admitted, other_admission.redeemer,
       other_admission.device, withheld.reason, ticket.owner, section.permitted
FROM ticket JOIN section ON section.id = ticket.section
LEFT JOIN journal AS let_in ON let_in.serial = ticket.serial AND let_in.kind = 'admitted'
LEFT JOIN admission AS lost     -- its journal row, as far as a recovery knows
    ON lost.serial = ticket.serial AND let_in.id IS NULL AND EXISTS (SELECT 1 FROM recovery)
LEFT JOIN other_admission ON other_admission.serial = ticket.serial
LEFT JOIN withheld ON withheld.serial = coalesce(let_in.serial, lost.serial)
"""
_BY_SERIAL = _TICKET + "WHERE ticket.serial = ?"
_BY_FINGERPRINT = _TICKET + "WHERE ticket.fingerprint = ?"
_CLOSED = (
    "invalid IS NOT NULL, synced IS NULL OR (api, event) IS NOT (SELECT api, event FROM origin)"
)
_OWNER = -2
_SHORT_DIGITS, _SIGN = 16, 1 << 63
_STATUSES = {status.value: status for status in TicketStatus}


@dataclass(frozen=True, slots=True)
class StoredSession:
    """The gate's session as the database keeps it; its key is in the key store."""

    api: str
    event: str
    title: str
    name: str
    device: str
    opened: datetime
    synced: datetime | None = None
    whole: datetime | None = None
    watermark: datetime | None = None
    invalid: datetime | None = None
    server_offset: float | None = None


@dataclass(frozen=True, slots=True)
class CachedSection:
    """A section of the event; `permitted` is true where the token admits."""

    uri: str
    name: str
    capacity: int | None
    permitted: bool


class TicketRow(NamedTuple):
    """One ticket as a pull writes it: all that is kept of it and of its owner."""

    serial: str
    section: str
    section_name: str
    status: TicketStatus
    redeemed: datetime | None
    owner: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the gate stands when somebody presents: the journal's last row and its hash, whose
    session is open, and why nobody can be admitted, if so.
    """

    last_row: int
    last_hash: bytes
    event: str | None
    redeemer: str | None
    device: str | None
    closed: Closed | None


def read_session(conn: sqlite3.Connection) -> StoredSession | None:
    """Read the session, if one was ever opened."""
    row = conn.execute(
        "SELECT api, event, title, name, device, opened, synced, whole, watermark, invalid,"
        " server_offset FROM session"
    ).fetchone()
    if row is None:
        return None
    api, event, title, name, device, opened, *times, offset = row
    synced, whole, watermark, invalid = map(_time, times)
    return StoredSession(
        api=api,
        event=event,
        title=title,
        name=name,
        device=device,
        opened=datetime.fromisoformat(opened),
        synced=synced,
        whole=whole,
        watermark=watermark,
        invalid=invalid,
        server_offset=offset,
    )


def open_session(conn: sqlite3.Connection, session: StoredSession) -> None:
    """Replace the session; where it is for another event, the gate is closed until a pull.

    Call inside a transaction. The ledger is never touched.
    """
    before = read_session(conn)
    same = before is not None and (before.api, before.event) == (session.api, session.event)
    conn.execute(
        "INSERT OR REPLACE INTO session (id, api, event, title, name, device, opened, synced)"
        " VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
        (
            session.api,
            session.event,
            session.title,
            session.name,
            session.device,
            session.opened.isoformat(),
            _text(before.synced) if before and same else None,
        ),
    )


def belong_to(conn: sqlite3.Connection, session: StoredSession) -> bool:
    """Make the cache the session's event's: another one's is emptied; tells whether it was.

    Call inside a transaction on the cache.
    """
    here = conn.execute("SELECT api, event FROM origin").fetchone()
    if here == (session.api, session.event):
        return False
    for table in ("pull", "ticket", "section", "former_owner", "event_part", "other_admission"):
        conn.execute(f"DELETE FROM {table}")
    conn.execute(
        "INSERT INTO origin (one, api, event) VALUES (1, ?, ?) ON CONFLICT (one)"
        " DO UPDATE SET api = excluded.api, event = excluded.event",
        (session.api, session.event),
    )
    return True


def invalidate_session(conn: sqlite3.Connection, at: datetime) -> None:
    """Note that the API no longer knows the token; the gate is closed from now on."""
    conn.execute("UPDATE session SET invalid = coalesce(invalid, ?)", (at.isoformat(),))


def note_server_offset(conn: sqlite3.Connection, seconds: float) -> None:
    """Keep how far the server's clock is ahead of the gate's."""
    conn.execute("UPDATE session SET server_offset = ?", (seconds,))


def write_sections(conn: sqlite3.Connection, sections: Iterable[CachedSection]) -> None:
    """Write the event's sections and which of them the token permits now."""
    conn.execute("UPDATE section SET permitted = 0")
    conn.executemany(
        "INSERT INTO section (uri, name, capacity, permitted) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (uri) DO UPDATE SET name = excluded.name, capacity = excluded.capacity,"
        " permitted = excluded.permitted",
        [(each.uri, each.name, each.capacity, each.permitted) for each in sections],
    )


def read_sections(conn: sqlite3.Connection) -> list[CachedSection]:
    """Read the event's sections by name."""
    rows = conn.execute("SELECT uri, name, capacity, permitted FROM section ORDER BY name")
    return [CachedSection(uri, name, capacity, bool(ok)) for uri, name, capacity, ok in rows]


def count_tickets(conn: sqlite3.Connection) -> int:
    """Count the listed tickets of the permitted sections."""
    row = conn.execute(
        "SELECT count(*) FROM ticket WHERE listed"
        " AND section IN (SELECT id FROM section WHERE permitted)"
    ).fetchone()
    return int(row[0])


def read_scope(conn: sqlite3.Connection) -> Scope:
    """Read what the token permits now, or why the gate is closed."""
    row = conn.execute(f"SELECT {_CLOSED} FROM session").fetchone()
    if closed := _why_closed(row):
        return Scope(closed=closed)
    permitted = conn.execute("SELECT uri FROM section WHERE permitted")
    return Scope(frozenset(uri for (uri,) in permitted))


def read_standing(conn: sqlite3.Connection) -> Standing:
    """Read what every verdict needs beside the ticket, at once."""
    row, digest, event, name, device, *closed = conn.execute(
        f"SELECT journal_head.id, hash, event, name, device, {_CLOSED}"
        " FROM journal_head LEFT JOIN session"
    ).fetchone()
    return Standing(row, digest, event, name, device, _why_closed(closed if event else None))


def find_ticket(conn: sqlite3.Connection, serial: str) -> CachedTicket | None:
    """Return the cache's copy of a ticket."""
    row = conn.execute(_BY_SERIAL, (serial,)).fetchone()
    return _known(row)[0].ticket if row else None


def look_up(conn: sqlite3.Connection, reading: Reading) -> Knowledge:
    """Collect what cache and ledger know of a reading: an indexed read or two."""
    return look_up_in_scope(conn, reading)[0]


def look_up_in_scope(conn: sqlite3.Connection, reading: Reading) -> tuple[Knowledge, bool]:
    """Return the same, and whether the token permits the found ticket's section."""
    match reading:
        case NotATicket():
            return Knowledge(), False
        case Serial(value):
            row = conn.execute(_BY_SERIAL, (value,)).fetchone()
            return _known(row) if row else (_unlisted(conn, reading), False)
        case Fingerprint(digest):
            return _by_fingerprint(conn, digest)


def short_fingerprint(digest: str) -> int:
    """Return the digest's first eight bytes as SQLite's signed integer; the index's key."""
    number = int(digest[:_SHORT_DIGITS], 16)
    return number if number < _SIGN else number - 2 * _SIGN


def _by_fingerprint(conn: sqlite3.Connection, digest: str) -> tuple[Knowledge, bool]:
    short = short_fingerprint(digest)
    for row in conn.execute(_BY_FINGERPRINT, (short,)):
        if fingerprint(row[0], row[_OWNER]) == digest:
            return _known(row)
    former = conn.execute(
        "SELECT serial, owner FROM former_owner WHERE fingerprint = ?", (short,)
    ).fetchall()
    for serial, owner in former:
        if fingerprint(serial, owner) == digest:
            row = conn.execute(_BY_SERIAL, (serial,)).fetchone()
            return _known(row, former_code=True) if row else (Knowledge(), False)
    return Knowledge(), False


def _known(row: tuple[object, ...], *, former_code: bool = False) -> tuple[Knowledge, bool]:
    serial, uri, name, status, redeemed, listed, at, redeemer, device, other, *rest = row
    *others, reason, _, permitted = rest
    refusal = _words(reason)
    ticket = CachedTicket(
        str(serial),
        Section(str(uri), str(name)),
        _STATUSES.get(str(status), TicketStatus.OTHER),
        _time(redeemed),
        bool(listed),
        former_code,
    )
    let_in = at and refusal is None
    local = (
        LocalAdmission(datetime.fromisoformat(str(at)), str(redeemer), str(device))
        if let_in
        else None
    )
    elsewhere = OtherAdmission(_time(others[0]), *map(_words, others[1:])) if other else None
    knowledge = Knowledge(ticket, local, elsewhere, event_known=True, refusal=refusal)
    return knowledge, bool(permitted)


def _unlisted(conn: sqlite3.Connection, serial: Serial) -> Knowledge:
    """Look further for a serial that the cache does not list."""
    part = conn.execute("SELECT 1 FROM event_part WHERE part = ?", (serial.event_part,)).fetchone()
    row = conn.execute(
        "SELECT at, redeemer, device FROM journal WHERE kind = 'admitted' AND serial = ?1"
        " AND ?1 NOT IN (SELECT serial FROM withheld)"
        " UNION ALL SELECT at, redeemer, device FROM admission WHERE serial = ?1"
        " AND ?1 NOT IN (SELECT serial FROM withheld) LIMIT 1",
        (serial.value,),
    ).fetchone()
    local = LocalAdmission(datetime.fromisoformat(row[0]), row[1], row[2]) if row else None
    taken = conn.execute(
        "SELECT admitted, redeemer, device FROM other_admission WHERE serial = ?", (serial.value,)
    ).fetchone()
    other = OtherAdmission(_time(taken[0]), *map(_words, taken[1:])) if taken else None
    return Knowledge(local=local, other=other, event_known=part is not None)


def _why_closed(row: Sequence[object] | None) -> Closed | None:
    if row is None:
        return Closed.NO_SESSION
    invalid, never_synced = row
    if invalid:
        return Closed.TOKEN_INVALID
    return Closed.NEVER_SYNCED if never_synced else None


def _time(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _words(text: object) -> str | None:
    return str(text) if text else None
