"""The local copy of what the API knows: session, sections, tickets, other gates' admissions."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from scanner.admission.scope import Closed, Scope
from scanner.admission.serial import Fingerprint, ParsedPayload, Serial, fingerprint
from scanner.admission.ticket import (
    CachedTicket,
    Knowledge,
    LocalAdmission,
    OtherAdmission,
    Section,
    TicketStatus,
)

_ORIGIN = "(SELECT api, event FROM origin)"
_CLOSED = f"invalid IS NOT NULL, synced IS NULL OR (api, session.event) IS NOT {_ORIGIN}"
_PRESENTED = f"""
SELECT journal_head.id, journal_head.hash, session.event, session.name, session.device, {_CLOSED},
       ticket.serial, section.uri, section.name, ticket.status, ticket.redeemed, ticket.listed,
       section.permitted, coalesce(ticket.id, (SELECT 1 FROM event_part WHERE part = ?2)),
       coalesce(let_in.at, lost.at), coalesce(let_in.redeemer, lost.redeemer),
       coalesce(let_in.device, lost.device), withheld.reason,
       other_admission.serial, other_admission.admitted, other_admission.redeemer,
       other_admission.device
FROM journal_head LEFT JOIN session
LEFT JOIN ticket ON ticket.serial = ?1 LEFT JOIN section ON section.id = ticket.section
LEFT JOIN journal AS let_in ON let_in.serial = ?1 AND let_in.kind = 'admitted'
LEFT JOIN admission AS lost     -- its journal row, as far as a recovery knows
    ON lost.serial = ?1 AND let_in.id IS NULL AND EXISTS (SELECT 1 FROM recovery)
LEFT JOIN withheld ON withheld.serial = coalesce(let_in.serial, lost.serial)
LEFT JOIN other_admission ON other_admission.serial = ?1
"""
"""All that one verdict asks for, in one statement: each costs some 10 us beside what it reads."""

_OF_GATE, _OF_TICKET, _HERE, _ELSEWHERE = slice(7), slice(7, 13), slice(15, 19), slice(19, 23)
_PERMITTED, _EVENT_KNOWN = 13, 14

_OWNERS = "SELECT serial, owner FROM ticket WHERE fingerprint = ?"
_FORMER_OWNERS = "SELECT serial, owner FROM former_owner WHERE fingerprint = ?"
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


class Standing(NamedTuple):
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


def find_ticket(conn: sqlite3.Connection, serial: str) -> CachedTicket | None:
    """Return the cache's copy of a ticket."""
    return look_up(conn, Serial(serial)).ticket


def look_up(conn: sqlite3.Connection, reading: ParsedPayload) -> Knowledge:
    """Collect what cache and ledger know of a reading: a few indexed reads."""
    return read_presented(conn, reading)[1]


def read_presented(
    conn: sqlite3.Connection, reading: ParsedPayload
) -> tuple[Standing, Knowledge, bool]:
    """Return how the gate stands, what is known, and whether the ticket's section is permitted."""
    serial, part, former_code = None, None, False
    if isinstance(reading, Serial):
        serial, part = reading.value, reading.event_part
    elif isinstance(reading, Fingerprint):
        serial, former_code = _owned_by(conn, reading.digest)
    row = conn.execute(_PRESENTED, (serial, part)).fetchone()
    local, refusal = _admitted_here(row[_HERE])
    knowledge = Knowledge(
        _ticket(row[_OF_TICKET], former_code),
        local,
        _admitted_elsewhere(row[_ELSEWHERE]),
        row[_EVENT_KNOWN] is not None,
        refusal,
    )
    return _standing(row[_OF_GATE]), knowledge, bool(row[_PERMITTED])


def short_fingerprint(digest: str) -> int:
    """Return the digest's first eight bytes as SQLite's signed integer; the index's key."""
    number = int(digest[:_SHORT_DIGITS], 16)
    return number if number < _SIGN else number - 2 * _SIGN


def _owned_by(conn: sqlite3.Connection, digest: str) -> tuple[str | None, bool]:
    """Find the serial that an owner's code binds, and whether the owner was an earlier one."""
    short = (short_fingerprint(digest),)
    for query, former in ((_OWNERS, False), (_FORMER_OWNERS, True)):
        for serial, owner in conn.execute(query, short):
            if fingerprint(serial, owner) == digest:
                return serial, former
    return None, False


def _standing(row: Sequence[Any]) -> Standing:
    last, digest, event, redeemer, device, *closed = row
    return Standing(last, digest, event, redeemer, device, _why_closed(closed if event else None))


def _ticket(row: Sequence[Any], former_code: bool) -> CachedTicket | None:
    serial, uri, name, status, redeemed, listed = row
    if serial is None:
        return None
    known = _STATUSES.get(status, TicketStatus.OTHER)
    section = Section(uri, name)
    return CachedTicket(serial, section, known, _time(redeemed), bool(listed), former_code)


def _admitted_here(row: Sequence[Any]) -> tuple[LocalAdmission | None, str | None]:
    """Return this ledger's admission, or why the API refused it before its green light."""
    at, redeemer, device, refusal = row
    if at is None or refusal is not None:
        return None, refusal
    return LocalAdmission(datetime.fromisoformat(at), redeemer, device), None


def _admitted_elsewhere(row: Sequence[Any]) -> OtherAdmission | None:
    serial, at, redeemer, device = row
    return OtherAdmission(_time(at), redeemer, device) if serial else None


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
