"""Ends work that goes on, for sure.

Before Python 3.12 a cancellation is lost where it comes in the moment that `asyncio.wait_for` is
done, and the client's library waits by it: work would go on for ever, and whoever ended it wait.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

_AGAIN_SECONDS = 0.5


async def pause(seconds: float) -> None:
    """Sleep; between two rounds of work, where a cancellation that was lost still counts."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
    await asyncio.sleep(seconds)


async def ended(tasks: "Iterable[asyncio.Future[Any]]") -> None:
    """Cancel tasks until they have ended, however they do."""
    left = {each for each in tasks if not each.done()}
    while left:
        for each in left:
            each.cancel()
        _, left = await asyncio.wait(left, timeout=_AGAIN_SECONDS)
