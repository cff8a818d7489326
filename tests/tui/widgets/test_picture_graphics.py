"""A Sixel picture on the gate's screen: when it is written, and when half blocks are better."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot

from scanner.scanning.scan_source import View
from scanner.tui.drawing import pixels
from scanner.tui.gate.app import GateApp
from scanner.tui.terminal.graphics import Abilities, Graphics
from scanner.tui.widgets import picture_graphics
from scanner.tui.widgets.camera_view import CameraView
from scanner.tui.widgets.picture_graphics import MOST_SLOW, SLOW_SECONDS
from tests.tui.ports import SERIAL, Stand
from tests.tui.seen import seen

RNG = np.random.default_rng(1)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Be a terminal with Sixel; return what is written to it beside the text."""
    pixels.load(kitty=False)
    found = list[str]()
    able = Abilities(Graphics.SIXEL, (8, 16))
    monkeypatch.setattr(picture_graphics, "abilities_of", lambda _app, _told: able)
    monkeypatch.setattr(picture_graphics, "write", lambda _app, text: found.append(text))
    return found


async def gate(stand: Stand, pilot: Pilot[None]) -> CameraView:
    await pilot.pause()
    assert isinstance(pilot.app, GateApp)
    pilot.app.gate.look()
    view = pilot.app.gate.query_one(CameraView)
    while view._graphics._loading is None or view._graphics._loading.is_alive():
        await follow(stand, view, pilot)
    return view


async def follow(stand: Stand, view: CameraView, pilot: Pilot[None]) -> None:
    stand.source.seen = View(RNG.integers(0, 255, (90, 160, 3), np.uint8))
    view._rest_until = 0.0
    view.follow()
    await pilot.pause()
    await pilot.pause()


def app_of(stand: Stand) -> GateApp:
    stand.preferences = replace(stand.preferences, picture="on")
    stand.source.seen = View(np.full((90, 160, 3), 0x80, np.uint8))
    return stand.app()


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_each_picture_is_written_once_into_its_place_and_nothing_else_is_drawn_there(
    stand: Stand, written: list[str], size: tuple[int, int]
) -> None:
    async with app_of(stand).run_test(size=size) as pilot:
        view = await gate(stand, pilot)
        await follow(stand, view, pilot)
        written.clear()
        await follow(stand, view, pilot)
        (picture,) = written
        assert picture.startswith(f"\x1b7\x1b[{view._graphics._place.y + view.region.y + 1};")  # type: ignore[union-attr]
        assert "▀" not in "".join(view.render_line(y).text for y in range(view.size.height))


async def test_below_help_there_are_half_blocks_and_then_the_picture_is_back(
    stand: Stand, written: list[str]
) -> None:
    async with app_of(stand).run_test(size=(160, 50)) as pilot:
        view = await gate(stand, pilot)
        await pilot.press("question_mark")
        await pilot.pause()
        written.clear()
        view.refresh()
        await pilot.pause()
        await pilot.pause()
        assert written == []
        await pilot.press("escape")
        await follow(stand, view, pilot)
        await follow(stand, view, pilot)
        assert written


async def test_a_verdict_at_80_by_24_takes_the_whole_width_and_no_picture_is_written_over_it(
    stand: Stand, written: list[str]
) -> None:
    async with app_of(stand).run_test(size=(80, 24)) as pilot:
        view = await gate(stand, pilot)
        stand.source.see(SERIAL)
        await pilot.pause()
        await pilot.pause()
        written.clear()
        assert not view.display
        view.follow()
        view._graphics.paint()
        await pilot.pause()
        assert written == []
        assert "▀" in seen(pilot.app) or "█" in seen(pilot.app)


async def test_a_terminal_that_takes_pictures_slowly_gets_half_blocks(
    stand: Stand, written: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]

    def taken_late(_app: Any, call: Callable[[], None]) -> None:
        now[0] += 2 * SLOW_SECONDS
        call()

    monkeypatch.setattr(picture_graphics, "when_written", taken_late)
    monkeypatch.setattr(picture_graphics, "monotonic", lambda: now[0])
    async with app_of(stand).run_test(size=(160, 50)) as pilot:
        view = await gate(stand, pilot)
        for _ in range(2 * MOST_SLOW):
            await follow(stand, view, pilot)
        assert len(written) == MOST_SLOW
        assert "▀" in "".join(view.render_line(y).text for y in range(view.size.height))
