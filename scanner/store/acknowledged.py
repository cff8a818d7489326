"""Admissions that the API denied, and that somebody has seen to: notes of the journal."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from scanner.facts import Fact
from scanner.store import journal
from scanner.store.errors import StoreError, StoreFault
from scanner.store.journal import JournalNote
from scanner.store.ledger import State, by_serial

TO_BE_SEEN_TO = frozenset({State.CONFLICT, State.REFUSED})
"""The states that somebody has to look at; nothing that the gate does ends them."""


class Acknowledged(NamedTuple):
    """What was done about an admission that the API denied, and who said so."""

    note: str
    by: str


SeenTo = Mapping[tuple[int, State], Acknowledged]
"""What was done, by the admission's row of the journal and its state then."""


def acknowledge(conn: sqlite3.Connection, serial: str, done: Acknowledged, at: datetime) -> None:
    """Note that somebody has seen to the admission of a serial, which is no alarm from then on.

    It stays one of its state; where that changes, it is looked at again. Call inside a transaction.

    Raises:
        StoreError: no admission of that serial is in conflict or refused.
    """
    found = next(iter(by_serial(conn, [serial])), None)
    if found is None or found.state not in TO_BE_SEEN_TO:
        raise StoreError(StoreFault.NOTHING_TO_ACKNOWLEDGE, serial=serial)
    params = {"serial": serial, "row": found.journal, "state": found.state.value, **done._asdict()}
    journal.note(conn, Fact(JournalNote.ACKNOWLEDGED, params), at)


def read_acknowledged(conn: sqlite3.Connection) -> SeenTo:
    """Read what was seen to."""
    found = {}
    for _, fact in journal.notes(conn, JournalNote.ACKNOWLEDGED):
        row, state, note, by = map(fact.params.get, ("row", "state", "note", "by"))
        if isinstance(row, int) and state in TO_BE_SEEN_TO:
            found[row, State(str(state))] = Acknowledged(str(note), str(by or ""))
    return found


def count_acknowledged(conn: sqlite3.Connection, counts: Mapping[State, int]) -> dict[State, int]:
    """Count those of each state that were seen to; `counts` counts all of the state."""
    found = dict.fromkeys(TO_BE_SEEN_TO, 0)
    if not any(counts.get(state) for state in TO_BE_SEEN_TO):
        return found  # the evening's usual: nothing is read for it
    for row, state in read_acknowledged(conn):
        still = "SELECT count(*) FROM admission WHERE journal = ? AND state = ?"
        found[state] += conn.execute(still, (row, state.value)).fetchone()[0]
    return found
