"""A pipeline of batches: some are sent while answers are recorded and the next ones prepared.

So neither network nor disk waits for the other.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

Batch = TypeVar("Batch")
Answer = TypeVar("Answer")


@dataclass(slots=True)
class SendQueue(Generic[Batch, Answer]):
    """Sends batches with limited concurrency.

    Args:
        post: sends one batch; returns its answer.
        record: records all answers that have arrived, and prepares at most so many new batches.
        concurrency: requests in flight at most.
        prefetch: batches that are prepared beside them at most.

    Attributes:
        prepared: batches that were not sent.
        answers: answers that were not recorded.
    """

    post: Callable[[Batch], Coroutine[Any, Any, Answer]]
    record: Callable[[list[Answer], int], Coroutine[Any, Any, list[Batch]]]
    concurrency: int
    prefetch: int
    prepared: list[Batch] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    _posting: set["asyncio.Task[Answer]"] = field(default_factory=set)
    _recording: "asyncio.Task[list[Batch]] | None" = None
    _drained: bool = False

    async def run(self, goes_on: Callable[[], bool]) -> None:
        """Send until no more batches are prepared.

        When it ends, fails or is cancelled, no task of it runs any more. What is left in
        `prepared` and `answers` is for the caller to put back and to record.

        Args:
            goes_on: tells whether to send more.

        Raises:
            Exception: the first that `post` or `record` raised.
        """
        try:
            while self._start(goes_on()):
                await asyncio.wait(self._tasks(), return_when=asyncio.FIRST_COMPLETED)
                self._collect()
        except BaseException as error:
            await self._end(cancel=isinstance(error, asyncio.CancelledError))
            raise

    def _tasks(self) -> list["asyncio.Task[Any]"]:
        return [*self._posting, *([self._recording] if self._recording else [])]

    def _start(self, goes_on: bool) -> bool:
        """Start what can be; tell whether any task runs."""
        while goes_on and self.prepared and len(self._posting) < self.concurrency:
            self._posting.add(asyncio.create_task(self.post(self.prepared.pop(0))))
        room = self.prefetch - len(self.prepared) if goes_on and not self._drained else 0
        if self._recording is None and (self.answers or room > 0):
            # The first batch is on its way sooner when it is prepared alone.
            most = room if self._posting else min(room, 1)
            self._recording = asyncio.create_task(self.record(self.answers, most))
            self.answers = []
            self._drained = True  # until something is prepared, or an answer puts something back
        return bool(self._posting or self._recording)

    def _collect(self) -> None:
        """Take the results of what has ended; raises what the first failure raised."""
        if self._recording and self._recording.done():
            recorded, self._recording = self._recording, None
            found = recorded.result()
            self.prepared += found
            self._drained = self._drained and not found
        for sent in [each for each in self._posting if each.done()]:
            self._posting.remove(sent)
            self.answers.append(sent.result())
            self._drained = False

    async def _end(self, *, cancel: bool) -> None:
        """Wait for the running tasks; the first failure is raised already, others are dropped."""
        running = self._tasks()
        for each in running if cancel else ():
            each.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self.answers += [each.result() for each in self._posting if _succeeded(each)]
        if self._recording and _succeeded(self._recording):
            self.prepared += self._recording.result()


def _succeeded(task: "asyncio.Task[Any]") -> bool:
    return not task.cancelled() and task.exception() is None
