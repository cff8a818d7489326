"""Tickets that were let in at two gates of a venue: notes of the journal, made once for each."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple

from scanner.admission.claim import Claim, Entrant
from scanner.admission.names import tag_of, without_tag
from scanner.facts import Fact
from scanner.store import journal
from scanner.store.details import SAME_RIGHT
from scanner.store.journal import JournalNote

_SERIALS = SAME_RIGHT.format(serial="?1")
_OWN = f"""
SELECT journal FROM admitted
WHERE state <> 'undone' AND journal NOT IN (SELECT journal FROM withheld) AND serial IN {_SERIALS}
UNION ALL SELECT id FROM journal WHERE kind = 'reentry' AND serial IN {_SERIALS}
ORDER BY journal LIMIT 1
"""
"""This gate's entry on a ticket, or on another serial of the same right to enter."""

_ALIKE = f"SELECT * FROM {_SERIALS}"


class DoubleEntry(NamedTuple):
    """One ticket that let in here, and at another gate too.

    Attributes:
        noted: the row of the journal that tells it.
        serial: the ticket's.
        row: the journal's row of this gate's own admission.
        gate: the other gate, without its tag.
        guard: who let in there.
        at: when, by that gate's clock.
    """

    noted: int
    serial: str
    row: int
    gate: str
    guard: str
    at: datetime | None

    @property
    def fact(self) -> Fact:
        """The double entry, to be worded."""
        known = {"serial": self.serial, "gate": self.gate, "guard": self.guard, "at": self.at}
        return Fact(JournalNote.DOUBLE_ENTRY, known)


class Noted:
    """The double entries that a journal tells, for one who asks again and again.

    Each row is read once: a journal only grows.
    """

    def __init__(self) -> None:
        self._upto = 0
        self._names: set[tuple[object, object, datetime | None]] = set()

    def names(self, conn: sqlite3.Connection) -> AbstractSet[tuple[object, object, object]]:
        """Return serial, gate and moment of each that is noted now."""
        last, _ = journal.head(conn)
        for _, fact in journal.notes(conn, JournalNote.DOUBLE_ENTRY, self._upto):
            told = fact.params
            self._names.add((told.get("serial"), told.get("gate"), _moment(told.get("at"))))
        self._upto = last
        return self._names


def note(
    conn: sqlite3.Connection,
    claims: Iterable[Claim],
    tags: Collection[str],
    at: datetime,
    noted: Noted | None = None,
) -> int:
    """Note the double entries among claims that are not noted yet; returns how many are new.

    What this gate has claimed, and let nobody in with, is none. Call inside a transaction.

    Args:
        conn: the ledger, with the cache.
        claims: as the venue has them.
        tags: all that this ledger has had, see `scanner.store.installation`.
        at: the gate's time.
        noted: what the caller knows of the journal from before.
    """
    found = [(claim, other) for claim in claims for other in _others(claim, tags)]
    if not found:
        return 0
    known = (noted or Noted()).names(conn)
    new = 0
    for claim, other in found:
        own = conn.execute(_OWN, (claim.serial,)).fetchone()
        gate = without_tag(other.device)
        # By no nonce: a claim that was lost has another one now.
        names = {(serial, gate, other.at) for (serial,) in conn.execute(_ALIKE, (claim.serial,))}
        if own is None or not known.isdisjoint(names):
            continue
        told = {
            "serial": claim.serial,
            "row": own[0],
            "gate": gate,
            "guard": other.redeemer,
            "at": other.at,
            "nonce": other.nonce,
        }
        journal.note(conn, Fact(JournalNote.DOUBLE_ENTRY, told), at, "venue")
        new += 1
    return new


def read(conn: sqlite3.Connection, after: int = 0) -> Iterator[DoubleEntry]:
    """Read the double entries that are noted in rows after one, oldest first."""
    for noted, fact in journal.notes(conn, JournalNote.DOUBLE_ENTRY, after):
        serial, row, at = map(fact.params.get, ("serial", "row", "at"))
        if isinstance(serial, str) and isinstance(row, int):
            gate, guard = (str(fact.params.get(each) or "") for each in ("gate", "guard"))
            yield DoubleEntry(noted, serial, row, gate, guard, _moment(at))


def _others(claim: Claim, tags: Collection[str]) -> list[Entrant]:
    """Return the others that let in on a claim, where this gate did too."""
    others = [each for each in claim.entrants if tag_of(each.device) not in tags]
    return others if len(others) < len(claim.entrants) else []


def _moment(found: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(found))
    except ValueError:
        return None
