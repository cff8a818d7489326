"""The gate's screen tells which lights it showed, and asks the guard about those that were not."""

from datetime import timedelta

import pytest
from textual.pilot import Pilot

from scanner.admission.rules import LetIn
from scanner.admission.ticket import EarlierAdmission
from scanner.admission.verdict import LIGHTS, Kind, Reason, Verdict
from scanner.judging import Judged
from scanner.tui.drawing.faces import FACES
from scanner.tui.gate.app import GateApp
from scanner.wording.plain import clock_time
from tests.tui.ports import NOW, SERIAL, VERDICTS, Stand

BEFORE = NOW - timedelta(minutes=61)
HERE = EarlierAdmission(BEFORE, "Mo Ek", "gate-a")
UNSHOWN = Verdict(Reason.LIGHT_NOT_SHOWN, SERIAL, "Floor", HERE)
LET_IN = Verdict(Reason.LET_IN, SERIAL, "Floor", HERE)


async def see(app: GateApp, stand: Stand, pilot: Pilot[None], *verdicts: Verdict) -> None:
    for each in verdicts:
        stand.judge.verdict = each
        stand.source.see(SERIAL)
    await pilot.pause()
    await pilot.pause()


def shown(stand: Stand) -> list[int]:
    return [judged.scan for judged in stand.judge.shown]


@pytest.mark.parametrize("before", [(), ("w",), ("question_mark",)])
async def test_a_light_that_was_drawn_is_told_of_on_every_screen(
    stand: Stand, before: tuple[str, ...]
) -> None:
    app = stand.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for key in before:
            await pilot.press(key)
        await see(app, stand, pilot, VERDICTS[Kind.ADMITTED])
        assert shown(stand) == [1]


async def test_a_light_that_the_next_one_replaced_before_it_was_drawn_is_not(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        green, red = (
            Judged(number, SERIAL, "camera", NOW, VERDICTS[kind])
            for number, kind in enumerate((Kind.ADMITTED, Kind.UNKNOWN), 1)
        )
        for judged in (green, red):  # between two drawings
            for subscriber in stand.judge.subscribers:
                subscriber(judged)
        await pilot.pause()
        await pilot.pause()
        assert shown(stand) == [2]


async def test_a_ticket_whose_light_nobody_saw_is_let_in_by_one_key(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await see(app, stand, pilot, UNSHOWN)
        poster = app.gate.shown
        assert poster.title == "YOU DECIDE"
        assert poster.sentence == f"Recorded at {clock_time(BEFORE)}, its light was never shown"
        assert poster.face is FACES[Kind.ALREADY_ADMITTED]
        stand.judge.verdict = LET_IN
        await pilot.press("l")
        await pilot.pause()
        await pilot.pause()
        assert app.gate.shown.face is FACES[Kind.ADMITTED]
        assert app.gate.shown.title == "ADMITTED"
        assert stand.judge.presented == [(SERIAL, "camera")] * 2
        assert stand.judge.words == [None, LetIn()]
        assert stand.sounds.played[-1][0] == Kind.ADMITTED.value
        assert shown(stand) == [1, 2]
        await pilot.press("l")  # nobody waits to be let in any more
        assert len(stand.judge.presented) == 2


@pytest.mark.parametrize("kind", LIGHTS)
async def test_no_other_patron_is_let_in_by_that_key(stand: Stand, kind: Kind) -> None:
    app = stand.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("l")
        await see(app, stand, pilot, VERDICTS[kind])
        await pilot.press("l")
        await pilot.pause()
        assert stand.judge.words == [None]
