"""The background work in a thread with an event loop of its own."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import structlog

from scanner.admission.venue_status import VenueStatus
from scanner.errors import ScannerError
from scanner.judging import Judged
from scanner.sync.status import Status

_STOP_SECONDS = 10.0


class Work(Protocol):
    """What runs in the background; `Engine` and `OfflineEngine` are such."""

    def run(self) -> Coroutine[Any, Any, None]:
        """Work until cancelled."""
        ...

    def status(self) -> Status:
        """Return the latest known state; from any thread, no I/O."""
        ...

    def wake(self) -> None:
        """Try now; from the thread that it runs in."""
        ...

    def on_verdict(self, judged: Judged, /) -> None:
        """Learn of a verdict; from any thread."""
        ...

    def heard(self) -> Coroutine[Any, Any, bool]:
        """Wait until the API has told this gate's admissions, or could not be asked."""
        ...

    def replay(self) -> Coroutine[Any, Any, bool]:
        """Deliver the queue once."""
        ...


class BackgroundThread:
    """Runs background work in a thread, so that it never holds up the caller's event loop.

    A page of 500 tickets takes milliseconds to parse, and hundreds follow on each other: a key
    pressed meanwhile would wait.

    An asyncio app awaits `run` and cancels it. Other callers use the object as a context manager,
    or `start` and `stop`. One of them at a time; it can start again after it has ended. The other
    methods can be called from any thread, also while nothing runs.

    Args:
        work: what runs.
        venue: tells how the gate stands with its venue, where it joined one; no I/O.
    """

    def __init__(self, work: Work, venue: Callable[[], VenueStatus | None] = lambda: None) -> None:
        self._work = work
        self._venue = venue
        self._running: _Running | None = None

    def __enter__(self) -> "BackgroundThread":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def is_running(self) -> bool:
        """Tell whether the work runs: it was started, and has neither stopped nor failed."""
        return self._running is not None and not self._running.ended.done()

    async def run(self) -> None:
        """Work until cancelled; the work has ended when this returns.

        Raises:
            Exception: what the work raised.
        """
        running = self._begin()
        ended = asyncio.wrap_future(running.ended)
        try:
            await asyncio.shield(ended)
        finally:
            running.cancel()
            await asyncio.wait([ended])
            running.thread.join()

    def start(self) -> None:
        """Start working; what the work raises is logged."""
        self._begin().ended.add_done_callback(_log_failure)

    def stop(self) -> None:
        """End the work, and wait for it for 10 s at most."""
        if running := self._running:
            running.cancel()
            running.thread.join(_STOP_SECONDS)

    def status(self) -> Status:
        """Return the latest known state; no I/O."""
        return replace(self._work.status(), venue=self._venue())

    def wake(self) -> None:
        """Try now instead of at the next appointed time."""
        if running := self._running:
            with contextlib.suppress(RuntimeError):  # its loop has ended
                running.loop.call_soon_threadsafe(self._work.wake)

    def on_verdict(self, judged: Judged, /) -> None:
        """Tell the work of a verdict."""
        self._work.on_verdict(judged)

    def listen(self, seconds: float) -> None:
        """Wait until the API has told this gate's admissions, or could not be asked.

        A ledger that is an old copy lacks some. Not for the event loop: it blocks for up to
        `seconds`.
        """
        if not (running := self._running) or running.ended.done():
            return
        hearing = running.submit(self._work.heard())
        try:
            hearing.result(seconds)
        except TimeoutError:
            hearing.cancel()

    def deliver(self, seconds: float) -> None:
        """Try once to deliver the queue, and wait for it; what is not delivered stays queued.

        Not for the event loop: it blocks for up to `seconds`.
        """
        if not (running := self._running) or running.ended.done():
            return
        delivery = running.submit(self._work.replay())
        try:
            delivery.result(seconds)
        except (ScannerError, TimeoutError) as error:
            delivery.cancel()
            structlog.get_logger("replay").info("the queue was not delivered", reason=str(error))

    def _begin(self) -> "_Running":
        running = self._running = _Running(self._work.run())
        running.thread.start()
        return running


@dataclass(slots=True, eq=False)
class _Running:
    """One start of the work: its loop, its thread, and how it ended."""

    work: Coroutine[Any, Any, None]
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    ended: "Future[None]" = field(default_factory=Future)
    thread: threading.Thread = field(init=False)
    task: "asyncio.Task[None]" = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._run, name="background", daemon=True)
        self.task = self.loop.create_task(self.work)

    def cancel(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            self.loop.call_soon_threadsafe(self.task.cancel)

    def submit(self, work: Coroutine[Any, Any, bool]) -> "Future[bool]":
        try:
            return asyncio.run_coroutine_threadsafe(work, self.loop)
        except RuntimeError:  # the loop has just ended
            work.close()
            nobody: Future[bool] = Future()
            nobody.set_result(False)
            return nobody

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        failure: BaseException | None = None
        try:
            with contextlib.suppress(asyncio.CancelledError):
                self.loop.run_until_complete(self.task)
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that started it
            failure = error
        finally:
            self.loop.close()
        if failure:
            self.ended.set_exception(failure)
        else:
            self.ended.set_result(None)


def _log_failure(ended: "Future[None]") -> None:
    if error := ended.exception():
        structlog.get_logger("link").error("background work ended", exc_info=error)
