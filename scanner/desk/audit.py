"""The audit: is the ledger the one that was written, and is every verdict the one due?

Without the key, the chain shows accidents. With it, it shows who changed the files on purpose.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.admission.code_form import parse
from scanner.admission.evidence import EvidenceError, cleaning_of, form_of, from_json
from scanner.admission.rules import decide
from scanner.admission.serial import LONGEST_PAYLOAD, is_blinded
from scanner.admission.verdict import Kind, Reason
from scanner.facts import Code, Fact
from scanner.keystore import KeyStoreError
from scanner.store import journal, ledger
from scanner.store.anchor import Anchor, Head, Secrets, is_keyed, read_anchor, read_head
from scanner.store.contradictions import find_contradictions
from scanner.store.database import SqlConnection
from scanner.store.journal import Entry, JournalNote, Scan

_SUPERVISORS = frozenset({Reason.OVERRIDDEN, Reason.REENTRY})

_BREAKS = frozenset(
    {
        JournalNote.HEAD_MISSING,
        JournalNote.KEY_LOST,
        JournalNote.KEY_LOCKED,
        JournalNote.RECOVERED_IN_PART,
    }
)
"""Notes of something that a supervisor has to know; they are findings until the next anchor."""

_KNOWN_MOVES = frozenset({JournalNote.REANCHORED, JournalNote.RECOVERED})
"""Notes of how many moves there were, whatever was noted of them before."""


class Difference(Code):
    """What is not as it was written."""

    ROWS_MISSING = "audit.rows_missing"
    ROW_CHANGED = "audit.row_changed"
    END_MISSING = "audit.end_missing"
    NO_INPUTS = "audit.no_inputs"
    OTHER_PAYLOAD = "audit.other_payload"
    DECIDED_OTHERWISE = "audit.decided_otherwise"
    NO_GREEN = "audit.no_green"
    NO_ADMISSION = "audit.no_admission"
    NO_RECORD = "audit.no_record"
    FORGED = "audit.forged"
    UNKEYED = "audit.unkeyed"
    PAST_CHANGED = "audit.past_changed"
    MOVES_CHANGED = "audit.moves_changed"
    MOVES_NOT_NOTED = "audit.moves_not_noted"
    KEPT_HEAD_MISSING = "audit.kept_head_missing"
    GIVEN_HEAD_MISSING = "audit.given_head_missing"
    KEY_MISSING = "audit.key_missing"
    KEY_LOCKED = "audit.key_locked"


class Told(Code):
    """What a reader of the evening wants to know, and is no difference."""

    BY_SUPERVISOR = "audit.by_supervisor"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, or worth telling; `row` is the journal's, where it is about one."""

    fact: Fact
    row: int | None = None

    def __str__(self) -> str:
        return f"row {self.row}: {self.fact}" if self.row else str(self.fact)


@dataclass(frozen=True, slots=True)
class Proof:
    """What the ledger is held against, from outside of it.

    Attributes:
        anchor: the journal's key, and from where on it holds.
        kept: the key store's copy of the head.
        given: a head that somebody wrote down, in hexadecimal, or the first 16 digits or more.
        locked: the key store does not answer.
    """

    anchor: Anchor | None = None
    kept: Head | None = None
    given: str | None = None
    locked: bool = False


def read_proof(keys: Secrets, given: str | None = None) -> Proof:
    """Read what the key store knows; do so before the ledger is read, which may grow meanwhile."""
    try:
        return Proof(read_anchor(keys), read_head(keys), given)
    except KeyStoreError:
        return Proof(given=given, locked=True)


class Audit:
    """Goes through the ledger once.

    Read inside one transaction, so that a gate at work does not look like a difference.

    Attributes:
        rows: how many presentations were checked so far.
        remarks: what was found before a supervisor anchored the chain anew, with the note of that;
            and recoveries.
        overrides: whom a supervisor let in, or in again, with name and reason.
    """

    def __init__(self, conn: SqlConnection, proof: Proof | None = None) -> None:
        self._conn = conn
        self._proof = proof or Proof()
        self.rows = 0
        self.remarks: list[Finding] = []
        self.overrides: list[Finding] = []

    def findings(self) -> Iterator[Finding]:
        """Yield every difference; nothing comes from a ledger that is whole."""
        admitted: dict[int, str | None] = {}
        moves, seal = _Moves(self._conn, self._proof.anchor), _Seal(self._proof.anchor)
        given = self._proof.given in (None, journal.FIRST.hex())
        pending: list[Finding] = []
        last, before = 0, journal.FIRST
        for entry in journal.entries(self._conn):
            row, scan, digest, _ = entry
            if row != last + 1:
                pending.append(_at(row, Difference.ROWS_MISSING, count=row - last - 1))
            elif journal.chain_hash(before, row, scan) != digest:
                pending.append(_at(row, Difference.ROW_CHANGED))
            pending += seal.check(entry)
            given = given or digest.hex().startswith(self._proof.given or "-")
            if scan.kind == journal.NOTE:
                pending += moves.check(entry)
                pending = self._weigh(entry, pending, genuine=seal.is_genuine(entry))
            else:
                self.rows += 1
                if _is_supervisors(scan):
                    told = {"serial": scan.serial, "fact": _noted(scan)}
                    self.overrides.append(Finding(Fact(Told.BY_SUPERVISOR, told), row))
                if difference := _decided_otherwise(scan):
                    pending.append(Finding(difference, row))
            if scan.kind == Kind.ADMITTED:
                admitted[row] = scan.serial
            last, before = row, digest
        yield from pending
        noted, _ = journal.head(self._conn)
        if noted != last:
            yield Finding(Fact(Difference.END_MISSING, {"last": last, "noted": noted}))
        yield from seal.end()
        yield from moves.end()
        yield from self._outside(given=given)
        yield from self._unmatched(admitted)

    def _weigh(self, entry: Entry, pending: list[Finding], *, genuine: bool) -> list[Finding]:
        """Return what nobody has acknowledged, up to and with this note."""
        found = Finding(_noted(entry.scan), entry.row)
        if entry.scan.reason in _BREAKS:
            return [*pending, found]
        if entry.scan.reason == JournalNote.REANCHORED and genuine:
            self.remarks += [*pending, found]
            return []
        if entry.scan.reason == JournalNote.RECOVERED:
            self.remarks.append(found)
        return pending

    def _outside(self, *, given: bool) -> Iterator[Finding]:
        """Compare with what is known outside of the ledger."""
        proof = self._proof
        if proof.kept and not proof.kept.is_in(self._conn):
            yield Finding(Fact(Difference.KEPT_HEAD_MISSING, {"number": proof.kept.row}))
        if not given:
            yield Finding(Fact(Difference.GIVEN_HEAD_MISSING, {"head": proof.given}))
        if proof.anchor is None and is_keyed(self._conn):
            yield Finding(Fact(Difference.KEY_LOCKED if proof.locked else Difference.KEY_MISSING))

    def _unmatched(self, admitted: dict[int, str | None]) -> Iterator[Finding]:
        """Compare the journal's green lights with the admissions, and these with their moves."""
        for admission in ledger.in_state(self._conn):
            serial = admitted.pop(admission.journal, None)
            if serial != admission.serial:
                yield Finding(Fact(Difference.NO_GREEN, {"serial": admission.serial}))
        for row in admitted:
            yield Finding(Fact(Difference.NO_ADMISSION), row)
        for serial in ledger.moved_without_record(self._conn):
            yield Finding(Fact(Difference.NO_RECORD, {"serial": serial}))
        for fact in find_contradictions(self._conn):
            yield Finding(fact)


class _Seal:
    """Checks the MACs, from the row on at which keying began."""

    def __init__(self, anchor: Anchor | None) -> None:
        self._anchor = anchor
        self._key = anchor.key if anchor else None
        self._last = (0, journal.FIRST)
        self._passed = False
        self._unkeyed: list[int] = []

    def check(self, entry: Entry) -> Iterator[Finding]:
        if self._anchor is None or self._key is None:
            return
        if entry.row >= self._anchor.first:
            yield from self._begin()
            if entry.mac is None:
                self._unkeyed.append(entry.row)
            else:
                yield from self._run()
                if entry.mac != self._key.mac(entry.digest):
                    yield Finding(Fact(Difference.FORGED), entry.row)
        else:
            self._last = (entry.row, entry.digest)

    def is_genuine(self, entry: Entry) -> bool:
        """Tell whether a row is this program's own, as far as the key can tell."""
        if self._anchor is None or self._key is None or entry.row < self._anchor.first:
            return True
        return entry.mac == self._key.mac(entry.digest)

    def end(self) -> Iterator[Finding]:
        yield from self._begin()
        yield from self._run()

    def _begin(self) -> Iterator[Finding]:
        """Compare the last row before keying began, once, with what it was then."""
        if self._anchor and not self._passed and self._last[1] != self._anchor.before:
            yield Finding(Fact(Difference.PAST_CHANGED, {"number": self._anchor.first - 1}))
        self._passed = True

    def _run(self) -> Iterator[Finding]:
        """Report rows without a MAC as one finding for each run of them."""
        if self._unkeyed:
            first, last = self._unkeyed[0], self._unkeyed[-1]
            yield Finding(Fact(Difference.UNKEYED, {"first": first, "last": last}))
        self._unkeyed = []


class _Moves:
    """Checks the moves of admissions against the notes that have their hashes."""

    def __init__(self, conn: SqlConnection, anchor: Anchor | None) -> None:
        self._conn = conn
        self._anchor = anchor
        self._next = anchor.moves + 1 if anchor else None

    def check(self, entry: Entry) -> Iterator[Finding]:
        if self._anchor and entry.row < self._anchor.first:
            return
        params = _noted(entry.scan).params
        if entry.scan.reason in _KNOWN_MOVES:
            self._next = _number(params.get("moves")) + 1
        if entry.scan.reason != JournalNote.MOVED:
            return
        first, last = _number(params.get("first")), _number(params.get("last"))
        if self._next is not None and first != self._next:
            yield Finding(_moves(Difference.MOVES_NOT_NOTED, self._next, first - 1), entry.row)
        if journal.moves_digest(self._conn, first, last).hex() != params.get("digest"):
            yield Finding(_moves(Difference.MOVES_CHANGED, first, last), entry.row)
        self._next = last + 1

    def end(self) -> Iterator[Finding]:
        last = journal.last_move(self._conn)
        if self._next is not None and last >= self._next:
            yield Finding(_moves(Difference.MOVES_NOT_NOTED, self._next, last))
        if self._anchor and self._anchor.moves:
            found = journal.moves_digest(self._conn, 1, self._anchor.moves)
            if found != self._anchor.moves_digest:
                yield Finding(_moves(Difference.MOVES_CHANGED, 1, self._anchor.moves))


def _at(row: int, code: Difference, **params: int) -> Finding:
    return Finding(Fact(code, params), row)


def _moves(code: Difference, first: int, last: int) -> Fact:
    return Fact(code, {"first": first, "last": last})


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _is_supervisors(scan: Scan) -> bool:
    """Tell whether a supervisor's word let somebody in; at a further door, its reason is noted."""
    at_further_door = scan.reason == Reason.OTHER_DOOR and "note" in _noted(scan).params
    return at_further_door or scan.reason in _SUPERVISORS


def _noted(scan: Scan) -> Fact:
    return journal.params_from_text(scan.reason, scan.params or "{}")


def _decided_otherwise(scan: Scan) -> Fact | None:
    """Decide again from the recorded inputs; say how the outcome differs, if it does.

    A row without parameters is of an earlier version, whose reason is a sentence.
    """
    try:
        evidence = from_json(scan.evidence)
        cleaning, form = cleaning_of(scan.evidence), form_of(scan.evidence)
    except EvidenceError as error:
        return Fact(Difference.NO_INPUTS, {"said": str(error.__cause__ or error)})
    if is_blinded(scan.payload):
        reads_alike = evidence.known.ticket is None
    else:
        whole = len(scan.payload) < LONGEST_PAYLOAD
        reads_alike = not whole or parse(form, scan.payload, cleaning) == evidence.parsed
    if not reads_alike:
        return Fact(Difference.OTHER_PAYLOAD)
    verdict = decide(*evidence, at=scan.at)
    recorded = [scan.kind, scan.serial]
    decided = [verdict.kind.value, verdict.serial]
    if scan.params is not None:
        recorded += [scan.reason, scan.params]
        decided += [verdict.reason.value, journal.params_to_text(verdict.fact)]
    if recorded != decided:
        said = {"recorded": _listed(recorded), "decided": _listed(decided)}
        return Fact(Difference.DECIDED_OTHERWISE, said)
    return None


def _listed(values: list[str | None]) -> str:
    return ", ".join(each or "no ticket" for each in values)
