"""The background work in a thread with a loop of its own, so that a screen's loop stays free."""

import asyncio
import contextlib
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from scanner.sync.status import Status


class Works(Protocol):
    """What works in the background; `scanner.sync.engine.Engine` is one."""

    def run(self) -> Coroutine[Any, Any, None]:
        """Work until cancelled."""
        ...

    def status(self) -> Status:
        """Return the latest known state; from any thread."""
        ...

    def wake(self) -> None:
        """Try now; from the thread that it runs in."""
        ...


class BackgroundThread:
    """Runs background work apart from the caller's loop; cancelling `run` ends it whole.

    A page of 500 tickets takes milliseconds to parse, hundreds follow on each other, and a key
    pressed meanwhile would wait for the loop that parses them.
    """

    def __init__(self, background: Works) -> None:
        self._background = background
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self) -> None:
        """Work until cancelled; raises what the work raises."""
        loop = asyncio.new_event_loop()
        work = loop.create_task(self._background.run())
        with ThreadPoolExecutor(1, "background") as thread:
            working = asyncio.wrap_future(thread.submit(_work, loop, work))
            self._loop = loop
            try:
                await asyncio.shield(working)
            finally:
                self._loop = None
                with contextlib.suppress(RuntimeError):  # the loop has ended already
                    loop.call_soon_threadsafe(work.cancel)
                await asyncio.wait([working])

    def status(self) -> Status:
        """Return the latest known state; no I/O."""
        return self._background.status()

    def wake(self) -> None:
        """Try now instead of at the next appointed time."""
        if loop := self._loop:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._background.wake)


def _work(loop: asyncio.AbstractEventLoop, work: "asyncio.Task[None]") -> None:
    asyncio.set_event_loop(loop)
    try:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(work)
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
