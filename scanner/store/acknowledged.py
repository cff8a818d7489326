"""What the API denied, and that somebody has seen to: notes of the journal."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from scanner.facts import Fact
from scanner.store import journal
from scanner.store.errors import StoreError, StoreFault
from scanner.store.journal import JournalNote
from scanner.store.ledger import State, by_serial
from scanner.store.passages import of_ticket

_STILL = """
SELECT (SELECT count(*) FROM admission WHERE journal = ?1 AND state = ?2)
    + (SELECT count(*) FROM passage WHERE journal = ?1 AND state = ?2)
"""

TO_BE_SEEN_TO = frozenset({State.CONFLICT, State.REFUSED})
"""The states that somebody has to look at; nothing that the gate does ends them."""


class Acknowledged(NamedTuple):
    """What was done about an admission that the API denied, and who said so."""

    note: str
    by: str


SeenTo = Mapping[tuple[int, State], Acknowledged]
"""What was done, by the admission's row of the journal and its state then."""


def acknowledge(conn: sqlite3.Connection, serial: str, done: Acknowledged, at: datetime) -> None:
    """Note that somebody has seen to what the API denied of a serial: it is no alarm from then on.

    A record keeps its state; where that changes, it is looked at again. Call inside a transaction.

    Raises:
        StoreError: no admission or passage of that serial is in conflict or refused.
    """
    seen_to, denied = read_acknowledged(conn), _denied(conn, serial)
    if not denied:
        raise StoreError(StoreFault.NOTHING_TO_ACKNOWLEDGE, serial=serial)
    for row, state in [each for each in denied if each not in seen_to] or denied:
        params = {"serial": serial, "row": row, "state": state.value, **done._asdict()}
        journal.note(conn, Fact(JournalNote.ACKNOWLEDGED, params), at)


def _denied(conn: sqlite3.Connection, serial: str) -> list[tuple[int, State]]:
    """Return what the API denied of a ticket, admission and passages, by row and state."""
    records = [
        *((each.journal, each.state) for each in by_serial(conn, [serial])),
        *((each.journal, each.state) for each in of_ticket(conn, serial)),
    ]
    return [(row, state) for row, state in records if state in TO_BE_SEEN_TO]


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
        found[state] += conn.execute(_STILL, (row, state.value)).fetchone()[0]
    return found
