"""Waiting for an app by what it has left to do, not by the clock."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from textual import app, pilot
from textual._context import active_app

LIMIT_SECONDS = 1.0
"""An app that never rests is looked at after so long all the same, as Textual does."""

_at_work: set["asyncio.Future[Any]"] = set()


@contextmanager
def waited_for_by_work() -> Iterator[None]:
    """Let Textual's pilot wait until an app has nothing to do, instead of for 20 ms and more.

    Its own wait trusts that a process that took little time has nothing left to do, which is slow
    on an idle machine and wrong on a busy one.
    """
    run_in_executor = asyncio.BaseEventLoop.run_in_executor

    def noted(*given: Any) -> "asyncio.Future[Any]":
        future = run_in_executor(*given)
        _at_work.add(future)
        future.add_done_callback(_at_work.discard)
        return future

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.BaseEventLoop, "run_in_executor", noted)
        patch.setattr(app, "wait_for_idle", _quiet)
        patch.setattr(pilot, "wait_for_idle", _quiet)
        yield
    _at_work.clear()


async def _quiet(*_seconds: float) -> None:
    """Wait until no callback is due, no thread works for the loop, and the screen is drawn.

    A timer that is not yet due is no work.
    """
    loop: Any = asyncio.get_running_loop()
    end = loop.time() + LIMIT_SECONDS
    while (now := loop.time()) < end:
        if loop._ready:
            await asyncio.sleep(0)
        elif at_work := [each for each in _at_work if each.get_loop() is loop]:
            await asyncio.wait(at_work, timeout=end - now, return_when=asyncio.FIRST_COMPLETED)
        elif not _drawn():
            return


def _drawn() -> bool:
    """Draw the screen if it waits for its next tick to be drawn; say whether it did."""
    stack: list[Any] = active_app.get().screen_stack
    waits = bool(stack) and stack[-1]._update_timer._active.is_set()
    if waits:
        stack[-1]._on_timer_update()
    return waits
