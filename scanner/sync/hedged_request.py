"""A hedged request: sent again while the first one hangs; the first answer counts.

The term is from Dean and Barroso, The Tail at Scale, Communications of the ACM, 2013.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

HEDGE_SECONDS = 1.0
"""A request sent into a dead network stays dead when the network is back; the next one is not."""


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
