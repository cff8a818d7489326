"""Asking again while an earlier question hangs."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

AGAIN_SECONDS = 1.0
"""A request sent into a dead network stays dead when the network is back; the next one is not."""


async def first_of(ask: Callable[[], Awaitable[T]], again: float = AGAIN_SECONDS) -> T:
    """Ask, and ask anew after every so many seconds; the first outcome of any is the answer.

    Raises:
        Exception: what the first question to end has raised.
    """
    asked: list[asyncio.Future[T]] = []
    try:
        while True:
            asked.append(asyncio.ensure_future(ask()))
            done, _ = await asyncio.wait(asked, timeout=again, return_when=asyncio.FIRST_COMPLETED)
            if done:
                return next(question for question in asked if question in done).result()
    finally:
        for question in asked:
            question.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
