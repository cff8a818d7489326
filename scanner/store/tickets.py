"""The cache's copy of what the API knows, put together for the rules with what the ledger knows."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from scanner.admission.code_form import respelled
from scanner.admission.door import DoorRules, Notice, Unjudged
from scanner.admission.serial import Fingerprint, ParsedPayload, Secret, Serial, fingerprint
from scanner.admission.ticket import (
    CachedTicket,
    EarlierAdmission,
    Knowledge,
    Section,
    TicketStatus,
)
from scanner.store.details import Companion, TicketDetail, companions, read_unjudged
from scanner.store.movements import earlier, records_of
from scanner.store.sessions import StoredSession

_TICKET = """
SELECT ticket.serial, section.uri, section.name, status, redeemed, listed, permitted,
    valid_from, valid_until, unjudged, attention, notice,
    multiple_entries, entry_after_exit, custom_rules,
    detail.key IS NOT NULL AND EXISTS (SELECT 1 FROM detail AS former
        WHERE former.key = detail.key AND former.serial <> detail.serial)
FROM ticket JOIN section ON section.id = ticket.section
LEFT JOIN detail ON detail.serial = ticket.serial LEFT JOIN door ON door.one = 1
WHERE ticket.serial = ?
"""
_PLAIN, _NOTHING_TOLD = 7, (*[None] * 8, 0)
"""How many of its columns every platform tells, and the others where nothing is told."""

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
    detail: TicketDetail | None = None


class Cached(NamedTuple):
    """What the cache has of one ticket.

    Attributes:
        notice: what a guard is to be told of it, if anything.
        door: what the platform lets this door do.
        reissued: whether the same right had another serial before.
    """

    ticket: CachedTicket
    notice: Notice | None = None
    door: DoorRules = DoorRules()
    reissued: bool = False


def look_up(conn: sqlite3.Connection, parsed: ParsedPayload) -> Knowledge:
    """Collect what cache and ledger know of what was presented: a few indexed reads."""
    return look_up_with_notice(conn, parsed)[0]


def look_up_with_notice(
    conn: sqlite3.Connection, parsed: ParsedPayload
) -> tuple[Knowledge, Notice | None]:
    """Do the same, and return what a guard is to be told of the ticket; it takes no more reads."""
    if isinstance(parsed, Secret):
        cached = _find_secret(conn, parsed)
        serial, former_code = cached.ticket.serial if cached else None, False
    else:
        serial, former_code = find_serial(conn, parsed)
        cached = find_cached(conn, serial) if serial else None
    if serial is None:
        return Knowledge(), None
    own, other, left = records_of(conn, serial, reissued=cached is not None and cached.reissued)
    known = Knowledge(
        cached.ticket._replace(former_code=former_code) if cached else None,
        own.admission,
        other,
        cached is not None or is_of_the_event(conn, serial),
        own.refusal,
        own.unshown,
        cached.door if cached else DoorRules(),
        left,
        own.other_door,
    )
    return known, cached.notice if cached else None


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
        "detail",
        "former_owner",
        "event_part",
        "other_admission",
        "other_exit",
        "venue_claim",
        "venue_position",
        "door",
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
    cached = find_cached(conn, serial)
    return cached.ticket if cached else None


def find_cached(conn: sqlite3.Connection, serial: str) -> Cached | None:
    """Return all that the cache has of a ticket."""
    row = conn.execute(_TICKET, (serial,)).fetchone()
    if row is None:
        return None
    serial, uri, name, status, redeemed, listed, permitted = row[:_PLAIN]
    ticket = CachedTicket(
        serial,
        Section(uri, name),
        _STATUSES.get(status, TicketStatus.OTHER),
        _time(redeemed),
        bool(listed),
        bool(permitted),
    )
    told = row[_PLAIN:]
    return Cached(ticket) if told == _NOTHING_TOLD else _detailed(ticket, told)


def _detailed(ticket: CachedTicket, told: tuple[Any, ...]) -> Cached:
    """Add what only some platforms tell of a ticket and of the door."""
    valid_from, valid_until, unjudged, attention, text, *door, reissued = told
    left_open = read_unjudged(unjudged)
    ticket = ticket._replace(
        valid_from=_time(valid_from), valid_until=_time(valid_until), unjudged=left_open
    )
    rules = DoorRules(*map(bool, door))
    if rules.custom_rules:
        left_open |= {Unjudged.RULES}
    notice = Notice(bool(attention), text or "", left_open)
    return Cached(ticket, notice if any(notice) else None, rules, bool(reissued))


def party(conn: sqlite3.Connection, serial: str) -> list[Companion]:
    """Return the other listed tickets of the same order."""
    found = []
    for other, name, section, status in companions(conn, serial):
        known = look_up(conn, Serial(other))
        came = known.local or known.other or status == TicketStatus.REDEEMED
        inside = bool(came) and known.left is None
        kind = _STATUSES.get(status, TicketStatus.OTHER)
        found.append(Companion(other, name, section, kind, inside))
    return found


def right_of(conn: sqlite3.Connection, serial: str) -> str:
    """Return what names the right to enter: the platform's own id of it, else the serial."""
    row = conn.execute("SELECT key FROM detail WHERE serial = ?", (serial,)).fetchone()
    return str(row[0]) if row and row[0] else serial


def find_other_admission(conn: sqlite3.Connection, serial: str) -> EarlierAdmission | None:
    """Return the admission of a ticket that the API attributes to another gate."""
    row = conn.execute(
        "SELECT admitted, redeemer, device FROM other_admission WHERE serial = ?", (serial,)
    ).fetchone()
    if row is None:
        return None
    return earlier(*row)


def find_serial(conn: sqlite3.Connection, parsed: ParsedPayload) -> tuple[str | None, bool]:
    """Return the serial that was presented, and whether by an earlier owner's code."""
    match parsed:
        case Serial(serial):
            return serial, False
        case Fingerprint(digest):
            return _owned_by(conn, digest)
        case Secret():
            cached = _find_secret(conn, parsed)
            return (cached.ticket.serial if cached else None), False
        case _:
            return None, False


def _find_secret(conn: sqlite3.Connection, secret: Secret) -> Cached | None:
    """Find the ticket whose code this is; else the one of which it may be another spelling.

    Where several tickets may have been meant, none was.
    """
    if cached := find_cached(conn, secret.value):
        return cached
    rows = conn.execute(
        "SELECT serial FROM ticket WHERE serial IN (SELECT value FROM json_each(?)) LIMIT 2",
        (json.dumps(sorted(respelled(secret))),),
    ).fetchall()
    return find_cached(conn, rows[0][0]) if len(rows) == 1 else None


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
