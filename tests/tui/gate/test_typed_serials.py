import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from scanner.admission.verdict import Kind
from scanner.tui.drawing.faces import FACES
from scanner.tui.widgets.verdict_panel import VerdictPanel
from tests.tui.ports import SERIAL, Stand
from tests.tui.seen import settled


def face(pilot: Pilot[None]) -> object:
    return pilot.app.screen_stack[1].query_one(VerdictPanel).poster.face


@pytest.mark.parametrize("key", ["i", "slash"])
async def test_a_serial_typed_by_hand_is_judged(stand: Stand, key: str) -> None:
    app = stand.app()
    async with app.run_test() as pilot:
        await pilot.press(key)
        await pilot.press(*"qirn?/", "enter")
        await settled(app, pilot)
        assert stand.judge.presented == [("qirn?/", "hand")]
        assert face(pilot) is FACES[Kind.ADMITTED]
        assert app.focused is None
        await pilot.press("q", "y")
    assert app._exit


async def test_esc_leaves_the_line_and_what_was_typed(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test() as pilot:
        await pilot.press("i", "a", "b", "escape")
        assert stand.judge.presented == []
        assert app.focused is None
        await pilot.press("i")
        assert app.screen.query_one(Input).value == ""
        await pilot.press("enter")
        assert stand.judge.presented == []


async def test_the_camera_is_heard_while_somebody_types(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test() as pilot:
        await pilot.press("i", "a")
        stand.source.see(SERIAL)
        await pilot.pause()
        assert face(pilot) is FACES[Kind.ADMITTED]
        assert app.screen.query_one(Input).value == "a"
