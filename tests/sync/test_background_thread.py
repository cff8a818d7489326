import asyncio
import threading
from dataclasses import dataclass, field

import pytest

from scanner.sync.background_thread import BackgroundThread
from scanner.sync.status import Status

LIMIT_SECONDS = 5


@dataclass
class Worker:
    """Notes in which thread it is asked for what."""

    error: Exception | None = None
    ran: list[threading.Thread] = field(default_factory=list)
    woken: list[threading.Thread] = field(default_factory=list)
    ended: bool = False
    begun: threading.Event = field(default_factory=threading.Event)
    was_woken: threading.Event = field(default_factory=threading.Event)

    async def run(self) -> None:
        self.ran.append(threading.current_thread())
        self.begun.set()
        try:
            if self.error:
                raise self.error
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)  # what it has to put away takes a turn of its loop
            self.ended = True

    def status(self) -> Status:
        return Status(title="Night")

    def wake(self) -> None:
        self.woken.append(threading.current_thread())
        self.was_woken.set()


async def started(worker: Worker, apart: BackgroundThread) -> "asyncio.Task[None]":
    running = asyncio.create_task(apart.run())
    assert await asyncio.to_thread(worker.begun.wait, LIMIT_SECONDS)
    return running


async def test_the_work_has_a_thread_of_its_own_and_is_woken_there() -> None:
    worker = Worker()
    apart = BackgroundThread(worker)
    running = await started(worker, apart)
    apart.wake()
    assert await asyncio.to_thread(worker.was_woken.wait, LIMIT_SECONDS)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert worker.woken == worker.ran
    assert worker.ran != [threading.current_thread()]


async def test_when_it_is_cancelled_the_work_has_come_to_its_end() -> None:
    worker = Worker()
    running = await started(worker, BackgroundThread(worker))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert worker.ended
    assert not worker.ran[0].is_alive()


async def test_what_the_work_raises_is_raised_and_it_can_begin_again() -> None:
    worker = Worker(error=RuntimeError("nobody thought of it"))
    apart = BackgroundThread(worker)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="nobody thought of it"):
            await apart.run()
    assert len(worker.ran) == 2


async def test_the_state_is_the_works_and_waking_nobody_harms_nobody() -> None:
    apart = BackgroundThread(Worker())
    apart.wake()
    assert apart.status().title == "Night"
