"""One gate of a venue in an evening: what outlives a crash, and what runs until one."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scanner.admission.claim import Answer, Asked, Standing
from scanner.admission.ticket import Unclaimed
from scanner.gate import Gate, Steps
from scanner.judging import Judged
from scanner.store import venue_claims
from scanner.venue.claims.claimant import Claimant
from scanner.venue.claims.mirror import Mirror
from scanner.venue.claims.settling import Settling
from scanner.venue.errors import Sealed
from tests.simulation.gates import House
from tests.simulation.memory import InlineWriter
from tests.simulation.venue.line import Line


class PlainKey:
    """A venue's key that hides nothing; a cipher would take a good part of an evening's time."""

    def name(self, text: str, use: str = "right") -> str:
        """Return what stands for a text."""
        return f"{use} {text}"

    def seal(self, plain: bytes, subject: str) -> bytes:
        """Put a message under its subject."""
        return subject.encode() + b"\x00" + plain

    def open(self, sealed: bytes, subject: str) -> bytes:
        """Take it out; raises `Sealed` under another subject."""
        under, _, plain = sealed.partition(b"\x00")
        if under != subject.encode():
            raise Sealed
        return plain


KEY = PlainKey()


@dataclass
class Way:
    """One presentation on its way: what was asked, and what the last answer was."""

    asked: list[Asked] = field(default_factory=list)
    answer: Answer | None = None

    @property
    def standing(self) -> Standing | None:
        """Whether the last answer was that this gate has the claim."""
        return self.answer.standing if self.answer else None


class Run:
    """What runs of a gate's venue until a crash; it is the gate's `Claims`, and its `Drive`.

    Args:
        line: the way to the engine.
        writer: the gate's files.
        fallback: what stands where nobody answers.
        clock: the gate's.
        dies: draws between two steps of a presentation whether the gate crashes there.
    """

    def __init__(
        self,
        line: Line,
        writer: InlineWriter,
        fallback: Unclaimed,
        clock: Callable[[], datetime],
        dies: Callable[[], bool],
    ) -> None:
        self.fallback = fallback
        self.way = Way()
        self.slowest = 0.0
        self.dead = False
        self._dies = dies
        self._queue: deque[tuple[Steps, Future[Judged]]] = deque()
        self._going: Steps | None = None
        self._began = 0.0
        self._loop = asyncio.get_running_loop()
        self._claimant = Claimant(
            line, KEY, lambda key: writer.now(lambda conn: venue_claims.read(conn, key))
        )
        mirror = Mirror(line, KEY, writer)
        self.settling = Settling(self._claimant, mirror, writer, clock)
        self.work = [self._loop.create_task(each.run()) for each in (mirror, self.settling)]
        self._asking: set[asyncio.Task[None]] = set()

    def ask(self, asked: Asked) -> "Future[Answer]":
        """Ask on the evening's loop."""
        answered: Future[Answer] = Future()

        async def ask() -> None:
            self.way.answer = await self._claimant.ask(asked)
            answered.set_result(self.way.answer)

        self.way.asked.append(asked)
        task = self._loop.create_task(ask())
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        return answered

    def end(self, asked: Asked, *, green: bool) -> None:
        """Give back what was won; a gate that is gone gives nothing back."""
        if not self.dead:
            self._claimant.end(asked, green=green)

    def __call__(self, steps: Steps) -> "Future[Judged]":
        """Go a presentation's way, once those before it are at their end."""
        promise: Future[Judged] = Future()
        self._queue.append((steps, promise))
        self._next()
        return promise

    async def stop(self) -> None:
        """End at once, wherever it is."""
        self.dead = True
        tasks = [*self.work, *self._asking]
        for task in tasks:
            task.cancel()
        await self._claimant.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._going:
            self._going.close()

    def _next(self) -> None:
        while self._queue and self._going is None and not self.dead:
            self._going, promise = self._queue.popleft()
            self.way, self._began = Way(), self._loop.time()
            self._go(self._going, promise, None)

    def _go(self, steps: Steps, promise: "Future[Judged]", found: Any) -> None:
        """Take steps until something is waited for, or the gate crashes."""
        try:
            waited = steps.send(found)
            while not self._dies():
                if not waited.done():
                    waited.add_done_callback(lambda each: self._go_on(steps, promise, each))
                    return
                waited = steps.send(waited.result())
            self.dead = True
        except StopIteration as end:
            self._going = None
            asked = max(1, len(self.way.asked))
            self.slowest = max(self.slowest, (self._loop.time() - self._began) / asked)
            self.way = Way()
            promise.set_result(end.value)

    def _go_on(self, steps: Steps, promise: "Future[Judged]", waited: "Future[Any]") -> None:
        if not self.dead:
            self._go(steps, promise, waited.result())
            self._next()


@dataclass
class Party:
    """A gate of the venue.

    Attributes:
        tag: of its installation now.
        gone: whether nobody will see it again.
        tries: the rights and moments of all entries that were tried here.
    """

    house: House
    line: Line
    tag: str
    run: Run | None = None
    gone: bool = False
    tries: set[tuple[int, datetime]] = field(default_factory=set)

    @property
    def device(self) -> str:
        """The gate's name as people know it."""
        return f"{self.house.name}, north entrance"

    def start(
        self,
        fallback: Unclaimed,
        clock: Callable[[], datetime],
        dies: Callable[[], bool],
        look: Callable[[Judged], None],
    ) -> None:
        """Start the gate with the venue at its side; `look` is told each verdict."""
        house = self.house
        writer = InlineWriter(house.file, house.conn)
        run = self.run = Run(self.line, writer, fallback, clock, dies)
        house.gate = Gate(writer, claims=run, drive=run)
        house.gate.subscribe(look)
        house.gate.subscribe(lambda _: run.settling.wake())

    async def crash(self) -> None:
        """End all that runs, in the midst of it."""
        run, self.run, self.house.gate = self.run, None, None
        if run:
            await run.stop()

    def check(self) -> None:
        """Check that what runs has not failed, and that nobody waited too long."""
        if self.run is None:
            return
        for task in self.run.work:
            if task.done() and not task.cancelled():
                task.result()
        assert self.run.slowest < 0.2501, f"a patron waited for {self.run.slowest} s"
