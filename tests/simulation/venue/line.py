"""Between a gate and the venue's engine: what can go wrong with a request, by a seeded die."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TypeVar

from scanner.venue.claims.bucket import Entry, Extent, Taken, Unanswered
from tests.simulation.venue.engine import Engine

T = TypeVar("T")

LATEST = 6.0
"""Seconds after which nothing that was sent arrives any more."""

_TRAVEL = (0.0005, 0.004)
_CROWDED = (0.02, 0.6)
_SILENCE_SECONDS = 5.0
_BREAKS_SECONDS = (0.5, 6.0)


@dataclass
class Weather:
    """How bad it is: the chance of each mishap for a request; `up` is false while it is cut off.

    `side` is of the network, while that is split.
    """

    up: bool = True
    side: int = 0
    request_lost: float = 0.0
    reply_lost: float = 0.0
    late: float = 0.0
    crowded: float = 0.0


@dataclass
class Line:
    """One gate's way to the engine; a `Bucket`."""

    engine: Engine
    rng: random.Random
    weather: Weather

    async def extent(self) -> Extent:
        """Return which bucket it is, and its last revision."""
        return await self._ask(self._extent)

    async def get(self, key: str) -> Entry | None:
        """Return a key's newest entry."""
        return await self._ask(lambda: self.engine.read(self.weather.side, key))

    async def put(self, key: str, value: bytes, revision: int) -> int:
        """Write a key; whoever gives up does not take it back."""
        side = self.weather.side

        def write() -> int:
            return self.engine.write(side, key, value, revision)

        if self.weather.up and self._happens(self.weather.late):
            self._later(write)
            await self._silence()
        return await self._ask(write, given_up=write)

    async def watch(self, since: int) -> AsyncIterator[list[Entry]]:
        """Yield what is written; a watch that is cut off goes on, or breaks after a while."""
        engine, loop = self.engine, asyncio.get_running_loop()
        starts = await self._ask(self._began)
        at, first = min(since, engine.revision), True
        breaks = 0.0
        while True:
            if self._reaches():
                found, upto, breaks = engine.after(at), engine.revision, 0.0
                if found or first:
                    await self._travel()
                    self._unless_restarted(starts)
                    yield found
                at, first = upto, False
                if engine.revision == upto:
                    await engine.change()
            else:
                breaks = breaks or loop.time() + self.rng.uniform(*_BREAKS_SECONDS)
                await engine.change(breaks - loop.time())
                if loop.time() >= breaks:
                    raise Unanswered
            self._unless_restarted(starts)

    def _extent(self) -> Extent:
        self._began()
        return Extent(1, self.engine.revision)

    def _began(self) -> int:
        if not self._reaches():
            raise Unanswered
        return self.engine.starts

    def _unless_restarted(self, starts: int) -> None:
        if self.engine.starts != starts:
            raise Unanswered

    def _reaches(self) -> bool:
        return self.weather.up and self.engine.answers(self.weather.side)

    async def _ask(self, call: Callable[[], T], given_up: Callable[[], T] | None = None) -> T:
        if not self.weather.up or self._happens(self.weather.request_lost):
            await self._silence()
        try:
            await self._travel()
        except asyncio.CancelledError:  # it is on its way
            if given_up:
                self._later(given_up)
            raise
        try:
            outcome: T | Taken = call()
        except Taken as taken:
            outcome = taken
        except Unanswered:
            if self._happens(0.2):  # no leader is known, and a node says so
                raise
            await self._silence()
        await self._travel()
        if not self.weather.up or self._happens(self.weather.reply_lost):
            await self._silence()
        if isinstance(outcome, Taken):
            raise outcome
        return outcome

    async def _travel(self) -> None:
        bounds = _CROWDED if self._happens(self.weather.crowded) else _TRAVEL
        await asyncio.sleep(self.rng.uniform(*bounds))

    async def _silence(self) -> None:
        await asyncio.sleep(self.rng.uniform(0.0, _SILENCE_SECONDS))
        raise Unanswered

    def _later(self, write: Callable[[], T]) -> None:
        """Let a write arrive long after it was sent, whatever became of its sender."""

        def arrive() -> None:
            with contextlib.suppress(Taken, Unanswered):  # its answer reaches nobody
                write()

        asyncio.get_running_loop().call_later(self.rng.uniform(0, LATEST), arrive)

    def _happens(self, chance: float) -> bool:
        return self.rng.random() < chance
