import asyncio
import threading
import time
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from scanner.judging import Judged
from scanner.sync.background_thread import BackgroundThread
from scanner.sync.errors import SyncError, SyncFault
from scanner.sync.status import Status

LIMIT_SECONDS = 5


@dataclass
class Worker:
    """Notes in which thread it is asked for what."""

    error: Exception | None = None
    cannot_deliver: Exception | None = None
    ran: list[threading.Thread] = field(default_factory=list)
    woken: list[threading.Thread] = field(default_factory=list)
    told: list[Judged] = field(default_factory=list)
    delivered: list[threading.Thread] = field(default_factory=list)
    told_by_the_api: asyncio.Event = field(default_factory=asyncio.Event)
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

    def on_verdict(self, judged: Judged, /) -> None:
        self.told.append(judged)

    async def heard(self) -> bool:
        return await self.told_by_the_api.wait()

    async def replay(self) -> bool:
        self.delivered.append(threading.current_thread())
        if self.cannot_deliver:
            raise self.cannot_deliver
        return True


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


def test_a_plain_thread_starts_it_and_the_work_ends_with_the_block() -> None:
    worker = Worker()
    with BackgroundThread(worker) as background:
        assert worker.begun.wait(LIMIT_SECONDS)
        background.deliver(LIMIT_SECONDS)
        background.wake()
        assert worker.was_woken.wait(LIMIT_SECONDS)
    assert worker.delivered == worker.ran == worker.woken
    assert worker.ended
    assert not background.is_running
    assert not worker.ran[0].is_alive()


@pytest.mark.parametrize("error", [SyncError(SyncFault.NO_SESSION), TimeoutError()])
def test_what_can_not_be_delivered_stays(error: Exception) -> None:
    worker = Worker(cannot_deliver=error)
    with BackgroundThread(worker) as background:
        background.deliver(LIMIT_SECONDS)
        assert background.is_running
    assert worker.delivered == worker.ran


def test_work_that_failed_is_logged_and_can_begin_again() -> None:
    worker = Worker(error=RuntimeError("nobody thought of it"))
    background = BackgroundThread(worker)
    with capture_logs() as logs:
        for _ in range(2):
            background.start()
            _wait_for_its_end(background)
            background.stop()
            background.deliver(LIMIT_SECONDS)
            background.wake()
    assert len(worker.ran) == 2
    assert not worker.delivered
    assert [each["event"] for each in logs] == ["background work ended"] * 2


def _wait_for_its_end(background: BackgroundThread) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while background.is_running and time.monotonic() < deadline:
        time.sleep(0.01)


def test_while_nothing_runs_nothing_is_delivered() -> None:
    worker = Worker()
    background = BackgroundThread(worker)
    background.deliver(LIMIT_SECONDS)
    background.stop()
    assert not worker.delivered


def test_a_gate_waits_for_the_first_news_and_not_for_ever() -> None:
    worker = Worker()
    background = BackgroundThread(worker)
    background.listen(LIMIT_SECONDS)  # nothing runs, so nothing will come
    with background:
        began = time.monotonic()
        background.listen(0.05)
        assert 0.05 <= time.monotonic() - began < LIMIT_SECONDS
        worker.told_by_the_api.set()
        background.listen(LIMIT_SECONDS)
        assert time.monotonic() - began < LIMIT_SECONDS
