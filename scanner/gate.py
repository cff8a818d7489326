"""One payload in, one durable verdict out."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple, Protocol

import structlog

from scanner.admission.cleaning import CLEANING
from scanner.admission.code_form import parse, unlisted
from scanner.admission.door import Notice
from scanner.admission.evidence import Evidence, from_json, to_json
from scanner.admission.rules import Exit, Remedy, Word, decide, remedy
from scanner.admission.serial import LONGEST_PAYLOAD, blinded, is_verbatim
from scanner.admission.verdict import Reason, Verdict
from scanner.facts import Fact
from scanner.priority import Priority
from scanner.store import journal, ledger, sessions, tickets
from scanner.store.database import SqlConnection, transaction, unsynced
from scanner.store.journal import key_of
from scanner.store.writer import Writer

_WAITING_AT_ONCE = 4
"""Patrons who wait for the API; a further one waits for the first of them as well."""


class Judged(NamedTuple):
    """A recorded verdict: what was presented, when (aware, UTC), and the journal's row.

    `remedy` is what a supervisor can do about it, if anything; `notice` is what the guard is told
    beside it.
    """

    scan: int
    payload: str
    source: str
    at: datetime
    verdict: Verdict
    remedy: Remedy | None = None
    notice: Notice | None = None

    @property
    def fact(self) -> Fact:
        """The verdict's reason, to be worded as at its own moment."""
        return self.verdict.fact_at(self.at)


class PlatformsWord(NamedTuple):
    """What the platform says of an admission that is recorded and not shown yet.

    Attributes:
        refusal: why it refuses it; nothing where it does not, or did not answer in time: then the
            local verdict stands.
        judged: whether it judged what this gate can't, and does not refuse it.
    """

    refusal: Fact | None = None
    judged: bool = False


class Confirms(Protocol):
    """Asks the API before the green light."""

    def ask(self, judged: Judged, /) -> PlatformsWord:
        """Ask about an admission; called in a thread of its own, which may wait."""
        ...


class Gate:
    """Judges presentations, one after the other; a verdict is published after its commit.

    Args:
        writer: the ledger's thread.
        confirms: asks the API before a green light; without it, the gate decides alone.
        priority: claimed for every presentation, so that background work gives way.
    """

    def __init__(
        self, writer: Writer, confirms: Confirms | None = None, priority: Priority | None = None
    ) -> None:
        self._writer = writer
        self._confirms = confirms
        self._priority = priority or Priority()
        self._waiting = ThreadPoolExecutor(_WAITING_AT_ONCE, "confirmation")
        self._subscribers: list[Callable[[Judged], None]] = []
        self._shown: deque[Judged] = deque()  # not noted in the ledger yet

    def subscribe(self, subscriber: Callable[[Judged], None]) -> None:
        """Call `subscriber` with every verdict, after the commit, from a thread of the gate's."""
        self._subscribers.append(subscriber)

    def note(self, fact: Fact, at: datetime) -> "Future[int]":
        """Note in the journal what is no presentation; the future ends when that is durable."""

        def write(conn: SqlConnection) -> int:
            with transaction(conn):
                return journal.note(conn, fact, at)

        return self._writer.submit(write)

    def present(
        self, payload: str, at: datetime, source: str, word: Word | None = None
    ) -> "Future[Judged]":
        """Judge one presentation; the future ends when the verdict is durable.

        `word` is a person's, a supervisor's after a PIN or a guard's: it is recorded with the
        verdict, and the API is not asked before.
        Callable from any thread. The future raises `StoreError` where nothing could be recorded:
        then nobody is admitted.
        """
        self._priority.claim()
        if self._confirms is None or word:
            return self._writer.submit(
                lambda conn: self._publish(self._judge(conn, payload, at, source, word)),
                urgent=True,
            )
        judging = self._writer.submit(
            lambda conn: self._judge(conn, payload, at, source), urgent=True
        )
        return self._waiting.submit(self._confirm_and_publish, judging, self._confirms)

    def present_and_wait(
        self, payload: str, at: datetime, source: str, word: Word | None = None
    ) -> Judged:
        """Judge one presentation in the caller's thread; returns when the verdict is durable.

        For threads that have nothing else to do meanwhile: handing the work to another and back
        costs a third of what a durable verdict takes on a fast disk.

        Raises:
            StoreError: nothing could be recorded, and nobody is admitted.
        """
        if self._confirms is not None:
            return self.present(payload, at, source, word).result()
        self._priority.claim()
        return self._writer.now(
            lambda conn: self._publish(self._judge(conn, payload, at, source, word))
        )

    def note_shown(self, judged: Judged) -> None:
        """Note that a verdict's light was shown; from any thread, without waiting.

        Until then a ticket that was let in is in doubt: the process may end before its light. Where
        the note is lost, with the process or with the power, the doubt stays.
        """
        if judged.verdict.admits:
            self._shown.append(judged)
            self._writer.submit(self._write_notes)

    def _judge(
        self,
        conn: SqlConnection,
        payload: str,
        at: datetime,
        source: str,
        word: Word | None = None,
    ) -> Judged:
        with self._noting(conn):  # this may be of a ticket whose light was just shown
            return judge(conn, payload, at, source, word)

    def _write_notes(self, conn: SqlConnection) -> None:
        if self._shown:  # else a presentation took them along
            with unsynced(conn), self._noting(conn):
                pass

    @contextmanager
    def _noting(self, conn: SqlConnection) -> Iterator[None]:
        """Write the lights that were shown in the transaction that everything inside is in."""
        noted = tuple(self._shown)
        with transaction(conn):
            for judged in noted:
                ledger.note_shown(conn, judged.verdict.serial or "", judged.scan)
            yield
        for _ in noted:
            self._shown.popleft()

    def _confirm_and_publish(self, judging: "Future[Judged]", confirms: Confirms) -> Judged:
        """Ask the API about what would let a patron in, record its no, then publish."""
        judged = judging.result()
        word = confirms.ask(judged) if judged.verdict.admits else PlatformsWord()
        if word.judged and judged.notice:
            notice = judged.notice._replace(unjudged=frozenset())
            judged = judged._replace(notice=notice if any(notice) else None)
        if refusal := word.refusal:
            withholding = self._writer.submit(
                lambda conn: _withhold(conn, judged, refusal), urgent=True
            )
            judged = withholding.result()
        return self._publish(judged)

    def _publish(self, judged: Judged) -> Judged:
        for subscriber in self._subscribers:
            try:
                subscriber(judged)
            except Exception:  # noqa: BLE001 - the verdict stands, whatever a listener does
                structlog.get_logger("gate").exception("a subscriber failed", scan=judged.scan)
        return judged


def judge(
    conn: SqlConnection,
    payload: str,
    at: datetime,
    source: str,
    word: Word | None = None,
) -> Judged:
    """Look up, decide and record one presentation; call inside a transaction."""
    standing = sessions.read_standing(conn)
    parsed = parse(standing.form, payload)
    known, notice = tickets.look_up_with_notice(conn, parsed)
    parsed = parsed if known.ticket else unlisted(parsed)
    evidence = Evidence(parsed, standing.closed, known, word)
    verdict = decide(*evidence, at=at)
    if verdict.reason is Reason.OVERRIDDEN and verdict.serial and known.refusal:
        # The gate ended between the API's no and its record, or the light was never shown.
        ledger.undo_withheld(conn, verdict.serial, at, known.refusal)
    scan = journal.Scan(
        at=at,
        event=standing.event,
        redeemer=standing.redeemer,
        device=standing.device,
        source=source,
        payload=_recorded(conn, payload, evidence),
        serial=verdict.serial,
        kind=verdict.kind.value,
        reason=verdict.reason.value,
        evidence=to_json(evidence, CLEANING, standing.form),
        params=journal.params_to_text(verdict.fact),
    )
    row = journal.append(conn, scan)
    offered = None if isinstance(word, Exit) else remedy(verdict, known)
    return Judged(row, payload, source, at, verdict, offered, notice)


def recorded(row: int, scan: journal.Scan) -> Judged | None:
    """Return a presentation as it was judged, from its row of the journal.

    Nothing where it can't be read: it may be of a newer version. A row without parameters is of an
    earlier one, and is decided again.
    """
    try:
        if scan.params is None:
            verdict = decide(*from_json(scan.evidence), at=scan.at)
        else:
            verdict = Verdict.of(journal.params_from_text(scan.reason, scan.params), scan.serial)
    except ValueError:
        return None
    return Judged(row, scan.payload, scan.source, scan.at, verdict)


def _recorded(conn: SqlConnection, payload: str, evidence: Evidence) -> str:
    """Return a payload as the journal keeps it: what is no ticket of this list, blinded."""
    kept = payload[:LONGEST_PAYLOAD].encode("utf-8", "replace").decode()
    if is_verbatim(kept, evidence.parsed, ticket_known=evidence.known.ticket is not None):
        return kept
    key = key_of(conn)
    return blinded(evidence.parsed, len(payload), key.blind(payload) if key else "")


def _withhold(conn: SqlConnection, judged: Judged, refusal: Fact) -> Judged:
    """Judge again with the API's no, and record that; the green light is never shown.

    What the platform's own rules refuse now they may let in later, so the ticket is free again.
    """
    serial, may_change = judged.verdict.serial, judged.notice and judged.notice.unjudged
    with transaction(conn):
        if serial:
            ledger.withhold(conn, serial, refusal)
        again = judge(conn, judged.payload, judged.at, judged.source)
        if serial and may_change:
            ledger.undo_withheld(conn, serial, judged.at, refusal)
        return again
