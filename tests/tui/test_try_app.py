import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from scanner.qr.decoded import Symbology
from scanner.qr.frame import Frame
from scanner.scanning.camera_trial import Trial
from scanner.scanning.errors import CameraAway, CameraFault
from scanner.scanning.frame_sources import open_source
from scanner.stage.synthetic import SyntheticCamera
from scanner.tui.try_app import TryApp, describe
from tests.qr.pictures import SERIAL, code, on_wall, symbol
from tests.scanning.feigned import Film
from tests.tui.pseudo import latin
from tests.tui.seen import seen

LIMIT = 200


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    for _ in range(LIMIT):
        if true():
            return
        await pilot.pause(0.05)
    raise AssertionError("it never came")


def shown(app: TryApp, where: str) -> str:
    return str(app.query_one(where, Static).render())


def with_a_ticket(folder: Path) -> TryApp:
    """Return the live view of a picture of a ticket."""
    file = folder / "ticket.png"
    cv2.imwrite(str(file), on_wall(code()))
    return TryApp(lambda: open_source(str(file)), Trial())


async def test_a_picture_is_looked_at_and_told(tmp_path: Path) -> None:
    app = with_a_ticket(tmp_path)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "Good." in shown(app, "#advice"))
        look = app.latest
        assert look is not None
        assert look.results[0].texts == (SERIAL,)
        assert shown(app, "#view") == describe(look)
        assert "1280 x 720" in describe(look)
        assert "Picture ticket.png" in shown(app, "#camera")


@pytest.mark.parametrize("in_ascii", [False, True])
async def test_the_picture_is_shown_with_the_code_outlined(tmp_path: Path, in_ascii: bool) -> None:
    file = tmp_path / "ticket.png"
    cv2.imwrite(str(file), on_wall(code()))
    app = TryApp(lambda: open_source(str(file)), Trial(), in_ascii=in_ascii)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Good." in shown(app, "#advice"))
        await pilot.pause()
        rows = seen(app).splitlines()
        assert sum(("=" if in_ascii else "▀") * 5 in row for row in rows) >= 5
        assert app.latest is not None
        assert len(app.latest.view.outlines) == 1
        assert seen(app).isascii() == in_ascii


async def test_a_camera_is_given_back_at_the_end() -> None:
    closed = threading.Event()

    class Watched(SyntheticCamera):
        def close(self) -> None:
            closed.set()
            super().close()

    camera = Watched(SERIAL for _ in range(1000))
    app = TryApp(lambda: camera, Trial())
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.latest is not None)
        await pilot.press("q")
    assert closed.wait(5)


async def test_a_camera_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    app = TryApp(lambda: open_source(str(tmp_path / "gone")), Trial())
    async with app.run_test() as pilot:
        await until(pilot, lambda: "is not there" in shown(app, "#camera"))


@pytest.mark.parametrize("key", ["q", "escape", "ctrl+c"])
async def test_each_of_the_usual_keys_leaves(tmp_path: Path, key: str) -> None:
    app = with_a_ticket(tmp_path)
    async with app.run_test() as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert not app.is_running


async def test_nothing_in_a_code_is_obeyed_by_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "hostile.png"
    cv2.imwrite(str(file), on_wall(code("A\x1b]0;owned\x07\x1b[31m\u202eB\nC")))
    app = TryApp(lambda: open_source(str(file)), Trial())
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.latest is not None and "A ]0;owned" in seen(app))
        assert "[31m B C" in seen(app)
        assert not {"\x1b", "\x07", "\u202e"} & set(seen(app))


async def test_nothing_is_called_good_while_no_picture_comes() -> None:
    gone = threading.Event()
    frames = (Frame(on_wall(code()), number, number / 30) for number in range(10**6))

    def picture() -> None:
        if gone.wait(0.01):
            raise CameraAway(CameraFault.UNPLUGGED, name="Camera 0")

    app = TryApp(lambda: Film(frames, live=True, before=picture), Trial())
    async with app.run_test() as pilot:
        await until(pilot, lambda: "Good." in shown(app, "#advice"))
        gone.set()
        await until(pilot, lambda: "unplugged" in shown(app, "#camera"))
        assert shown(app, "#advice") + shown(app, "#view") == ""
        gone.clear()
        await until(pilot, lambda: "Good." in shown(app, "#advice"))


async def test_a_picture_that_can_not_be_looked_at_does_not_end_the_view(tmp_path: Path) -> None:
    bad = Frame(np.zeros((0, 0), np.uint8), 0, 0.0)
    frames = [bad, *(Frame(on_wall(code()), number, number / 30) for number in range(1, 9))]
    hold, numbers = threading.Event(), iter(range(99))
    film = Film(frames, before=lambda: hold.wait(10) if next(numbers) == 1 else None)
    app = TryApp(lambda: film, Trial())
    async with app.run_test() as pilot:
        await until(pilot, lambda: "could not be read" in shown(app, "#camera"))
        hold.set()
        await until(pilot, lambda: "Good." in shown(app, "#advice"))


@pytest.mark.parametrize("pictures", [1, 30])
async def test_a_code_of_a_kind_that_is_not_read_is_named_for_advice(pictures: int) -> None:
    picture = on_wall(symbol(Symbology.AZTEC))
    film = Film(Frame(picture, number, number / 30) for number in range(pictures))
    app = TryApp(lambda: film, Trial())
    async with app.run_test() as pilot:
        await until(pilot, lambda: "another kind (Aztec)" in shown(app, "#advice"))


def test_a_slow_camera_is_told_to_the_tenth() -> None:
    look = Trial().inspect(Frame(on_wall(code()), 0, 0.0))
    assert "0.4 frames a second" in describe(replace(look, rate=0.42))
    assert "30 frames a second" in describe(replace(look, rate=29.97))


async def test_the_live_view_speaks_no_english_alone(tmp_path: Path, pseudo: None) -> None:
    app = with_a_ticket(tmp_path)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "жжжж." in shown(app, "#advice"))
        look = app.latest
        assert look is not None
        decoders = " ".join(each.by for each in look.results)
        assert latin(seen(app), f"{decoders} {SERIAL} ticket png ms") == []
