"""The live picture on the gate's screen."""

import os
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot

from scanner.facts import Fact
from scanner.scanning.scan_hints import Hint
from scanner.scanning.scan_source import SourceState, SourceStatus, View
from scanner.tui.gate.app import GateApp
from scanner.tui.widgets.camera_view import ENOUGH_CORES, CameraView, wanted
from tests.tui.ports import SERIAL, Stand
from tests.tui.seen import seen, settled

GREY = View(np.full((90, 160, 3), 0x80, np.uint8))
SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 50)])


def looking(stand: Stand, picture: str = "on", **wishes: str) -> GateApp:
    stand.preferences = replace(stand.preferences, picture=picture, **wishes)  # type: ignore[arg-type]
    stand.source.seen = GREY
    return stand.app()


async def following(pilot: Pilot[None]) -> CameraView:
    """Let the screen look once, as its timers do."""
    app = pilot.app
    assert isinstance(app, GateApp)
    await pilot.pause()
    app.gate.look()
    await pilot.pause()
    view = app.gate.query_one(CameraView)
    view.follow()
    await pilot.pause()
    return view


@SIZES
async def test_the_picture_is_shown_with_the_coaching_words_below(
    stand: Stand, size: tuple[int, int]
) -> None:
    stand.source.now = SourceState(running=True, fact=Fact(Hint.CLOSER))
    async with looking(stand).run_test(size=size) as pilot:
        view = await following(pilot)
        assert view.display
        rows = seen(pilot.app).splitlines()
        last = max(y for y, row in enumerate(rows) if "▀" * 30 in row)
        assert "Hold closer." in rows[last + 1]
        assert sum("Hold closer." in row for row in rows) == 1


async def test_a_long_advice_is_whole_below_the_picture(stand: Stand) -> None:
    dark = "Too dark: turn on a light, or the phone's screen up."
    stand.source.now = SourceState(running=True, fact=Fact(Hint.TOO_DARK))
    async with looking(stand).run_test(size=(80, 24)) as pilot:
        view = await following(pilot)
        shown = [view.render_line(y).text.strip() for y in range(view.size.height)]
        last = max(y for y, row in enumerate(shown) if "▀" in row)
        assert " ".join(filter(None, shown[last + 1 :])) == dark


async def test_nobody_is_woken_for_a_picture_that_is_not_shown(stand: Stand) -> None:
    async with looking(stand).run_test(size=(80, 24)) as pilot:
        timer: Any = (await following(pilot))._following
        assert timer._active.is_set()
        stand.source.see(SERIAL)
        await pilot.pause()
        assert not timer._active.is_set()


async def test_on_a_narrow_screen_a_verdict_takes_the_pictures_room(stand: Stand) -> None:
    async with looking(stand).run_test(size=(80, 24)) as pilot:
        view = await following(pilot)
        stand.source.see(SERIAL)
        await pilot.pause()
        assert not view.display
        assert isinstance(pilot.app, GateApp)
        pilot.app.gate.rest()
        await pilot.pause()
        assert view.display


async def test_on_a_wide_screen_the_picture_stays_beside_the_verdict(stand: Stand) -> None:
    async with looking(stand).run_test(size=(160, 50)) as pilot:
        view = await following(pilot)
        stand.source.see(SERIAL)
        await pilot.pause()
        assert view.display


async def test_p_shows_and_hides_the_picture_and_it_is_remembered(stand: Stand) -> None:
    app = looking(stand, "off")
    shown = []
    async with app.run_test() as pilot:
        view = await following(pilot)
        shown.append(view.display)
        for word in ("Picture on.", "Picture off."):
            await pilot.press("p")
            assert word in seen(app)
            shown.append(view.display)
        await settled(app, pilot)
    assert shown == [False, True, False]
    assert stand.kept == [("picture", "on"), ("picture", "off")]


async def test_without_a_camera_there_is_no_black_box(stand: Stand) -> None:
    app = looking(stand, "off")
    stand.source.seen = None
    async with app.run_test() as pilot:
        await pilot.press("p")
        view = await following(pilot)
        assert not view.display
        assert "No camera gives a picture now." in seen(pilot.app)


async def test_hand_scanners_alone_offer_no_key_for_a_picture(stand: Stand) -> None:
    stand.source.pictured = False
    async with looking(stand).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "p Picture" not in seen(pilot.app)
        await pilot.press("p")
        assert "No camera gives" not in seen(pilot.app)
    assert stand.kept == []


async def test_a_camera_that_is_lost_takes_its_picture_with_it(stand: Stand) -> None:
    async with looking(stand).run_test(size=(160, 50)) as pilot:
        view = await following(pilot)
        stand.source.seen = None
        stand.source.now = SourceState(running=False, fact=Fact(SourceStatus.OFF))
        await following(pilot)
        assert not view.display
        assert "NO CAMERA" in seen(pilot.app)


async def test_where_there_is_no_unicode_the_picture_is_letters(stand: Stand) -> None:
    async with looking(stand, characters="ascii").run_test() as pilot:
        await following(pilot)
        rows = seen(pilot.app)
        assert "▀" not in rows
        assert "+" * 30 in rows


async def test_a_picture_that_is_not_seen_is_not_drawn(stand: Stand) -> None:
    async with looking(stand).run_test() as pilot:
        view = await following(pilot)
        await pilot.press("s")
        stand.source.seen = View(np.zeros((90, 160, 3), np.uint8))
        before = view._pixels
        view._rest_until = 0.0
        view.follow()
        assert view._pixels is before


async def test_drawing_rests_nine_times_as_long_as_it_took(stand: Stand) -> None:
    async with looking(stand).run_test() as pilot:
        view = await following(pilot)
        view._rest_until = float("inf")
        stand.source.seen = View(np.zeros((90, 160, 3), np.uint8))
        before = view._pixels
        view.follow()
        assert view._pixels is before


@pytest.mark.parametrize(
    ("setting", "cores", "shown"),
    [
        ("on", 1, True),
        ("off", 64, False),
        ("auto", ENOUGH_CORES - 1, False),
        ("auto", ENOUGH_CORES, True),
    ],
)
def test_the_setting_or_the_number_of_cores_decides(
    monkeypatch: pytest.MonkeyPatch, setting: str, cores: int, shown: bool
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert wanted(setting) is shown
