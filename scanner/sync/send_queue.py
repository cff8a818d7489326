"""Requests and their bookkeeping at the same time: neither network nor disk waits for the other."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Batch = TypeVar("Batch")
Reply = TypeVar("Reply")


@dataclass(slots=True)
class SendQueue(Generic[Batch, Reply]):
    """Sends marked batches, some at a time; meanwhile answers are noted and more are marked.

    Args:
        post: sends one batch; returns what is to be noted.
        keep: notes answers, all that have come together, and marks so many batches at most.
        at_once: requests under way.
        ahead: batches that are marked beside them.
    """

    post: Callable[[Batch], Coroutine[Any, Any, Reply]]
    keep: Callable[[list[Reply], int], Coroutine[Any, Any, list[Batch]]]
    at_once: int
    ahead: int
    marked: list[Batch] = field(default_factory=list)
    answers: list[Reply] = field(default_factory=list)
    _posting: set["asyncio.Task[Reply]"] = field(default_factory=set)
    _keeping: "asyncio.Task[list[Batch]] | None" = None
    _dry: bool = False

    async def run(self, goes_on: Callable[[], bool]) -> None:
        """Send until nothing more is marked; when it ends or fails, nothing is under way.

        What is then `marked` was not sent, and what is in `answers` was not noted.
        `goes_on` tells whether to send more.
        """
        try:
            while self._start(goes_on()):
                under_way = [*self._posting, *([self._keeping] if self._keeping else [])]
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                self._collect()
        except BaseException as error:
            await self._end(cancel=isinstance(error, asyncio.CancelledError))
            raise

    def _start(self, goes_on: bool) -> bool:
        """Start what can be; tell whether anything is under way."""
        while goes_on and self.marked and len(self._posting) < self.at_once:
            self._posting.add(asyncio.create_task(self.post(self.marked.pop(0))))
        room = self.ahead - len(self.marked) if goes_on and not self._dry else 0
        if self._keeping is None and (self.answers or room > 0):
            # The first one is on its way sooner alone.
            most = room if self._posting else min(room, 1)
            self._keeping = asyncio.create_task(self.keep(self.answers, most))
            self.answers = []
            self._dry = True  # until something is marked, or put back
        return bool(self._posting or self._keeping)

    def _collect(self) -> None:
        """Take the results of what has ended; raises what the first failure raised."""
        if self._keeping and self._keeping.done():
            kept, self._keeping = self._keeping, None
            found = kept.result()
            self.marked += found
            self._dry = self._dry and not found
        for sent in [each for each in self._posting if each.done()]:
            self._posting.remove(sent)
            self.answers.append(sent.result())
            self._dry = False

    async def _end(self, *, cancel: bool) -> None:
        """Wait for what is under way; what it fails with is told already, or was cancelled."""
        under_way = [*self._posting, *([self._keeping] if self._keeping else [])]
        for each in under_way if cancel else ():
            each.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        self.answers += [each.result() for each in self._posting if _succeeded(each)]
        if self._keeping and _succeeded(self._keeping):
            self.marked += self._keeping.result()


def _succeeded(task: "asyncio.Task[Any]") -> bool:
    return not task.cancelled() and task.exception() is None
