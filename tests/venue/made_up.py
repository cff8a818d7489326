"""A venue without an engine: a bucket in memory, and a key that only marks what it seals."""

import asyncio
from collections.abc import AsyncIterator

from scanner.venue.claims.bucket import Entry, Extent, Taken, Unanswered
from scanner.venue.errors import Sealed


class PlainKey:
    """Names and seals in the clear, so that a test can read what was written."""

    def name(self, text: str, use: str = "right") -> str:
        return f"{use}:{text}"

    def seal(self, plain: bytes, subject: str) -> bytes:
        return f"{subject}|".encode() + plain

    def open(self, sealed: bytes, subject: str) -> bytes:
        before, _, plain = sealed.partition(b"|")
        if before.decode() != subject:
            raise Sealed
        return plain


class MadeUpBucket:
    """Claims at an engine that can be gone, and that can lose its answers.

    Attributes:
        gone: nothing is answered, and nothing happens.
        lost: so many answers to writes are lost, though they were written.
        writes, reads: how many came.
    """

    def __init__(self) -> None:
        self.made = 1
        self.gone = False
        self.lost = 0
        self.writes = self.reads = 0
        self.entries: dict[str, Entry] = {}
        self.last = 0
        self._starts = 0
        self._news = asyncio.Condition()

    async def extent(self) -> Extent:
        await self._answer()
        return Extent(self.made, self.last)

    async def get(self, key: str) -> Entry | None:
        self.reads += 1
        await self._answer()
        return self.entries.get(key)

    async def put(self, key: str, value: bytes, revision: int) -> int:
        self.writes += 1
        await self._answer()
        there = self.entries.get(key)
        if (there.revision if there else 0) != revision:
            raise Taken
        self.last += 1
        self.entries[key] = Entry(key, value, self.last)
        async with self._news:
            self._news.notify_all()
        if self.lost:
            self.lost -= 1
            raise Unanswered
        return self.last

    async def watch(self, since: int) -> AsyncIterator[list[Entry]]:
        await self._answer()
        began = self.made, self._starts
        while True:
            found = sorted(
                (each for each in self.entries.values() if each.revision > since),
                key=lambda each: each.revision,
            )
            since = max([since, *(each.revision for each in found)])
            yield found
            async with self._news:
                await self._news.wait_for(
                    lambda: self.last > since or self.gone or not self._is(began)  # noqa: B023
                )
            if self.gone or not self._is(began):
                raise Unanswered

    async def go(self) -> None:
        """Be gone from now on; watches break."""
        self.gone = True
        await self._tell()

    async def lose_all(self) -> None:
        """Come back as a new one, without the claims."""
        self.made += 1
        self.entries, self.last = {}, 0
        await self._tell()

    async def lose_last(self, count: int) -> None:
        """Come back without the last writes; their revisions are given again."""
        self.last -= count
        self.entries = {
            key: each for key, each in self.entries.items() if each.revision <= self.last
        }
        self._starts += 1
        await self._tell()

    def _is(self, began: tuple[int, int]) -> bool:
        return began == (self.made, self._starts)

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _answer(self) -> None:
        await asyncio.sleep(0)
        if self.gone:
            raise Unanswered
