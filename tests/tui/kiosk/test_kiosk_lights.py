"""A lane tells which lights it showed, and calls staff where one was not."""

from datetime import timedelta

import pytest

from scanner.admission.ticket import EarlierAdmission
from scanner.admission.verdict import Kind, Reason, Verdict
from scanner.tui.widgets.verdict_panel import VerdictPanel
from scanner.wording.plain import clock_time
from tests.tui.kiosk.lane import Lane, seen
from tests.tui.ports import NOW, SERIAL, VERDICTS
from tests.tui.sources import FakeSource

BEFORE = NOW - timedelta(seconds=4)
UNSHOWN = Verdict(
    Reason.LIGHT_NOT_SHOWN, SERIAL, "Floor", EarlierAdmission(BEFORE, "Mo Ek", "gate-a")
)


async def test_a_lane_tells_of_the_light_that_it_drew() -> None:
    source = FakeSource()
    lane = Lane(source=source)
    app = lane.app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        source.see(SERIAL)
        await pilot.pause()
        await pilot.pause()
        assert [judged.scan for judged in lane.judge.shown] == [1]


async def test_a_lane_with_a_turnstile_leaves_that_to_the_opening() -> None:
    source = FakeSource()
    lane = Lane(source=source, turnstile=True)
    app = lane.app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        source.see(SERIAL)
        await pilot.pause()
        await pilot.pause()
        assert "Your ticket is valid." in seen(app)
        assert not lane.judge.shown


@pytest.mark.usefixtures("minutes_apart")
async def test_a_light_that_nobody_saw_calls_staff_until_the_next_patron() -> None:
    source = FakeSource()
    lane = Lane(source=source)
    lane.judge.verdict = UNSHOWN
    app = lane.app()
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.pause()
        source.see(SERIAL)
        await pilot.pause()
        assert app.screen.query_one(VerdictPanel).poster.title == "PLEASE WAIT"
        app.lane.rest()
        said = seen(app)
        await pilot.pause()
        said = seen(app)
        assert f"STAFF: {SERIAL}" in said
        assert f"Recorded at {clock_time(BEFORE)}, its light was never shown" in said
        lane.judge.verdict = VERDICTS[Kind.ADMITTED]
        source.see(SERIAL)
        await pilot.pause()
        app.lane.rest()
        await pilot.pause()
        assert "STAFF" not in seen(app)


async def test_staff_are_called_for_two_minutes() -> None:
    source = FakeSource()
    lane = Lane(source=source)
    lane.judge.verdict = UNSHOWN
    app = lane.app()
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.pause()
        source.see(SERIAL)
        await pilot.pause()
        lane.at = NOW + timedelta(seconds=121)
        app.lane.rest()
        await pilot.pause()
        assert "STAFF" not in seen(app)
