"""This gate's own admissions that others deliver: what is handed over, and what came of it.

Whoever has them may send them at any time, under this gate's name. So one that is handed over is
in the ledger as sent without an answer, and waits again: what is found of it at the platform is
this gate's own, whoever delivered it.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scanner.admission.names import tag_of
from scanner.facts import Fact
from scanner.store import encounters, journal, ledger, sessions, ticket_writes
from scanner.store.carried_forms import Carried, CarriedOutcome
from scanner.store.journal import nonce_of
from scanner.store.ledger import Admission, State

LATEST_ARRIVAL = timedelta(minutes=2)
"""How long after its sending a request that was never answered may still reach the platform."""


_UNKNOWN_OFFSET = timedelta(days=1)
"""How far this gate's clock may be from the server's, where nothing is known of that."""


@dataclass(slots=True)
class Applied:
    """What became of outcomes that came back, by their nonces.

    Attributes:
        moved: those whose admission came to its state by it.
        known: those whose admission was settled already, or was never handed over, or is none of
            this ledger.
        later: those that have to wait, since a request of this gate's own may still arrive.
    """

    moved: list[CarriedOutcome] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)


def server_time(conn: sqlite3.Connection, at: datetime) -> datetime:
    """Return the server's time; where it is not known, one that is surely not after it.

    Args:
        conn: the ledger.
        at: the gate's time.
    """
    session = sessions.read_session(conn)
    if session is None or session.server_offset is None:
        return at - _UNKNOWN_OFFSET
    return at + timedelta(seconds=session.server_offset)


def unsettled(
    conn: sqlite3.Connection,
    gate: str,
    event: str | None = None,
    *,
    after: int = 0,
    most: int = -1,
) -> list[Carried]:
    """Return the admissions that others may deliver, oldest first, of one event or of all.

    One whose own request was answered and has to be looked up is none of them, nor is one that a
    copy of this gate may have made: what is found under this gate's name would prove nothing.

    Args:
        conn: the ledger, for writing.
        gate: the venue's key of this gate.
        event: the event's URI.
        after: a row of the journal, which theirs come after.
        most: how many are looked at.
    """
    ledger.enqueue(conn)
    copied = encounters.copied_tags(conn)
    return [
        _carried(each, gate)
        for each in ledger.after(conn, after, event, most)
        if not (each.state is State.SENDING and each.answered) and tag_of(each.device) not in copied
    ]


def _carried(each: Admission, gate: str) -> Carried:
    nonce = nonce_of(each.journal, each.at.isoformat(), each.event, each.device, each.serial)
    return Carried(
        nonce,
        gate,
        each.journal,
        each.serial,
        each.event,
        each.section,
        each.redeemer,
        each.device,
        each.at,
        each.override_note is not None,
    )


def hand_over(
    conn: sqlite3.Connection, some: Sequence[Carried], at: datetime, reason: Fact
) -> None:
    """Note, before they leave, that others have these now; call inside a transaction.

    No replay may be at work on them.

    Args:
        conn: the ledger.
        some: as `unsettled` has returned them.
        at: the gate's time.
        reason: what the queue says of them meanwhile.
    """
    serials = [each.serial for each in some]
    standing = ledger.by_serial(conn, serials)
    fresh = [each.serial for each in standing if each.state is State.QUEUED and _is_unmarked(each)]
    if not fresh:
        return
    sent = server_time(conn, at)
    ledger.mark_sending(conn, fresh, sent)
    ledger.put_back(conn, fresh, sent, reason)


def _is_unmarked(each: Admission) -> bool:
    """Tell whether nothing in the ledger says that a request for it may be on its way."""
    return each.attempts == 0 or each.answered


def apply(conn: sqlite3.Connection, outcomes: Iterable[CarriedOutcome], at: datetime) -> Applied:
    """Move admissions to where others have brought them; call inside a transaction.

    No replay may be at work on them. An outcome that came before changes nothing.

    Args:
        conn: the ledger.
        outcomes: as they came.
        at: the gate's time.
    """
    applied, now = Applied(), server_time(conn, at)
    ledger.enqueue(conn)
    for each in outcomes:
        own = _standing(conn, each)
        if own is None or own.state not in (State.QUEUED, State.SENDING) or not own.attempts:
            applied.known.append(each.nonce)
        elif own.state is State.SENDING and each.state is State.REFUSED and _may_arrive(own, now):
            applied.later.append(each.nonce)
        else:
            _settle(conn, own, each, at)
            applied.moved.append(each)
    return applied


def are_open(conn: sqlite3.Connection, some: Sequence[Carried]) -> bool:
    """Tell whether any of these is not settled in this gate's own ledger."""
    rows = {each.journal for each in some}
    standing = ledger.by_serial(conn, [each.serial for each in some])
    return any(
        each.journal in rows and each.state in (State.QUEUED, State.SENDING) for each in standing
    )


def write_first(conn: sqlite3.Connection, moved: Sequence[CarriedOutcome]) -> None:
    """Note in the cache who was first; call inside a transaction."""
    others = [(each.serial, each.other) for each in moved if each.other]
    ticket_writes.write_others(conn, others)


def _standing(conn: sqlite3.Connection, outcome: CarriedOutcome) -> Admission | None:
    try:
        nonce = journal.nonce(conn, outcome.journal)
    except LookupError:
        return None
    if nonce != outcome.nonce:
        return None
    standing = ledger.by_serial(conn, [outcome.serial])
    return next((each for each in standing if each.journal == outcome.journal), None)


def _may_arrive(own: Admission, now: datetime) -> bool:
    return own.last_sent is not None and now - own.last_sent < LATEST_ARRIVAL


def _settle(
    conn: sqlite3.Connection, own: Admission, outcome: CarriedOutcome, at: datetime
) -> None:
    serials = [own.serial]
    if own.state is State.QUEUED:
        ledger.mark_sending(conn, serials, outcome.sent)
    ledger.mark_answered(conn, serials, declined=outcome.state is not State.CONFIRMED)
    ledger.move(conn, own.serial, outcome.state, at, outcome.reason)
