"""What the API denied or two gates let in, and that somebody has seen to: notes of the journal."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from scanner.facts import Fact
from scanner.store import double_entries, journal
from scanner.store.double_entries import DoubleEntry
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

DOUBLE = "double entry"
"""Stands in a note for the state of what was let in at two gates."""


class Acknowledged(NamedTuple):
    """What was done about what somebody had to look at, and who said so."""

    note: str
    by: str


SeenTo = Mapping[tuple[int, str], Acknowledged]
"""What was done, by the row of the journal and the state then: a `State`'s, or `DOUBLE`.

The row is the admission's; a double entry's is that of its note.
"""


@dataclass(frozen=True, slots=True)
class Doubles:
    """The double entries of this gate, and what was done about them.

    Attributes:
        entries: newest first.
        done: what was done, by the row of the note.
        until: the journal's row up to which they were read.
    """

    entries: tuple[DoubleEntry, ...] = ()
    done: Mapping[int, Acknowledged] = field(default_factory=dict)
    until: int = 0

    @property
    def open(self) -> tuple[DoubleEntry, ...]:
        """Those that nobody has seen to, newest first."""
        return tuple(each for each in self.entries if each.noted not in self.done)


def acknowledge(conn: sqlite3.Connection, serial: str, done: Acknowledged, at: datetime) -> None:
    """Note that somebody has seen to what is wrong about a serial: it is no alarm from then on.

    That is what the API denied, and a double entry. A record keeps its state; where that changes,
    it is looked at again. Call inside a transaction.

    Raises:
        StoreError: nothing of that serial is in conflict, refused, or let in at two gates.
    """
    seen_to, wrong = read_acknowledged(conn), [*_denied(conn, serial), *_doubles(conn, serial)]
    if not wrong:
        raise StoreError(StoreFault.NOTHING_TO_ACKNOWLEDGE, serial=serial)
    for row, state in [each for each in wrong if each not in seen_to] or wrong:
        params = {"serial": serial, "row": row, "state": state, **done._asdict()}
        journal.note(conn, Fact(JournalNote.ACKNOWLEDGED, params), at)


def _doubles(conn: sqlite3.Connection, serial: str) -> list[tuple[int, str]]:
    return [(each.noted, DOUBLE) for each in double_entries.read(conn) if each.serial == serial]


def _denied(conn: sqlite3.Connection, serial: str) -> list[tuple[int, str]]:
    """Return what the API denied of a ticket, admission and passages, by row and state."""
    records = [
        *((each.journal, each.state) for each in by_serial(conn, [serial])),
        *((each.journal, each.state) for each in of_ticket(conn, serial)),
    ]
    return [(row, state.value) for row, state in records if state in TO_BE_SEEN_TO]


def read_acknowledged(conn: sqlite3.Connection, after: int = 0) -> SeenTo:
    """Read what was seen to in rows of the journal after one."""
    found = {}
    for _, fact in journal.notes(conn, JournalNote.ACKNOWLEDGED, after):
        row, state, note, by = map(fact.params.get, ("row", "state", "note", "by"))
        if isinstance(row, int) and (state in TO_BE_SEEN_TO or state == DOUBLE):
            found[row, str(state)] = Acknowledged(str(note), str(by or ""))
    return found


def read_doubles(conn: sqlite3.Connection, before: Doubles | None = None) -> Doubles:
    """Read the double entries; after those of `before`, only what the journal got since.

    Where no claim was ever heard of, nothing is read.
    """
    if conn.execute("SELECT 1 FROM venue_claim LIMIT 1").fetchone() is None:
        return Doubles()
    head, _ = journal.head(conn)
    if before is None or before.until > head:  # an older copy of the ledger was put back
        before = Doubles()
    noted = double_entries.read(conn, before.until)
    new = [each for each in noted if each.noted <= head]  # what comes meanwhile is read next
    seen_to = read_acknowledged(conn, before.until)
    done = {row: each for (row, state), each in seen_to.items() if state == DOUBLE}
    return Doubles((*reversed(new), *before.entries), {**before.done, **done}, head)


def count_acknowledged(conn: sqlite3.Connection, counts: Mapping[State, int]) -> dict[State, int]:
    """Count those of each state that were seen to; `counts` counts all of the state."""
    found = dict.fromkeys(TO_BE_SEEN_TO, 0)
    if not any(counts.get(state) for state in TO_BE_SEEN_TO):
        return found  # the evening's usual: nothing is read for it
    for row, state in read_acknowledged(conn):
        if state in TO_BE_SEEN_TO:
            found[State(state)] += conn.execute(_STILL, (row, state)).fetchone()[0]
    return found
