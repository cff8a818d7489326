"""What a person sees on a running app's screen."""

import asyncio

from textual.app import App
from textual.pilot import Pilot

from scanner.tui.app import GateApp

STILL, LOOK_SECONDS = 3, 0.02
"""A screen has settled when it looks the same for so many looks in a row."""


def seen(app: App[None]) -> str:
    """Return the characters of the whole screen, row by row."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def settled(app: GateApp, pilot: Pilot[None]) -> None:
    """Wait until the app has done what it began, but for the work that never ends."""
    async with asyncio.timeout(10):
        for each in [each for each in app.workers if each is not app._work]:
            await each.wait()
        same, before = 0, ""
        while same < STILL:  # a scroll bar that comes sets all anew, once more
            await pilot.pause(LOOK_SECONDS)
            now = seen(app)
            same, before = (same + 1 if now == before else 0), now
