"""One payload in, one durable verdict out."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import structlog

from scanner.admission.claim import Answer, Asked, Standing
from scanner.admission.rules import Exit, Word
from scanner.admission.ticket import Unclaimed
from scanner.facts import Fact
from scanner.judging import NOT_ASKED, Judged, Presented, VenueWord, judge, weigh, withhold
from scanner.priority import Priority
from scanner.store import journal, ledger
from scanner.store.database import SqlConnection, transaction, unsynced
from scanner.store.writer import Writer

_WAITING_AT_ONCE = 4
"""Patrons who wait for the API; a further one waits for the first of them as well."""


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


class Claims(Protocol):
    """Asks the venue's other gates before the green light; from any thread."""

    @property
    def fallback(self) -> Unclaimed:
        """What stands where they do not answer in time."""

    def ask(self, asked: Asked, /) -> "Future[Answer]":
        """Ask; the future ends in a quarter of a second at most, and never fails."""

    def end(self, asked: Asked, /, *, green: bool) -> None:
        """Learn what came of a try: without a green light, what it won is given back."""


Steps = Generator["Future[Any]", Any, Judged]
"""A presentation's way where others are asked: what it waits for, and at last the verdict."""

Drive = Callable[[Steps], "Future[Judged]"]
"""Goes such a way to its end; ways that are begun later wait until then."""


class InTurn:
    """Goes one way after the other in a thread of its own."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "claim")

    def __call__(self, steps: Steps) -> "Future[Judged]":
        """Go a way to its end."""
        return self._thread.submit(_go, steps)


def _go(steps: Steps) -> Judged:
    try:
        waited = next(steps)
        while True:
            try:
                found = waited.result()
            except Exception as error:  # noqa: BLE001 - the way itself says what follows
                waited = steps.throw(error)
            else:
                waited = steps.send(found)
    except StopIteration as end:
        judged: Judged = end.value
        return judged


class Gate:
    """Judges presentations, one after the other; a verdict is published after its commit.

    Args:
        writer: the ledger's thread.
        confirms: asks the API before a green light; without it, the gate decides alone.
        priority: claimed for every presentation, so that background work gives way.
        claims: asks the venue's other gates before a green light; without it, nobody is asked.
        drive: goes the ways of presentations where they are asked.
    """

    def __init__(
        self,
        writer: Writer,
        confirms: Confirms | None = None,
        priority: Priority | None = None,
        claims: Claims | None = None,
        drive: Drive | None = None,
    ) -> None:
        self._writer = writer
        self._confirms = confirms
        self._priority = priority or Priority()
        self._claims = claims
        self._drive = drive or InTurn()
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
        presented = Presented(payload, at, source, word)
        if self._claims and not isinstance(word, Exit):
            return self._drive(self._claimed(presented, self._claims))
        if self._confirms is None or word:
            return self._writer.submit(
                lambda conn: self._publish(self._judge(conn, presented)), urgent=True
            )
        judging = self._writer.submit(lambda conn: self._judge(conn, presented), urgent=True)
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
        if self._confirms is not None or self._claims is not None:
            return self.present(payload, at, source, word).result()
        self._priority.claim()
        presented = Presented(payload, at, source, word)
        return self._writer.now(lambda conn: self._publish(self._judge(conn, presented)))

    def note_shown(self, judged: Judged) -> None:
        """Note that a verdict's light was shown; from any thread, without waiting.

        Until then a ticket that was let in is in doubt: the process may end before its light. Where
        the note is lost, with the process or with the power, the doubt stays.
        """
        if judged.verdict.admits:
            self._shown.append(judged)
            self._writer.submit(self._write_notes)

    def _judge(
        self, conn: SqlConnection, presented: Presented, said: VenueWord = NOT_ASKED
    ) -> Judged:
        with self._noting(conn):  # this may be of a ticket whose light was just shown
            return judge(conn, presented, said)

    def _claimed(self, presented: Presented, claims: Claims) -> Steps:
        """Claim, then commit, then green; what is no green light after all is given back."""
        said = NOT_ASKED
        asked = yield self._weigh(presented, said)
        tried: list[Asked] = []
        green = False
        try:
            while asked:
                if asked.wish in {each.wish for each in tried}:
                    # Lost: a supervisor's word was about another verdict than the one now due.
                    presented = presented._replace(word=None)
                    break
                tried.append(asked)
                answer: Answer = yield claims.ask(asked)
                if answer.standing is not Standing.LOST:
                    if answer.standing is Standing.UNANSWERED:
                        said = said._replace(unclaimed=claims.fallback)
                    break
                said = VenueWord(answer.claim)
                asked = yield self._weigh(presented, said)
            judged: Judged = yield self._submit(lambda conn: self._judge(conn, presented, said))
            if self._confirms and not presented.word:
                judged = self._confirmed(judged, self._confirms)
            green = judged.verdict.admits
        finally:
            for each in tried:
                claims.end(each, green=green)
        return self._publish(judged)

    def _weigh(self, presented: Presented, said: VenueWord) -> "Future[Asked | None]":
        return self._writer.submit(lambda conn: weigh(conn, presented, said), urgent=True)

    def _submit(self, work: Callable[[SqlConnection], Any]) -> "Future[Any]":
        return self._writer.submit(work, urgent=True)

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
        return self._publish(self._confirmed(judging.result(), confirms))

    def _confirmed(self, judged: Judged, confirms: Confirms) -> Judged:
        word = confirms.ask(judged) if judged.verdict.admits else PlatformsWord()
        if word.judged and judged.notice:
            notice = judged.notice._replace(unjudged=frozenset())
            judged = judged._replace(notice=notice if any(notice) else None)
        if refusal := word.refusal:
            withholding = self._writer.submit(
                lambda conn: withhold(conn, judged, refusal), urgent=True
            )
            judged = withholding.result()
        return judged

    def _publish(self, judged: Judged) -> Judged:
        for subscriber in self._subscribers:
            try:
                subscriber(judged)
            except Exception:  # noqa: BLE001 - the verdict stands, whatever a listener does
                structlog.get_logger("gate").exception("a subscriber failed", scan=judged.scan)
        return judged
