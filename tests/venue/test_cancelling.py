import asyncio
import contextlib

import pytest

from scanner.venue.cancelling import ended, pause


async def test_a_cancellation_that_was_lost_counts_at_the_next_pause() -> None:
    async def work() -> None:
        with contextlib.suppress(asyncio.CancelledError):  # as a library may lose it
            await asyncio.Event().wait()
        await pause(3600)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    async with asyncio.timeout(10):
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_work_ends_though_its_first_cancellation_is_lost() -> None:
    lost = 0

    async def work() -> None:
        nonlocal lost
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        lost += 1
        await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await ended([task])
    assert lost == 1
    assert task.cancelled()
