"""The background work's engine as a venue's work sees it: this gate's line to the platform."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import structlog

from scanner.errors import ScannerError
from scanner.platform.protocol import TicketSource
from scanner.sync.engine import Engine
from scanner.sync.shared_list import SharedList


class EngineLine:
    """Asks an engine that runs in another thread.

    Args:
        engine: runs in its own loop, or not yet.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def is_online(self) -> bool:
        """Tell whether the engine's link is."""
        return self._engine.status().link.online

    async def deliver(self) -> bool:
        """Deliver the queues now; `False` where that was done by another, or was not possible."""
        return await self._done(self._engine.replay)

    async def take_list(self, source: TicketSource, watermark: datetime, *, whole: bool) -> bool:
        """Take tickets that another gate has pulled; `False` where this one's are as new."""
        shared = SharedList(source, watermark, whole)
        return await self._done(lambda: self._engine.take_list(shared))

    async def _done(self, work: Callable[[], Coroutine[Any, Any, bool]]) -> bool:
        running = self._engine.call(work)
        if running is None:
            return False
        try:
            return await asyncio.wrap_future(running)
        except ScannerError as error:
            structlog.get_logger("venue").info("the engine did not do it", why=str(error))
            return False
        except asyncio.CancelledError:
            if running.cancelled() and not _is_cancelled():
                return False  # the engine has ended
            raise

    def held(self) -> AbstractContextManager[bool]:
        """Let the engine deliver nothing meanwhile."""
        return self._engine.replay_held()


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return bool(task and task.cancelling())
