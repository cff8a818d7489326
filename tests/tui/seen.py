"""What a person sees on a running app's screen."""

import asyncio
from typing import Any

from textual.app import App
from textual.geometry import Size
from textual.pilot import Pilot

from scanner.tui.gate.app import GateApp


def seen(app: App[Any]) -> str:
    """Return the characters of the whole screen, row by row."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def settled(app: GateApp, pilot: Pilot[None]) -> None:
    """Wait until the app has done what it began, but for the work that never ends."""
    async with asyncio.timeout(10):
        for each in [each for each in app.workers if each is not app._work]:
            await each.wait()
        before, now = "", seen(app)
        while before != now:  # a scroll bar that comes sets all anew, once more
            await pilot.pause()
            before, now = now, seen(app)


async def resized(app: GateApp, pilot: Pilot[None], wide: int, high: int) -> None:
    """Give the app another window, and wait until it has filled it."""
    await pilot.resize_terminal(wide, high)
    async with asyncio.timeout(10):
        while app.screen.outer_size != Size(
            wide, high
        ):  # the app waits a moment for a further change
            await pilot.pause()
    await settled(app, pilot)
