"""The audit: is the journal whole, and does every verdict follow from what was known?"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.admission.evidence import EvidenceError, from_json
from scanner.admission.rules import decide
from scanner.admission.serial import LONGEST_PAYLOAD, parse_payload
from scanner.admission.verdict import Kind
from scanner.store import journal, ledger
from scanner.store.journal import Scan


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong; `row` is the journal's, where it is about one."""

    problem: str
    row: int | None = None

    def __str__(self) -> str:
        return f"row {self.row}: {self.problem}" if self.row else self.problem


class Audit:
    """Goes through the ledger once; `rows` is how many presentations were checked so far.

    Read inside one transaction, so that a gate at work does not look like a difference.
    """

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self.rows = 0

    def findings(self) -> Iterator[Finding]:
        """Yield every difference; nothing comes from a ledger that is whole."""
        last, before = 0, journal.FIRST
        admitted: dict[int, str | None] = {}
        for row, scan, digest in journal.rows(self._conn):
            presented = scan.kind != journal.NOTE
            self.rows += presented
            if row != last + 1:
                yield Finding(f"{row - last - 1} row(s) before it are missing", row)
            elif journal.chain_hash(before, row, scan) != digest:
                yield Finding("it, or the row before it, was changed", row)
            if presented and (difference := _decided_otherwise(scan)):
                yield Finding(difference, row)
            if scan.kind == Kind.ADMITTED:
                admitted[row] = scan.serial
            last, before = row, digest
        noted, _ = journal.head(self._conn)
        if noted != last:
            yield Finding(f"the journal ends at row {last}, but row {noted} was the last written")
        yield from self._unmatched(admitted)

    def _unmatched(self, admitted: dict[int, str | None]) -> Iterator[Finding]:
        """Compare the journal's green lights with the admissions."""
        for admission in ledger.in_state(self._conn):
            serial = admitted.pop(admission.journal, None)
            if serial != admission.serial:
                yield Finding(f"the admission of {admission.serial} has no green light")
        for row in admitted:
            yield Finding("its admission is missing", row)
        for serial in ledger.moved_without_record(self._conn):
            yield Finding(f"what became of the admission of {serial} is missing")


def _decided_otherwise(scan: Scan) -> str | None:
    """Decide again from the recorded inputs; say how the outcome differs, if it does.

    A row without parameters is of an earlier version, whose reason is a sentence.
    """
    try:
        evidence = from_json(scan.evidence)
    except EvidenceError as error:
        return str(error)
    if len(scan.payload) < LONGEST_PAYLOAD and parse_payload(scan.payload) != evidence.parsed:
        return "the payload does not read as it was recorded"
    verdict = decide(*evidence)
    recorded = [scan.kind, scan.serial]
    decided = [verdict.kind.value, verdict.serial]
    if scan.params is not None:
        recorded += [scan.reason, scan.params]
        decided += [verdict.reason.value, journal.params_to_text(verdict.fact)]
    if recorded != decided:
        return f"it says {_listed(recorded)}, but is {_listed(decided)}"
    return None


def _listed(values: list[str | None]) -> str:
    return ", ".join(each or "no ticket" for each in values)
