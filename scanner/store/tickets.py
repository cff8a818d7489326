"""The cache's copy of what the API knows, put together for the rules with what the ledger knows."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from scanner.admission.code_form import respelled
from scanner.admission.door import DoorRules, Notice, Unjudged
from scanner.admission.names import without_tag
from scanner.admission.serial import Fingerprint, ParsedPayload, Secret, Serial, fingerprint
from scanner.admission.ticket import (
    CachedTicket,
    EarlierAdmission,
    Knowledge,
    Section,
    TicketStatus,
)
from scanner.admission.verdict import Reason
from scanner.store import ledger
from scanner.store.details import Companion, TicketDetail, companions, read_unjudged
from scanner.store.ledger import OwnAdmission
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

_FORMER_SERIALS = """
SELECT former.serial FROM detail AS own JOIN detail AS former
    ON former.key = own.key AND former.serial <> own.serial
WHERE own.serial = ?
"""

_ENTERED, _FIRST, _LEFT = "entered", "first", "left"
_MOVEMENTS = f"""
SELECT '{_ENTERED}', NULL, at, redeemer, device FROM venue_claim
WHERE serial = ?1 AND device IS NOT NULL AND state <> 'released' AND NOT (own AND EXISTS (
    SELECT 1 FROM journal WHERE serial = ?1 AND kind = 'admitted' AND at = venue_claim.at
    UNION ALL SELECT 1 FROM journal WHERE serial = ?1 AND kind = 'reentry' AND at = venue_claim.at))
UNION ALL
SELECT '{_ENTERED}', NULL, admitted, redeemer, device FROM other_admission WHERE serial = ?1
UNION ALL
SELECT '{_LEFT}', NULL, at, redeemer, device FROM other_exit WHERE serial = ?1
UNION ALL
SELECT '{_LEFT}', NULL, max(left_at, coalesce(at, '')), left_redeemer, left_device FROM venue_claim
WHERE serial = ?1 AND state = 'left' AND left_at IS NOT NULL
UNION ALL
SELECT iif(kind = 'exited', '{_LEFT}', iif(journal.reason = '{Reason.OTHER_DOOR}', '{_FIRST}',
    '{_ENTERED}')), id, at, redeemer, device
FROM passage JOIN journal ON id = passage.journal
WHERE passage.serial = ?1 AND {ledger.AT_THIS_DOOR}
"""
"""Who came in and left by a ticket after its own admission; each is found by an index.

A venue's claim comes first: it is the last entry that is known. Of our own it has what the ledger
has, unless that is an old copy.
"""

_OWNERS = "SELECT serial, owner FROM ticket WHERE fingerprint = ?"
_FORMER_OWNERS = "SELECT serial, owner FROM former_owner WHERE fingerprint = ?"
_SHORT_DIGITS, _SIGN = 16, 1 << 63
_LONG_AGO = datetime.fromtimestamp(0, UTC)
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


class _Moved(NamedTuple):
    """A patron who came in or left; `row` is the journal's, where it was at this gate."""

    what: str
    row: int | None
    by: EarlierAdmission

    @property
    def left(self) -> bool:
        return self.what == _LEFT


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
    own, other, left = _records(conn, serial, reissued=cached is not None and cached.reissued)
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


Records = tuple[OwnAdmission, EarlierAdmission | None, EarlierAdmission | None]
"""This gate's admission of a ticket, another's, and its exit where that is the last movement."""


def _records(conn: sqlite3.Connection, serial: str, *, reissued: bool) -> Records:
    """Read what is known of a ticket's admission; where it has none, under a former serial."""
    found = _records_of(conn, serial)
    if not reissued or _tell_of_this_door(found):
        return found
    formers = conn.execute(_FORMER_SERIALS, (serial,)).fetchall()
    every = [found, *(_records_of(conn, former) for (former,) in formers)]
    own, other, left = next(filter(_tell_of_this_door, every), found)
    other_door = next((each.other_door for each, *_ in every if each.other_door), None)
    return own._replace(other_door=other_door), other, left


def _tell_of_this_door(found: Records) -> bool:
    own, other, left = found
    return bool(own.admission or own.refusal or other or left)


def _records_of(conn: sqlite3.Connection, serial: str) -> Records:
    own = ledger.own_admission(conn, serial)
    moves = [
        _Moved(what, row, _earlier(at, redeemer, device))
        for what, row, at, redeemer, device in conn.execute(_MOVEMENTS, (serial,))
    ]
    other = next((each.by for each in moves if each.row is None and not each.left), None)
    own = _or_first_passage(own, moves)
    return own, other, _last_exit(own, moves)


def _or_first_passage(own: OwnAdmission, moves: list[_Moved]) -> OwnAdmission:
    """Return a gate's admission; one at another door makes the first entry here a passage.

    That one stands where the admission at the other door was undone since, too. Its light is not
    in doubt: of a passage nobody notes it.
    """
    if own.row or own.refusal or not moves:
        return own
    entries = [
        each
        for each in moves
        if each.row and (each.what == _FIRST or (own.other_door and each.what == _ENTERED))
    ]
    if not entries:
        return own
    first = min(entries, key=lambda each: each.row or 0)
    return own._replace(admission=first.by, row=first.row or 0)


def _last_exit(own: OwnAdmission, moves: list[_Moved]) -> EarlierAdmission | None:
    """Return when the patron left, if nobody came in after that.

    Here the journal's rows tell what came last, and not a clock that may have been set. Between
    gates the times do; of two at the same, the exit is the last.
    """
    if not any(each.left for each in moves):
        return None
    here = [each for each in moves if each.row is not None]
    if own.admission:
        here.append(_Moved(_ENTERED, own.row, own.admission))
    last = [each for each in moves if each.row is None]
    last += sorted(here, key=lambda each: each.row or 0)[-1:]
    latest = max(last, key=lambda each: (each.by.at or _LONG_AGO, each.left))
    return latest.by if latest.left else None


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
    return _earlier(*row)


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


def _earlier(at: str | None, redeemer: str | None, device: str | None) -> EarlierAdmission:
    return EarlierAdmission(_time(at), redeemer, without_tag(device) if device else None)


def _time(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None
