"""The background work's engine as a venue's work sees it: this gate's line to the platform."""

import asyncio
from contextlib import AbstractContextManager

from scanner.errors import ScannerError
from scanner.sync.engine import Engine


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
        delivery = self._engine.call(self._engine.replay)
        if delivery is None:
            return False
        try:
            return await asyncio.wrap_future(delivery)
        except ScannerError:
            return False  # the engine's own next try notes it
        except asyncio.CancelledError:
            if delivery.cancelled() and not _is_cancelled():
                return False  # the engine has ended
            raise

    def held(self) -> AbstractContextManager[bool]:
        """Let the engine deliver nothing meanwhile."""
        return self._engine.replay_held()


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return bool(task and task.cancelling())
