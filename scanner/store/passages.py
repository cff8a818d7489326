"""Further passages of a ticket: exits, and entries after the first; the ledger's third part.

There is nothing to enqueue: the database writes the record of a passage together with its journal
row, of the kind `exited` or `reentry`. Where the session's platform takes no passages it is `local`
from the first. Else it is sent, as admissions are, and moves along permitted ways only.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from scanner.admission.verdict import Kind, Reason
from scanner.facts import Fact
from scanner.store import ledger
from scanner.store.journal import (
    fact_from_text,
    fact_to_text,
    moves_noted,
    nonce_of,
    params_from_text,
)
from scanner.store.ledger import Admission, State


class Passage(NamedTuple):
    """One exit or further entry, and what became of its record.

    Attributes:
        journal: its row.
        kind: `EXITED` or `REENTRY`.
        device: the name as it is sent.
        at: the gate's time, aware.
        nonce: the journal row's, see `scanner.store.journal.nonce`.
        override: whether a supervisor let the patron in, or in again.
        verdict: why the gate decided so.
        faults: of the API, in a row.
        reason: why it came to its state.
    """

    journal: int
    serial: str
    kind: Kind
    event: str
    section: str
    redeemer: str
    device: str
    at: datetime
    nonce: str
    override: bool
    verdict: Fact
    state: State
    attempts: int
    faults: int
    reason: Fact | None


_COLUMNS = (
    "journal, serial, kind, event, section, redeemer, device, at, verdict, params, state, attempts,"
    " faults, reason"
)

_FIRST_OF_ITS_TICKET = """
NOT EXISTS (SELECT 1 FROM passage AS earlier JOIN journal AS its ON its.id = earlier.journal
    WHERE earlier.serial = passed.serial AND earlier.journal < passed.journal
    AND state IN ('queued', 'sending') AND its.event = passed.event)
AND NOT EXISTS (SELECT 1 FROM admission WHERE serial = passed.serial
    AND admission.journal < passed.journal AND state IN ('queued', 'sending') AND state <> 'undone'
    AND admission.event = passed.event)
"""
"""What happened at another event is of no account. `undone` names the index."""

_THESE = "journal IN (SELECT value FROM json_each(?1))"


def next_ones(conn: sqlite3.Connection, most: int, event: str | None = None) -> list[Passage]:
    """Return the oldest queued passages that may be sent now, of one event or of any.

    One waits while its ticket's admission or an earlier passage of it is open at the same event.
    Those that made the API fail come last.
    """
    ledger.enqueue(conn)
    return _read(
        conn,
        f"WHERE state = 'queued' AND event = coalesce(?, event) AND {_FIRST_OF_ITS_TICKET}"
        " ORDER BY faults, journal LIMIT ?",
        (event, most),
    )


def in_state(
    conn: sqlite3.Connection, state: State | None = None, event: str | None = None
) -> list[Passage]:
    """Return passages oldest first, of one state or of all, of one event or of any."""
    return _read(
        conn,
        "WHERE state = coalesce(?, state) AND event = coalesce(?, event) ORDER BY journal",
        (state.value if state else None, event),
    )


def of_ticket(conn: sqlite3.Connection, serial: str) -> list[Passage]:
    """Return a ticket's passages, oldest first."""
    return _read(conn, "WHERE serial = ? ORDER BY journal", (serial,))


def entered_again(
    conn: sqlite3.Connection, event: str, serials: Sequence[str] | None = None
) -> set[str]:
    """Return those serials, or all, of which the platform has or gets a further entry of here."""
    chosen = json.dumps(serials) if serials is not None else None
    # The kind stands in the text: SQLite plans a statement anew each time that a value is bound
    # which a partial index may depend on.
    rows = conn.execute(
        f"SELECT DISTINCT serial FROM passed WHERE kind = '{Kind.REENTRY.value}' AND event = ?1"
        " AND state <> 'local' AND (?2 IS NULL OR serial IN (SELECT value FROM json_each(?2)))",
        (event, chosen),
    )
    return {serial for (serial,) in rows}


def first_entries(
    conn: sqlite3.Connection, event: str, serials: Sequence[str] | None = None
) -> list[Admission]:
    """Return the first entries at an event of tickets that were admitted at another door before.

    Args:
        conn: the ledger.
        event: the door's.
        serials: which tickets are asked about; all where nothing is given.
    """
    some = "" if serials is None else " AND serial IN (SELECT value FROM json_each(?))"
    given = (
        (Reason.OTHER_DOOR, event)
        if serials is None
        else (Reason.OTHER_DOOR, event, json.dumps(serials))
    )
    where = f"WHERE verdict = ? AND event = ?{some} ORDER BY journal"
    return [_as_admission(each) for each in _read(conn, where, given)]


def at_this_door(conn: sqlite3.Connection, serial: str) -> tuple[Admission | None, list[Passage]]:
    """Return a ticket's first entry at the session's door, and its passages after that.

    Without exits and further entries, all that the ledger has is of one door.
    """
    (door,) = conn.execute("SELECT event FROM session WHERE passages").fetchone() or (None,)
    stands = ledger.by_serial(conn, [serial])
    own = next((each for each in stands if door in (None, each.event)), None)
    passed = [each for each in of_ticket(conn, serial) if door in (None, each.event)]
    first = next((each for each in passed if each.verdict.code == Reason.OTHER_DOOR), None)
    if own or first is None:
        return own, passed
    return _as_admission(first), [each for each in passed if each is not first]


def counts(conn: sqlite3.Connection) -> dict[State, int]:
    """Count the passages of each state."""
    found = dict.fromkeys(State, 0)
    for state, count in conn.execute("SELECT state, count(*) FROM passage GROUP BY state"):
        found[State(state)] = count
    return found


def mark_sending(conn: sqlite3.Connection, rows: Sequence[int], at: datetime) -> None:
    """Note, before the request leaves, that these are being sent; only what is queued is."""
    with moves_noted(conn, at):
        conn.execute(
            "UPDATE passage SET state = 'sending', attempts = attempts + 1, reason = NULL"
            f" WHERE {_THESE} AND +state = 'queued'",
            (json.dumps(rows),),
        )


def put_back(
    conn: sqlite3.Connection, rows: Sequence[int], at: datetime, reason: Fact | None = None
) -> None:
    """Queue again what was being sent: sent twice with its nonce, it counts once."""
    text = fact_to_text(reason) if reason else None
    with moves_noted(conn, at):
        conn.execute(
            f"UPDATE passage SET state = 'queued', reason = ?2 WHERE {_THESE}"
            " AND +state = 'sending'",
            (json.dumps(rows), text),
        )


def mark_fault(conn: sqlite3.Connection, rows: Sequence[int]) -> None:
    """Note that the API failed on each of these."""
    conn.execute(
        f"UPDATE passage SET faults = faults + 1 WHERE {_THESE}",
        (json.dumps(rows),),
    )


def settle(
    conn: sqlite3.Connection, row: int, state: State, at: datetime, reason: Fact | None = None
) -> None:
    """Move a passage to the state that an answer says; the database refuses a forbidden move."""
    with moves_noted(conn, at):
        conn.execute(
            "UPDATE passage SET state = ?, reason = ?, settled = ? WHERE journal = ?",
            (state.value, fact_to_text(reason) if reason else None, at.isoformat(), row),
        )


def listed(conn: sqlite3.Connection, state: State | None = None, most: int = -1) -> list[Admission]:
    """Return all records oldest first, admissions and passages, of one state or of all.

    A passage's reason is why it was refused or put back; else the verdict's.
    """
    admissions = [] if state is State.LOCAL else ledger.in_state(conn, state, most)
    found = [*admissions, *map(_as_admission, in_state(conn, state))]
    return sorted(found, key=lambda each: each.journal)


def _as_admission(each: Passage) -> Admission:
    note, by = each.verdict.params.get("note"), each.verdict.params.get("by")
    return Admission(
        each.serial,
        each.journal,
        each.event,
        each.section,
        each.redeemer,
        each.device,
        each.at,
        each.state,
        each.attempts,
        sent=None,
        answered=each.state not in (State.QUEUED, State.SENDING),
        outstanding=None,
        faults=each.faults,
        reason=each.reason or each.verdict,
        override_note=str(note) if note else None,
        override_by=str(by) if by else None,
        kind=each.kind,
    )


def _read(conn: sqlite3.Connection, where: str, values: Iterable[Any]) -> list[Passage]:
    rows = conn.execute(f"SELECT {_COLUMNS} FROM passed {where}", tuple(values))
    return [_passage(row) for row in rows]


def _passage(stored: tuple[Any, ...]) -> Passage:
    row, serial, kind, event, section, redeemer, device, at, verdict, params, *rest = stored
    state, attempts, faults, reason = rest
    said = params_from_text(verdict, params or "{}")
    return Passage(
        row,
        serial,
        Kind(kind),
        event,
        section,
        redeemer,
        device,
        datetime.fromisoformat(at),
        nonce_of(row, at, event, device, serial),
        verdict == Reason.REENTRY or (verdict == Reason.OTHER_DOOR and "note" in said.params),
        said,
        State(state),
        attempts,
        faults,
        fact_from_text(reason) if reason else None,
    )
