"""The admissions and their state, the second part of the ledger; the journal is the first."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from scanner.admission.names import without_tag
from scanner.admission.ticket import EarlierAdmission
from scanner.admission.verdict import Kind, Reason
from scanner.facts import Fact
from scanner.store.journal import (
    fact_from_text,
    fact_to_text,
    moves_noted,
    nonce_of,
    params_from_text,
)


class State(StrEnum):
    """What is known of an admission at the API; the database permits only certain moves.

    One that was undone at the API stands no longer: its ticket may be admitted again. At most one
    admission of a ticket stands. An exit and a re-entry are no admissions, see
    `scanner.store.passages`; where the platform takes none, their state is `LOCAL` from the first.
    """

    QUEUED = "queued"
    SENDING = "sending"
    CONFIRMED = "confirmed"
    CONFLICT = "conflict"
    REFUSED = "refused"
    UNDONE = "undone"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Admission:
    """One patron let in, and what became of the record.

    `sent` is the server's time of the first sending; `answered` says whether nothing of the last
    one is outstanding any more (it was answered, or never left); `declined` that it was answered
    completely and not granted; `granted` that an answer to this gate granted it, so that no look-up
    had to tell; `outstanding` is the server's time of an earlier sending that may still arrive;
    `faults` counts the API's faults in a row. `device` is the name as it is sent.
    `override_note` is why a supervisor let the patron in, if one did, and `override_by` their name.
    A list of all records has exits and re-entries in this form too, by their `kind`.
    """

    serial: str
    journal: int
    event: str
    section: str
    redeemer: str
    device: str
    at: datetime
    state: State
    attempts: int
    sent: datetime | None
    answered: bool
    outstanding: datetime | None
    faults: int
    reason: Fact | None
    declined: bool = False
    last_sent: datetime | None = None
    granted: bool = False
    override_note: str | None = None
    override_by: str | None = None
    kind: Kind = Kind.ADMITTED

    @property
    def gate(self) -> str:
        """The device's name as people know it."""
        return without_tag(self.device)


class Waiting(NamedTuple):
    """A queued admission, as far as a request carries it.

    Attributes:
        at: when the patron was let in, the gate's time, aware.
        nonce: the journal row's, see `scanner.store.journal.nonce`.
        override: whether a supervisor let the patron in.
    """

    serial: str
    event: str
    redeemer: str
    device: str
    faults: int
    at: datetime
    nonce: str
    override: bool = False


_STANDS = "state <> 'undone'"
"""An admission that was not undone; its serial has no other such, and an index of these."""

AT_THIS_DOOR = "event IS coalesce((SELECT event FROM session WHERE id = 1 AND passages), event)"
"""SQL: whether a row is of the session's event; without exits and further entries, any row is.

A platform that takes these admits a ticket once at each of its lists, and a list is an event here.
"""

_THESE = f"serial IN (SELECT value FROM json_each(?2)) AND {_STANDS}"
"""The serials of a batch, in one statement: it takes a fifth of what a statement for each does."""

_ANSWERED, _DECLINED, _GRANTED = 1, 2, 3
"""What the column `answered` holds, beside 0. Until version 4, only 1 was written."""

_SHARED = 5
"""The first so many fields of `Waiting` are, but for the serial, the same of a whole batch."""

_WAITING = (
    "SELECT journal, admission.at, (SELECT reason FROM journal WHERE id = admission.journal),"
    " serial, event, redeemer, device, faults FROM admission WHERE state = 'queued'"
    " AND event = coalesce(?, event) ORDER BY faults, journal LIMIT ?"
)

_ADMITTED = "serial, journal, event, section, redeemer, device, at"
_COLUMNS = (
    "serial, journal, event, section, redeemer, device, at, state, attempts, sent, answered,"
    " outstanding, faults, reason, last_sent,"
    " (SELECT params FROM journal WHERE journal.id = admitted.journal"
    f" AND journal.reason = '{Reason.OVERRIDDEN}')"
)


def enqueue(conn: sqlite3.Connection) -> None:
    """Write down, for what becomes of them, the admissions that the journal has got since."""
    conn.execute(
        f"INSERT INTO admission ({_ADMITTED}) SELECT {_ADMITTED} FROM fresh ORDER BY journal"
    )


def withhold(conn: sqlite3.Connection, serial: str, reason: Fact) -> None:
    """Note that an admission's green light was never shown: the API had said no before."""
    enqueue(conn)
    conn.execute(
        f"INSERT INTO withheld SELECT journal, ?2 FROM admission WHERE serial = ?1 AND {_STANDS}",
        (serial, fact_to_text(reason)),
    )


def note_shown(conn: sqlite3.Connection, serial: str, row: int) -> None:
    """Note that a green light was shown for a serial, at a row of the journal.

    That row is the admission's own, or a later one that let its patron in.
    """
    conn.execute(
        "INSERT OR IGNORE INTO shown (journal) SELECT max(journal) FROM admitted"
        f" WHERE serial = ? AND journal <= ? AND {AT_THIS_DOOR} HAVING max(journal)",
        (serial, row),
    )


class OwnAdmission(NamedTuple):
    """What the ledger knows of a serial: an admission, or why it did not let anybody in.

    Attributes:
        admission: this gate's, where the API did not refuse it before its green light.
        refusal: why it did.
        unshown: whether nothing is known of the admission's light having been shown.
        row: the admission's row of the journal, where there is one.
        other_door: what was recorded at another door, where that is all.
    """

    admission: EarlierAdmission | None = None
    refusal: Fact | None = None
    unshown: bool = False
    row: int = 0
    other_door: EarlierAdmission | None = None


def own_admission(conn: sqlite3.Connection, serial: str) -> OwnAdmission:
    """Return this gate's standing admission, or why the API refused it before its green light.

    Where the API refused it later, and the light was never shown, that is why as well.
    """
    row = conn.execute(
        "SELECT at, redeemer, device,"
        " (SELECT reason FROM withheld WHERE withheld.journal = admitted.journal),"
        " journal NOT IN (SELECT journal FROM shown), state IN ('conflict', 'refused'), reason,"
        f" journal, {AT_THIS_DOOR} FROM admitted WHERE serial = ?1 AND {_STANDS}",
        (serial,),
    ).fetchone()
    if row is None:
        return OwnAdmission()
    at, redeemer, device, withheld, unshown, denied, reason, number, here = row
    refusal = withheld or (reason if unshown and denied else None)
    if here and refusal is not None:
        return OwnAdmission(None, fact_from_text(refusal))
    admission = EarlierAdmission(datetime.fromisoformat(at), redeemer, without_tag(device))
    if not here:
        return OwnAdmission(other_door=admission)
    return OwnAdmission(admission, unshown=bool(unshown), row=number)


def next_batch(conn: sqlite3.Connection, most: int, event: str | None = None) -> list[Waiting]:
    """Return the oldest queued admissions that one request can carry, of one event or of any.

    Those that made the API fail come last, half as many together after each fault, so that one
    that always fails is soon alone. All share event, redeemer and device.
    """
    enqueue(conn)
    rows = [_waiting(row) for row in conn.execute(_WAITING, (event, most))]
    if not rows:
        return []
    first = rows[0]
    alike = [each for each in rows if each[1:_SHARED] == first[1:_SHARED]]
    return alike[: max(1, most >> first.faults)]


def _waiting(stored: tuple[Any, ...]) -> Waiting:
    row, at, reason, serial, event, redeemer, device, faults = stored
    nonce = nonce_of(row, at, event, device, serial)
    overridden = reason == Reason.OVERRIDDEN
    moment = datetime.fromisoformat(at)
    return Waiting(serial, event, redeemer, device, faults, moment, nonce, overridden)


def in_state(
    conn: sqlite3.Connection, state: State | None = None, most: int = -1
) -> list[Admission]:
    """Return admissions oldest first, of one state or of all."""
    where, values = ("WHERE state = ?", (state.value, most)) if state else ("", (most,))
    query = f"SELECT {_COLUMNS} FROM admitted {where} ORDER BY journal LIMIT ?"
    return list(_admissions(conn, query, values))


def after(conn: sqlite3.Connection, row: int, event: str | None, most: int) -> list[Admission]:
    """Return the oldest unsettled admissions after a journal's row that need no look-up."""
    query = (
        f"SELECT {_COLUMNS} FROM admission AS admitted WHERE journal > ?1 AND (state = 'queued' OR"
        " state = 'sending' AND NOT answered) AND event = coalesce(?2, event) ORDER BY 2 LIMIT ?3"
    )
    return list(_admissions(conn, query, (row, event, most)))


def by_serial(conn: sqlite3.Connection, serials: Sequence[str]) -> list[Admission]:
    """Return the admissions of these serials that stand, oldest first."""
    marks = ",".join("?" * len(serials))
    query = (
        f"SELECT {_COLUMNS} FROM admitted WHERE serial IN ({marks}) AND {_STANDS} ORDER BY journal"
    )
    return list(_admissions(conn, query, tuple(serials)))


UNSETTLED = """(
    SELECT event, journal FROM admitted WHERE state IN ('queued', 'sending')
    UNION ALL SELECT event, journal FROM passed WHERE state IN ('queued', 'sending')
)"""
"""SQL: event and journal row of what is queued or being sent, admissions and passages."""


def has_unsettled(conn: sqlite3.Connection, event: str) -> bool:
    """Tell whether admissions or passages of an event are queued or being sent."""
    row = conn.execute(f"SELECT 1 FROM {UNSETTLED} WHERE event = ? LIMIT 1", (event,)).fetchone()
    return row is not None


def count_waiting_elsewhere(conn: sqlite3.Connection, event: str) -> int:
    """Count the unsettled admissions and passages of other events than this one."""
    row = conn.execute(f"SELECT count(*) FROM {UNSETTLED} WHERE event <> ?", (event,)).fetchone()
    return int(row[0])


def counts(conn: sqlite3.Connection) -> dict[State, int]:
    """Count the admissions and passages of each state."""
    found = dict.fromkeys(State, 0)
    for state, count in conn.execute(
        "SELECT state, count(*) FROM admission GROUP BY state"
        " UNION ALL SELECT 'queued', count(*) FROM fresh"
        " UNION ALL SELECT state, count(*) FROM passage GROUP BY state"
    ):
        found[State(state)] += count
    return found


def mark_sending(conn: sqlite3.Connection, serials: Sequence[str], sent: datetime) -> None:
    """Note, before the request leaves, that these are being sent; `sent` in the server's time."""
    enqueue(conn)
    with moves_noted(conn, sent):
        conn.execute(
            "UPDATE admission SET state = 'sending', attempts = attempts + 1, reason = NULL,"
            " outstanding = CASE WHEN answered THEN outstanding ELSE last_sent END, answered = 0,"
            " sent = coalesce(sent, ?1), last_sent = ?1"
            # The + keeps SQLite from going through all that is queued, in search of a hundred.
            f" WHERE {_THESE} AND +state = 'queued'",
            (sent.isoformat(), json.dumps(serials)),
        )


def mark_answered(
    conn: sqlite3.Connection, serials: Sequence[str], *, declined: bool = False
) -> None:
    """Note that nothing of the request that carried these is outstanding any more.

    Args:
        conn: the ledger, for writing.
        serials: of the admissions.
        declined: whether the answer was complete and did not grant them.
    """
    conn.execute(
        f"UPDATE admission SET answered = ?1 WHERE {_THESE}",
        (_DECLINED if declined else _ANSWERED, json.dumps(serials)),
    )


def mark_fault(conn: sqlite3.Connection, serials: Sequence[str]) -> None:
    """Note that the API failed on a request that carried these."""
    enqueue(conn)
    conn.executemany(
        f"UPDATE admission SET faults = faults + 1 WHERE serial = ? AND {_STANDS}",
        [(each,) for each in serials],
    )


def move(
    conn: sqlite3.Connection, serial: str, state: State, at: datetime, reason: Fact | None = None
) -> None:
    """Move the admission that stands to a state; the database refuses a forbidden move."""
    enqueue(conn)
    settled = None if state in (State.QUEUED, State.SENDING) else at.isoformat()
    with moves_noted(conn, at):
        conn.execute(
            "UPDATE admission SET state = ?, reason = ?, settled = ?"
            f" WHERE serial = ? AND {_STANDS}",
            (state.value, fact_to_text(reason) if reason else None, settled, serial),
        )


def put_back(conn: sqlite3.Connection, serials: Sequence[str], at: datetime, reason: Fact) -> None:
    """Move some that are being sent back into the queue."""
    back = (
        f"UPDATE admission SET state = 'queued', reason = ?1 WHERE {_THESE} AND state = 'sending'"
    )
    with moves_noted(conn, at):
        conn.execute(back, (fact_to_text(reason), json.dumps(serials)))


def undo_withheld(conn: sqlite3.Connection, serial: str, at: datetime, reason: Fact) -> None:
    """Undo an admission that the API did not grant, if its green light was never shown."""
    denied = [each.state in (State.CONFLICT, State.REFUSED) for each in by_serial(conn, [serial])]
    if any(denied) and own_admission(conn, serial).refusal:
        move(conn, serial, State.UNDONE, at, reason)


def confirm(conn: sqlite3.Connection, serials: Sequence[str], at: datetime) -> None:
    """Note an answer that granted these: they are confirmed."""
    with moves_noted(conn, at):
        conn.execute(
            "UPDATE admission SET state = 'confirmed', reason = NULL, settled = ?1,"
            f" answered = {_GRANTED} WHERE {_THESE}",
            (at.isoformat(), json.dumps(serials)),
        )


def moved_without_record(conn: sqlite3.Connection) -> list[str]:
    """Return the serials of which a transition is known, and no record of what became of them."""
    rows = conn.execute(
        "SELECT DISTINCT serial FROM transition WHERE serial NOT IN (SELECT serial FROM admission)"
        " AND NOT EXISTS (SELECT 1 FROM passage WHERE passage.journal = transition.journal)"
    )
    return [serial for (serial,) in rows]


def _admissions(
    conn: sqlite3.Connection, query: str, values: tuple[object, ...]
) -> Iterator[Admission]:
    for row in conn.execute(query, values):
        serial, journal_row, event, section, redeemer, device, at, state, *rest = row
        attempts, sent, answered, outstanding, faults, reason, last_sent, override = rest
        given = params_from_text(Reason.OVERRIDDEN, override or "{}").params
        note, by = given.get("note"), given.get("by")
        yield Admission(
            serial,
            journal_row,
            event,
            section,
            redeemer,
            device,
            datetime.fromisoformat(at),
            State(state),
            attempts,
            datetime.fromisoformat(sent) if sent else None,
            bool(answered),
            datetime.fromisoformat(outstanding) if outstanding else None,
            faults,
            fact_from_text(reason) if reason else None,
            answered == _DECLINED,
            datetime.fromisoformat(last_sent) if last_sent else None,
            answered == _GRANTED,
            str(note) if note else None,
            str(by) if by else None,
        )
