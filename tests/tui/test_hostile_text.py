"""A hostile text, wherever a screen shows one, fills its own cells and does nothing else."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from textual.app import App

from scanner.admission.ticket import EarlierAdmission
from scanner.admission.verdict import Closed, Kind, Reason, Verdict
from scanner.facts import Fact
from scanner.platform.errors import ApiFault
from scanner.store.ledger import Admission, State
from scanner.store.left_out import LeftOut
from scanner.store.search import Found
from scanner.store.statistics import Evening, GateFigure, SectionFigure
from scanner.sync.link import Link, LinkState
from scanner.tui.ports import SourceState
from tests.tui.evening import EVENING
from tests.tui.kiosk.lane import Lane
from tests.tui.ports import ADMISSIONS, NOW, STATUS, VERDICTS, FakeRecords, Stand
from tests.tui.seen import seen, settled

HOSTILE = (
    "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u2066\r\n\u2028\x7f\ue000"
    "[red]x[/red][/][@click=app.quit]y[/]"
)
ANSWERED = Fact(ApiFault.ANSWERED, {"status": 400, "said": HOSTILE})
EARLIER = EarlierAdmission(NOW - timedelta(minutes=2), HOSTILE, HOSTILE)
STATE = replace(
    STATUS,
    title=HOSTILE,
    name=HOSTILE,
    device=HOSTILE,
    sections=(HOSTILE, HOSTILE),
    link=Link(LinkState.HELD, ANSWERED),
    left_out=(LeftOut(HOSTILE, HOSTILE, HOSTILE, kept=False, count=1),),
)
REFUSED = [
    Verdict(Reason.ADMITTED_ELSEWHERE, HOSTILE, HOSTILE, EARLIER),
    Verdict(Reason.OTHER_SECTION, HOSTILE, HOSTILE),
    Verdict(Reason.NOT_ON_LIST, HOSTILE),
]


@dataclass
class HostileRecords(FakeRecords):
    def admissions(self, state: State | None, most: int, /) -> list[Admission]:
        del state, most
        return [
            replace(each, serial=HOSTILE, redeemer=HOSTILE, device=HOSTILE, reason=ANSWERED)
            for each in ADMISSIONS[:5]
        ]

    def evening(self) -> Evening:
        return replace(
            EVENING,
            sections=(SectionFigure(HOSTILE, 1, 2), SectionFigure("[/]", 1, 2)),
            gates=(GateFigure(HOSTILE, 3), GateFigure("[/]", 4)),
        )

    def search(self, query: str, /, *, names: bool) -> list[Found]:
        del query, names
        return [Found(HOSTILE, HOSTILE, HOSTILE, each) for each in REFUSED]


def assert_harmless(app: App[Any]) -> None:
    text = seen(app)
    assert not {each for each in text if unicodedata.category(each)[0] == "C" and each != "\n"}
    assert "\u2028" not in text


@pytest.fixture
def stand(stand: Stand) -> Stand:
    stand.background.now = STATE
    stand.records = HostileRecords()
    stand.preferences = replace(stand.preferences, names=True)
    stand.source.now = SourceState(running=False, fact=Fact("text", {"text": HOSTILE}))
    return stand


@pytest.mark.parametrize("verdict", [*REFUSED, Verdict(Reason.VALID, HOSTILE, HOSTILE)])
async def test_the_gate_shows_a_hostile_text_and_nothing_more(
    stand: Stand, verdict: Verdict
) -> None:
    stand.judge.verdict = verdict
    app = stand.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(app, pilot)
        assert "[red]x[/red]" in seen(app)
        assert_harmless(app)
        stand.source.see(HOSTILE)
        stand.source.tell(Fact("text", {"text": HOSTILE}))
        await settled(app, pilot)
        assert_harmless(app)


@pytest.mark.parametrize("key", ["f", "w", "t", "o", "question_mark"])
async def test_the_screens_beside_the_gate_show_it_so_too(stand: Stand, key: str) -> None:
    stand.judge.verdict = REFUSED[0]
    app = stand.app()
    async with app.run_test(size=(120, 40)) as pilot:
        stand.source.see(HOSTILE)
        await settled(app, pilot)
        await pilot.press(key)
        await settled(app, pilot)
        if key == "f":
            await pilot.press("d", "a", "w")
            await settled(app, pilot)
        if key in ("f", "w", "t"):
            assert "[red]x[/red]" in seen(app) or key == "t"
        assert_harmless(app)


@pytest.mark.parametrize("verdict", [*REFUSED, VERDICTS[Kind.ADMITTED]])
async def test_a_kiosk_shows_it_so_too(verdict: Verdict) -> None:
    lane = Lane(trouble=Fact("text", {"text": HOSTILE}))
    lane.background.now = replace(STATE, closed=Closed.NO_SESSION)
    lane.judge.verdict = verdict
    app = lane.app()
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.pause()
        assert_harmless(app)
