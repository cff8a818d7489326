import threading
from collections.abc import Callable
from pathlib import Path

import cv2
from textual.pilot import Pilot
from textual.widgets import Static

from scanner.capture.sources import open_source
from scanner.capture.trial import Trial
from scanner.stage.synthetic import SyntheticCamera
from scanner.tui.try_app import TryApp, describe
from tests.capture.pictures import SERIAL, code, on_wall
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
        assert look.seen[0].texts == (SERIAL,)
        assert shown(app, "#view") == describe(look)
        assert "1280 x 720" in describe(look)
        assert "Picture ticket.png" in shown(app, "#camera")


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


async def test_the_live_view_speaks_no_english_alone(tmp_path: Path, pseudo: None) -> None:
    app = with_a_ticket(tmp_path)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "жжжж." in shown(app, "#advice"))
        look = app.latest
        assert look is not None
        decoders = " ".join(each.by for each in look.seen)
        assert latin(seen(app), f"{decoders} {SERIAL} ticket png ms") == []
