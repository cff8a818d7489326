"""No word of training's screens is in English only: each is in the catalogues, or is data."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from scanner.admission.serial import LooksLike
from scanner.admission.verdict import Kind, Reason, Verdict
from scanner.facts import Fact
from scanner.training.answers import SEND, Act, Answer, Refusal, Why, due_to_incident, due_to_patron
from scanner.training.crowd import Patron
from scanner.training.held_codes import HeldCode, spoken
from scanner.training.marks import Decision, Mark, Shown, mark
from scanner.training.records import SOMEBODY
from scanner.training.role import PARTS, Question, Role
from scanner.training.scenario import CARDS, IncidentKind
from scanner.tui.training.app import OpeningScreen
from scanner.tui.training.certificate import certificate
from scanner.tui.training.debrief import DebriefScreen, explained
from scanner.tui.training.menu import MenuScreen
from scanner.tui.training.progress import ProgressScreen
from scanner.tui.training.screen import TrainingHelp, TrainingScreen
from scanner.wording.sentences import sentence
from scanner.wording.verdict import advice, reason
from tests.training.test_drill import patron
from tests.tui.pseudo import latin
from tests.tui.seen import seen
from tests.tui.training.one_screen import OneScreen, plain_pictures
from tests.tui.training.stands import AT, finished
from tests.tui.training.test_snapshots import (
    RUN,
    SHIPPED,
    Clock,
    Gate,
    clock,
    gate,
    scenario,
    until,
)

__all__ = ["clock", "gate", "plain_pictures"]

pytestmark = pytest.mark.usefixtures("pseudo")

DATA = """
    Lee Mo Ek Balcony VIP HARBOR-BALC HARBOR-VIPX A short evening
"""
"""What is no sentence of the program's: names, and what a venue's own scenario says."""

WEB_ADDRESS = Fact("text", {"text": "This is a web address"})
UNITS = "min esc tab"


async def left_over(shown: TrainingScreen[None], *keys: str) -> list[str]:
    app = OneScreen(shown)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert "ж" in seen(app)
        return latin(seen(app), DATA + UNITS)


@pytest.mark.parametrize("trainee", ["", "Lee"])
async def test_the_list_of_scenarios_speaks_no_english_alone(trainee: str) -> None:
    runs = [RUN, replace(RUN, trainee="Mo", percent=80.0)]
    menu = MenuScreen(SHIPPED, lambda: runs, trainee, lambda _: None)
    assert await left_over(menu) == []


@pytest.mark.parametrize(
    "make",
    [
        lambda: OpeningScreen(SHIPPED[14]),
        TrainingHelp,
        lambda: ProgressScreen(SHIPPED[0], "Lee", [RUN, replace(RUN, passed=False)]),
        lambda: ProgressScreen(SHIPPED[0], "", []),
    ],
    ids=["opening", "help", "progress", "no_run"],
)
async def test_no_screen_around_the_gate_speaks_english_alone(
    make: Callable[[], TrainingScreen[None]],
) -> None:
    assert await left_over(make()) == []


@pytest.mark.parametrize(
    ("sought", "keys"),
    [
        (Role.VALID, ["t"]),
        (Role.VALID, ["c"]),
        (Role.DEAD_BATTERY, ["f", *"Mo Ek"]),
        (Role.DEAD_BATTERY, ["f", "x"]),
        (IncidentKind.TOKEN_REVOKED, ["l"]),
        (IncidentKind.CAMERA_DIES, []),
    ],
)
async def test_the_gate_speaks_no_english_alone(
    gate: Gate, clock: Clock, sought: Role | IncidentKind, keys: list[str]
) -> None:
    happens = [sought] if isinstance(sought, IncidentKind) else []
    app = gate(scenario(*happens))
    async with app.run_test(size=(160, 50)) as pilot:
        await until(pilot, clock, sought)
        await pilot.press(*keys)
        await pilot.pause()
        assert latin(seen(app), DATA + UNITS) == []


@pytest.mark.parametrize("wrong", [True, False])
async def test_the_debrief_speaks_no_english_alone(tmp_path: Path, wrong: bool) -> None:
    shift, run = finished(tmp_path, wrong=wrong)
    runs = [replace(run, percent=60.0), replace(run, trainee="Mo", percent=90.0), run]
    app = OneScreen(DebriefScreen(shift, run, runs, tmp_path))
    async with app.run_test(size=(160, 50)) as pilot:
        for _ in range(3):
            assert latin(seen(app), DATA + UNITS) == []
            await _turn(pilot)


async def _turn(pilot: Pilot[None]) -> None:
    await pilot.press("right")
    await pilot.pause()


WEB_ADDRESS = Verdict(Reason.NOT_A_TICKET, looks_like=LooksLike.WEB_ADDRESS).fact


@pytest.mark.parametrize("role", Role)
def test_what_is_said_of_a_patron_is_not_in_english_alone(role: Role) -> None:
    due = due_to_patron(role, PARTS[role].due)
    answers = [SEND, *due.answers, *(Answer(Act.TURN_AWAY, reason) for reason in Refusal)]
    for line in PARTS[role].lines:
        somebody = replace(patron(0, 0.0, role=role), says=line, question=Question.START)
        for answer in answers:
            _nothing_left(somebody, PARTS[role].due, WEB_ADDRESS, answer)
        _nothing_left(somebody, None, Fact(Shown.LEFT_UNSEEN), None)


@pytest.mark.parametrize("what", CARDS)
def test_what_is_said_of_an_incident_is_not_in_english_alone(what: IncidentKind) -> None:
    due = due_to_incident(what)
    for act in Act:
        answer = Answer(act)
        marked = mark(what, None, answer, due)
        decision = Decision(what, None, Fact(CARDS[what]), answer, due, marked, 0.0, 0.0)
        assert latin(explained(decision, "", "").plain) == []


def test_a_ticket_of_somebody_else_is_not_told_in_english_alone() -> None:
    shown = Fact(Shown.ANOTHERS, {"reason": Fact(Reason.VALID), "whose": "Mo Ek, VIP"})
    due = due_to_patron(Role.DEAD_BATTERY, Kind.ADMITTED)
    somebody = patron(0, 0.0, role=Role.DEAD_BATTERY)
    decision = Decision(somebody, Kind.ADMITTED, shown, None, due, Mark.LEFT, 0.0, 0.0)
    assert latin(explained(decision, "", "").plain, DATA) == []


def test_a_real_ticket_is_not_refused_in_english_alone() -> None:
    refused = Verdict(Reason.TRAINING)
    assert latin(reason(refused, AT) + advice(refused)) == []


def test_a_certificate_speaks_no_english_alone() -> None:
    page = certificate(replace(RUN, at=AT, trainee=SOMEBODY))
    words = re.sub("<[^>]*>|&nbsp;", " ", page.partition("<body>")[2])
    assert "ж" in words
    assert latin(words, RUN.scenario) == []


def _nothing_left(
    somebody: Patron, verdict: Kind | None, shown: Fact, answer: Answer | None
) -> None:
    due = due_to_patron(somebody.role, PARTS[somebody.role].due)
    marked = mark(somebody, verdict, answer, due) if answer else Mark.LEFT
    if not answer:
        due = replace(due, why=Fact(Why.TOO_LATE, {"why": due.why}))
    decision = Decision(somebody, verdict, shown, answer, due, marked, 0.0, 0.0)
    words = sentence(spoken(somebody, HeldCode("", owner="Mo Ek", section="VIP")))
    heading = sentence(Fact(decision.heading))
    assert latin(f"{heading} {explained(decision, '', words).plain}", DATA) == []
