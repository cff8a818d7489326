"""The cache's copy of what the API knows, put together for the rules with what the ledger knows."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from scanner.admission.names import without_tag
from scanner.admission.serial import Fingerprint, ParsedPayload, Serial, fingerprint
from scanner.admission.ticket import (
    CachedTicket,
    EarlierAdmission,
    Knowledge,
    Section,
    TicketStatus,
)
from scanner.store import ledger
from scanner.store.sessions import StoredSession

_TICKET = """
SELECT ticket.serial, section.uri, section.name, status, redeemed, listed, permitted
FROM ticket JOIN section ON section.id = ticket.section WHERE ticket.serial = ?
"""

_OWNERS = "SELECT serial, owner FROM ticket WHERE fingerprint = ?"
_FORMER_OWNERS = "SELECT serial, owner FROM former_owner WHERE fingerprint = ?"
_SHORT_DIGITS, _SIGN = 16, 1 << 63
_STATUSES = {status.value: status for status in TicketStatus}


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


def look_up(conn: sqlite3.Connection, parsed: ParsedPayload) -> Knowledge:
    """Collect what cache and ledger know of what was presented: a few indexed reads."""
    serial, former_code = find_serial(conn, parsed)
    if serial is None:
        return Knowledge()
    ticket = find_ticket(conn, serial)
    local, refusal, unshown = ledger.own_admission(conn, serial)
    return Knowledge(
        ticket._replace(former_code=former_code) if ticket else None,
        local,
        find_other_admission(conn, serial),
        ticket is not None or is_of_the_event(conn, serial),
        refusal,
        unshown,
    )


def belong_to(conn: sqlite3.Connection, session: StoredSession) -> bool:
    """Make the cache the session's event's: another one's is emptied; tells whether it was.

    Call inside a transaction on the cache.
    """
    here = conn.execute("SELECT api, event FROM origin").fetchone()
    if here == (session.api, session.event):
        return False
    for table in (
        "pull",
        "ticket",
        "section",
        "former_owner",
        "event_part",
        "other_admission",
        "left_out",
        "doubt",
    ):
        conn.execute(f"DELETE FROM {table}")
    conn.execute(
        "INSERT INTO origin (one, api, event) VALUES (1, ?, ?) ON CONFLICT (one)"
        " DO UPDATE SET api = excluded.api, event = excluded.event",
        (session.api, session.event),
    )
    return True


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


def permitted_sections(conn: sqlite3.Connection) -> frozenset[str]:
    """Return the URIs of the sections that the token permits, as far as the cache knows."""
    return frozenset(uri for (uri,) in conn.execute("SELECT uri FROM section WHERE permitted"))


def count_tickets(conn: sqlite3.Connection) -> int:
    """Count the listed tickets of the permitted sections."""
    row = conn.execute(
        "SELECT count(*) FROM ticket WHERE listed"
        " AND section IN (SELECT id FROM section WHERE permitted)"
    ).fetchone()
    return int(row[0])


def find_ticket(conn: sqlite3.Connection, serial: str) -> CachedTicket | None:
    """Return the cache's copy of a ticket."""
    row = conn.execute(_TICKET, (serial,)).fetchone()
    if row is None:
        return None
    serial, uri, name, status, redeemed, listed, permitted = row
    return CachedTicket(
        serial,
        Section(uri, name),
        _STATUSES.get(status, TicketStatus.OTHER),
        _time(redeemed),
        bool(listed),
        bool(permitted),
    )


def find_other_admission(conn: sqlite3.Connection, serial: str) -> EarlierAdmission | None:
    """Return the admission of a ticket that the API attributes to another gate."""
    row = conn.execute(
        "SELECT admitted, redeemer, device FROM other_admission WHERE serial = ?", (serial,)
    ).fetchone()
    if row is None:
        return None
    at, redeemer, device = row
    return EarlierAdmission(_time(at), redeemer, without_tag(device) if device else None)


def find_serial(conn: sqlite3.Connection, parsed: ParsedPayload) -> tuple[str | None, bool]:
    """Return the serial that was presented, and whether by an earlier owner's code."""
    match parsed:
        case Serial(serial):
            return serial, False
        case Fingerprint(digest):
            return _owned_by(conn, digest)
        case _:
            return None, False


def _owned_by(conn: sqlite3.Connection, digest: str) -> tuple[str | None, bool]:
    """Find the serial that an owner's code binds, and whether the owner was an earlier one."""
    short = (short_fingerprint(digest),)
    for query, former in ((_OWNERS, False), (_FORMER_OWNERS, True)):
        for serial, owner in conn.execute(query, short):
            if fingerprint(serial, owner) == digest:
                return serial, former
    return None, False


def is_of_the_event(conn: sqlite3.Connection, serial: str) -> bool:
    """Tell whether a serial's first part is that of the cached event's tickets."""
    part = (Serial(serial).event_part,)
    return conn.execute("SELECT 1 FROM event_part WHERE part = ?", part).fetchone() is not None


def short_fingerprint(digest: str) -> int:
    """Return the digest's first eight bytes as SQLite's signed integer; the index's key."""
    number = int(digest[:_SHORT_DIGITS], 16)
    return number if number < _SIGN else number - 2 * _SIGN


def _time(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None
