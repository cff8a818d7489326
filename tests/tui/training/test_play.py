"""Whole scenarios by keys, on the training's own gate."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.screen import Screen

from scanner.admission.verdict import Kind
from scanner.training.crowd import Patron
from scanner.training.records import Records
from scanner.training.role import Role
from scanner.training.scenario import IncidentKind, ScenarioError, ScenarioFault
from scanner.training.shift import Case
from scanner.tui.training.app import OpeningScreen, TrainingApp
from scanner.tui.training.debrief import DebriefScreen
from scanner.tui.training.menu import MenuScreen
from scanner.tui.training.play import PlayScreen
from scanner.tui.training.progress import ProgressScreen
from scanner.tui.training.screen import Banner
from scanner.tui.training.search import NameSearch
from scanner.wording.verdict import title
from tests.tui.seen import seen
from tests.tui.training.stands import SCENARIO, Stand

LIMIT_SECONDS = 20.0
KEYS = {
    Role.VALID: ["l"],
    Role.WRONG_SECTION: ["g"],
    Role.PAYMENT_CODE: ["x", "3"],
}


async def until(pilot: Pilot[None], holds: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT_SECONDS):
        while not holds():
            await pilot.pause(0.02)


async def played_screen(pilot: Pilot[None]) -> PlayScreen:
    await until(pilot, lambda: isinstance(pilot.app.screen, PlayScreen) and pilot.app.screen.shift)
    screen = pilot.app.screen
    assert isinstance(screen, PlayScreen)
    return screen


async def next_case(pilot: Pilot[None], stand: Stand, screen: PlayScreen) -> Case | None:
    """Turn the clock until somebody is at the gate, or until it is over."""
    shift = screen.shift
    assert shift
    async with asyncio.timeout(LIMIT_SECONDS):
        while shift.case is None and not shift.drill.over:
            stand.now += 1.0
            await screen.look()
            await pilot.pause()
    return shift.case


async def play(pilot: Pilot[None], stand: Stand, keys: dict[Role, list[str]]) -> list[Case]:
    """Answer everybody by keys, as the roles say; returns the cases."""
    screen = await played_screen(pilot)
    cases: list[Case] = []
    while case := await next_case(pilot, stand, screen):
        cases.append(case)
        if case.subject is IncidentKind.NETWORK_DOWN:
            for words in ("What do you do?", "OFFLINE", "c carry on"):
                assert words in seen(pilot.app)
            await pilot.press("l", "g")  # meant for the patron before: no answer to this
            assert screen.shift
            assert screen.shift.case is case
            await pilot.press("c")
        elif isinstance(case.subject, Patron):
            if case.subject.role is Role.DEAD_BATTERY:
                await search(pilot, screen, case)
            await pilot.press(*keys.get(case.subject.role, ["l"]))
        await until(pilot, partial(moved_on, screen, case))
    await until(pilot, lambda: isinstance(pilot.app.screen, DebriefScreen))
    await pilot.pause()
    return cases


def moved_on(screen: PlayScreen, case: Case) -> bool:
    return screen.shift is not None and screen.shift.case is not case


async def search(pilot: Pilot[None], screen: PlayScreen, case: Case) -> None:
    shift = screen.shift
    assert shift
    assert isinstance(case.subject, Patron)
    assert case.judged is None
    name = shift.held_codes[case.subject.number].owner
    assert name
    await pilot.press("f", *("space" if letter == " " else letter for letter in name))
    await pilot.press("enter")
    await until(pilot, lambda: case.judged)


async def test_a_whole_scenario_is_played_by_keys_to_its_debrief(training: Stand) -> None:
    app = training.app()
    async with app.run_test(size=(120, 40)) as pilot:
        cases = await play(pilot, training, KEYS)
        assert len(cases) == 7
        text = seen(app)
        assert "100 %  PASSED" in text
        assert "Not one mistake." in text
        await pilot.press("c")
        await pilot.pause()
        assert "The certificate, to be printed from a browser: " in seen(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, MenuScreen))
        assert "✓ A short evening  100 %" in seen(app)
    (run,) = Records(training.folder).all()
    assert (run.trainee, run.percent, run.passed, run.procedure_right) == ("Lee", 100.0, True, 1)
    assert len(list((training.folder / "certificates").iterdir())) == 1
    assert set(training.heard) == {"admitted", "wrong_section", "not_a_ticket"}


async def test_mistakes_are_gone_through_with_what_would_have_been_right(training: Stand) -> None:
    app = training.app()
    wrong = {Role.VALID: ["l"], Role.WRONG_SECTION: ["l"], Role.PAYMENT_CODE: ["x", "2"]}
    async with app.run_test(size=(120, 40)) as pilot:
        await play(pilot, training, wrong)
        first = seen(app)
        await pilot.press("right")
        await pilot.pause()
        second = seen(app)
        for text in (first, second):
            assert "Mistake " in text
            assert "Why" in text
        assert "Wrongly let in" in first + second
        assert "Right send to another gate" in " ".join(f"{first}{second}".split())
        assert "turn away: not a ticket" in first + second
        await pilot.press("p")
        await pilot.pause()
        assert isinstance(app.screen, ProgressScreen)
        assert "median 78.6 %" in seen(app)


async def test_the_banner_is_on_every_screen(training: Stand) -> None:
    app = training.app(chosen=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screens: list[Screen[Any]] = [app.screen]
        assert "TRAINING · NOTHING HERE IS REAL" in seen(app).splitlines()[0]
        await pilot.press("ctrl+p")
        await pilot.pause()
        screens.append(app.screen)
        assert "TRAINING · NOTHING HERE IS REAL" in seen(app).splitlines()[0]
        await pilot.press("escape", "enter")
        screens.append(await played_screen(pilot))
        await pilot.pause()
        assert "TRAINING · NOTHING HERE IS REAL" in seen(app).splitlines()[0]
        assert [type(each) for each in screens] == [MenuScreen, ProgressScreen, PlayScreen]
        colour = screens[2].query_one(Banner).styles.background
        assert colour.hex.lower() == "#ff4fd0"
        assert app.theme == "rehearsal"
        await pilot.press("q", "y")
        await until(pilot, lambda: isinstance(app.screen, MenuScreen))
    assert Records(training.folder).all() == []
    assert [each for each in training.folder.iterdir() if each.is_dir()] == []


async def test_a_real_serial_typed_at_the_training_gate_is_refused_as_training(
    training: Stand,
) -> None:
    app = training.app()
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await played_screen(pilot)
        case = await next_case(pilot, training, screen)
        assert case
        before = case.judged
        await pilot.press("i", *"HARBOR", "minus", *"FLOR00000001", "enter")
        await until(pilot, lambda: "This is training" in seen(app))
        assert case.judged is before


async def test_no_key_of_the_gates_works_while_a_name_is_typed(training: Stand) -> None:
    app = training.app()
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await played_screen(pilot)
        case = await next_case(pilot, training, screen)
        await pilot.press("f", *"lls", "down", "l", "x", "h")
        await pilot.pause()
        assert screen.shift
        assert screen.shift.case is case
        assert not screen.shift.hand_scanner
        await pilot.press("escape", "l")
        await until(pilot, lambda: screen.shift and screen.shift.drill.gone == 1)


async def test_a_reason_is_asked_before_somebody_is_turned_away_and_can_be_taken_back(
    training: Stand,
) -> None:
    app = training.app()
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await played_screen(pilot)
        await next_case(pilot, training, screen)
        assert screen.shift
        await pilot.press("3")
        await pilot.pause()
        assert screen.shift.drill.gone == 0
        await pilot.press("x")
        await pilot.pause()
        assert "3 not a ticket" in seen(app)
        await pilot.press("escape", "3")
        await pilot.pause()
        assert screen.shift.drill.gone == 0
        await pilot.press("x", "3")
        await until(pilot, lambda: screen.shift and screen.shift.drill.gone == 1)


async def test_carrying_on_is_no_answer_to_somebody_at_the_gate(training: Stand) -> None:
    app = training.app()
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await played_screen(pilot)
        case = await next_case(pilot, training, screen)
        await pilot.press("c")
        await until(pilot, lambda: "Nothing has happened" in seen(app))
        assert screen.shift
        assert screen.shift.case is case


async def test_a_name_that_nobody_has_is_said_to_be(training: Stand) -> None:
    app = training.app()
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await played_screen(pilot)
        await next_case(pilot, training, screen)
        await pilot.press("f", *"qqq")
        await until(pilot, lambda: "No ticket bears such a name." in seen(app))
        await pilot.press("enter")
        assert screen.query_one(NameSearch).opened


async def test_what_is_to_come_is_said_while_the_gate_is_set_up(
    training: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = asyncio.Event()
    monkeypatch.setattr("scanner.tui.training.app._import_gate_screens", looked_at.wait)
    app = training.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, OpeningScreen))
        await until(pilot, lambda: "Six patrons and an outage." in seen(app))
        looked_at.set()
        await played_screen(pilot)


@pytest.mark.parametrize("name", [None, ""])
async def test_whoever_gives_no_name_is_asked_for_one(training: Stand, name: str | None) -> None:
    app = training.app(chosen=None, name=name)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Give your name first." in seen(app)
        await pilot.press("tab", "enter")
        await pilot.pause()
        assert isinstance(app.screen, MenuScreen)
        await pilot.press(*"Mo", "enter", "enter")
        assert (await played_screen(pilot))._scenario is SCENARIO


async def test_a_real_ticket_from_a_hand_scanner_is_refused_and_its_letters_command_nothing(
    training: Stand,
) -> None:
    app = training.app(correct=str)
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await played_screen(pilot)
        case = await next_case(pilot, training, screen)
        assert case
        before = case.judged
        for letter in "https://example.org/t/HARBOR-FLOR00000001":
            app.post_message(Key(letter_name(letter), letter))
        app.post_message(Key("enter", "\r"))
        await until(pilot, lambda: "This is training" in seen(app))
        assert screen.shift
        assert screen.shift.case is case
        assert case.judged is before
        assert not screen.shift.hand_scanner


async def test_a_scan_before_a_scenario_is_chosen_is_said_to_be_training_and_types_nothing(
    training: Stand,
) -> None:
    app = training.app(chosen=None, name=None, correct=str)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        for letter in "HARBOR-FLOR00000001":
            app.post_message(Key(letter_name(letter), letter))
        app.post_message(Key("enter", "\r"))
        await until(pilot, lambda: "real tickets are not checked here" in told(app))
        assert "HARBOR" not in seen(app)


async def test_nobody_has_to_wait_for_the_next_patron(training: Stand) -> None:
    app = training.app()
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await played_screen(pilot)
        shift = screen.shift
        assert shift
        await until(pilot, lambda: screen.query("QueueLine"))
        assert shift.case is None
        await pilot.press("space")
        await until(pilot, lambda: shift.case)
        at = screen.now
        await pilot.press("space")
        await pilot.pause()
        assert screen.now == at == shift.line[0].at


async def test_an_answer_that_comes_while_the_gate_is_busy_is_taken_and_not_lost(
    training: Stand,
) -> None:
    app = training.app()
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await played_screen(pilot)
        await next_case(pilot, training, screen)
        assert screen.shift
        async with screen._busy:
            app.simulate_key("o")
            await asyncio.sleep(0)
        await until(pilot, lambda: screen.shift and screen.shift.drill.gone == 1)


async def test_the_rules_can_be_read_while_the_clock_runs(training: Stand) -> None:
    app = training.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await played_screen(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: app.screen is not screen)
        assert "TRAINING · NOTHING HERE IS REAL" in seen(app).splitlines()[0]
        assert "What the lights mean, and what to do" in seen(app)
        assert f"✓ {title(Kind.ADMITTED)}" in seen(app)
        await pilot.press("end")
        await until(pilot, lambda: f"← {title(Kind.EXITED)}" in seen(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)


async def test_a_scenario_that_cannot_be_read_is_said_to_be_and_the_others_are_offered(
    training: Stand,
) -> None:
    app = training.app(
        chosen=None, broken=[ScenarioError(ScenarioFault.NOT_READ, file="pier.toml", why="")]
    )
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: "pier.toml can't be read" in told(app))
        assert "A short evening" in seen(app)


def told(app: TrainingApp) -> str:
    """Return what stands in the corner."""
    return " ".join(str(each.message) for each in app._notifications)


def letter_name(letter: str) -> str:
    return {":": "colon", "/": "slash", ".": "full_stop", "-": "minus"}.get(letter, letter)
