"""Repeating work, with exponential backoff and full jitter, and repeating a request that hangs.

A hedged request is sent again while the first one hangs (Dean and Barroso, The Tail at Scale,
Communications of the ACM, 2013).
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    wait_random_exponential,
)

from scanner.errors import ScannerError
from scanner.platform.errors import ApiError, ServerFault, TicketingError, TooManyRequests
from scanner.sync.errors import SyncError

T = TypeVar("T")

_UNREACHABLE = wait_random_exponential(multiplier=0.25, max=1.0)
"""A network that comes back is used within two seconds."""

_FAULT = wait_random_exponential(multiplier=1, max=30)
"""An API that fails is given room; so is a local fault, such as a full disk."""

_LONGEST_WAIT_SECONDS = 600.0
"""However long the API asks for: a date in the wrong year would end the evening."""

_HELD_SECONDS = 15.0
"""Nothing changes until somebody acts, who then wakes the work; or until the API recovers."""

HEDGE_SECONDS = 1.0
"""A request sent into a dead network stays dead when the network is back; the next one is not."""


async def repeat(
    work: Callable[[], Awaitable[None]],
    every: timedelta,
    now: asyncio.Event,
    on_failure: Callable[[ScannerError], None],
) -> None:
    """Do the work at every interval, until cancelled; after a failure, after a pause.

    Args:
        work: a `ScannerError` of it is a failure; it raises any other.
        every: from the end of the work to its next beginning.
        now: set to end the waiting; it is cleared again.
        on_failure: called with each failure.
    """

    async def sleep(seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await now.wait()
        now.clear()

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, ScannerError):
            on_failure(error)

    persistently = AsyncRetrying(
        retry=retry_if_exception_type(ScannerError), wait=_pause, sleep=sleep, before_sleep=tell
    )
    while True:
        await persistently(work)
        await sleep(every.total_seconds())


def _pause(state: RetryCallState) -> float:
    """Return the seconds to wait after a failed try."""
    error = state.outcome.exception() if state.outcome else None
    match error:
        case TooManyRequests() | ServerFault() if error.retry_after is not None:
            return min(error.retry_after, _LONGEST_WAIT_SECONDS)
        case TooManyRequests() | ServerFault():
            return _FAULT(state)
        case ApiError() | SyncError():
            return _HELD_SECONDS
        case TicketingError():
            return _UNREACHABLE(state)
        case _:
            return _FAULT(state)


async def hedged(ask: Callable[[], Awaitable[T]], after: float = HEDGE_SECONDS) -> T:
    """Ask, and ask again after every so many seconds; return the first answer.

    Raises:
        Exception: what the first request to end has raised.
    """
    requests: list[asyncio.Future[T]] = []
    try:
        while True:
            requests.append(asyncio.ensure_future(ask()))
            done, _ = await asyncio.wait(
                requests, timeout=after, return_when=asyncio.FIRST_COMPLETED
            )
            if done:
                return next(request for request in requests if request in done).result()
    finally:
        for request in requests:
            request.cancel()
        await asyncio.gather(*requests, return_exceptions=True)
