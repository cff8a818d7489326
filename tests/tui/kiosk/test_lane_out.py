"""A lane that lets out, and what a lane says of a ticket that is marked."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from scanner.admission.door import Notice, Unjudged
from scanner.admission.rules import Exit
from scanner.admission.verdict import Kind
from scanner.tui.drawing.faces import READY_TO_LET_OUT
from scanner.tui.kiosk.posters import WAITS, attract, calls, for_patron
from scanner.tui.widgets.verdict_panel import VerdictPanel
from tests.tui.kiosk.lane import Lane, seen
from tests.tui.ports import NOW, SCANS, SERIAL, STATUS, VERDICTS
from tests.tui.sources import FakeSource

MARKED = Notice(True, "Ask for the card.", frozenset({Unjudged.RULES}))

SIZES = pytest.mark.parametrize(
    "size", [(80, 24), (100, 30), (160, 50)], ids=["80x24", "100x30", "160x50"]
)


@pytest.mark.parametrize("only_exit", [False, True])
async def test_what_a_lane_reads_is_an_exit_where_it_only_lets_out(only_exit: bool) -> None:
    source = FakeSource()
    lane = Lane(source=source, only_exit=only_exit)
    app = lane.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        face = app.screen.query_one(VerdictPanel).poster.face
        assert (face is READY_TO_LET_OUT) is only_exit
        assert ("Nobody is let in here." in seen(app)) is only_exit
        source.see(SERIAL)
        await pilot.pause()
    assert lane.judge.words == [Exit() if only_exit else None]


def test_a_lane_that_lets_out_is_closed_as_any_other() -> None:
    assert attract(STATUS, broken=True, lets_out=True) == attract(STATUS, broken=True)


async def test_a_marked_ticket_calls_staff_until_the_next_patron() -> None:
    source = FakeSource()
    lane = Lane(source=source)
    lane.judge.notice = MARKED
    app = lane.app()
    async with app.run_test(size=(124, 32)) as pilot:
        await pilot.pause()
        source.see(SERIAL)
        await pilot.pause()
        app.lane.rest()
        await pilot.pause()
        assert f"STAFF: {SERIAL} · LOOK CLOSELY" in seen(app)
        assert "Ask for the card." in seen(app)
        lane.judge.notice = None
        source.see("DAWIER-BACK75580001")
        await pilot.pause()
        app.lane.rest()
        await pilot.pause()
        assert "STAFF" not in seen(app)


def test_staff_are_called_gravely_only_to_what_the_organiser_wants_looked_at() -> None:
    marked = replace_notice(MARKED)
    unjudged = replace_notice(Notice(unjudged=frozenset({Unjudged.RULES})))
    assert [each.grave for each in calls(marked, NOW)] == [True]
    assert [each.grave for each in calls(unjudged, NOW)] == [False]
    assert calls(marked, NOW + WAITS) == []
    refused = unjudged._replace(verdict=VERDICTS[Kind.WITHDRAWN])
    assert calls(refused, NOW) == []  # it is not let in anyway


def test_staff_and_not_the_patron_are_told_that_no_other_gate_was_asked() -> None:
    alone = replace_notice(Notice(unclaimed=True))
    (call,) = calls(alone, NOW)
    told = "NOT CLAIMED: the other gates could not be asked."
    assert (call.text, call.grave) == (f"▲ STAFF: {SERIAL} · {told}", False)
    assert for_patron(alone) == for_patron(SCANS[0])


def replace_notice(notice: Notice) -> Any:
    return SCANS[0]._replace(notice=notice)


@SIZES
def test_a_lane_out(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    async def see(pilot: Pilot[Any]) -> None:
        await pilot.pause()

    assert snap_compare(Lane(only_exit=True).app(), terminal_size=size, run_before=see)
