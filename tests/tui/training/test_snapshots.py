"""Training's screens as pictures; `pytest tests/tui --snapshot-update` after a look at each."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from scanner.training.crowd import Patron
from scanner.training.records import Run, read_library
from scanner.training.role import Role
from scanner.training.scenario import Arrivals, Incident, IncidentKind, Scenario
from scanner.tui.training import play
from scanner.tui.training.app import OpeningScreen
from scanner.tui.training.menu import MenuScreen
from scanner.tui.training.play import PlayScreen
from scanner.tui.training.screen import TrainingHelp, TrainingScreen
from scanner.tui.widgets.key_line import KeyLine
from scanner.wording.catalogue import LANGUAGES, choose_language
from tests.tui.training.fake_gate import FakeGate
from tests.tui.training.one_screen import OneScreen, plain_pictures
from tests.tui.training.stands import AT

__all__ = ["plain_pictures"]

Compare = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])

SHIPPED = read_library(Path("/nowhere")).scenarios
RUN = Run("Lee", SHIPPED[0].key, SHIPPED[0].title, 1, AT, 92.5, True, 10, 0, 0, 1, 4.2, 3, 0, 0)

CROWD = {Role.VALID: 3, Role.WRONG_SECTION: 1, Role.PAYMENT_CODE: 1, Role.DEAD_BATTERY: 1}
AFTER_ONE = 1


def scenario(*what: IncidentKind, crowd: dict[Role, float] | None = None) -> Scenario:
    return Scenario(
        "98-short",
        "A short evening",
        "Six patrons and an outage.",
        6,
        60.0,
        Arrivals(minutes=0.2, patience=(40, 40), bags=0.5, questions=0.5),
        crowd or CROWD,
        tuple(Incident(each, AFTER_ONE) for each in what),
    )


class Clock:
    now = 100.0


async def until(pilot: Pilot[Any], clock: Clock, sought: Role | IncidentKind) -> None:
    """Let everybody in until somebody of that part is at the gate, or that has happened."""
    screen = pilot.app.screen
    assert isinstance(screen, PlayScreen)
    for _ in range(60):
        await pilot.pause()
        case = screen.shift.case if screen.shift else None
        subject = case.subject if case else None
        if sought is (subject.role if isinstance(subject, Patron) else subject):
            return
        if case:
            await screen.action_answer("LET_IN" if isinstance(subject, Patron) else "CARRY_ON")
        clock.now += 1.0
        await screen.look()
    raise AssertionError(f"{sought} never came")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Scenario], OneScreen]:
    monkeypatch.setattr(play, "utc_now", lambda: AT)
    monkeypatch.setattr(play, "LOOK_SECONDS", 3600.0)  # the clock is turned by hand
    gate = FakeGate(tmp_path)
    return lambda played: OneScreen(PlayScreen(played, 2, gate, clock=lambda: clock.now))


Gate = Callable[[Scenario], OneScreen]


@SIZES
@pytest.mark.parametrize("name", ["", "Lee"], ids=["nameless", "named"])
def test_menu(snap_compare: Compare, name: str, size: tuple[int, int]) -> None:
    runs = [RUN, replace(RUN, trainee="Mo", percent=80.0)] if name else []
    screen = MenuScreen(SHIPPED, lambda: runs, name, lambda _: None)
    assert snap_compare(OneScreen(screen), terminal_size=size)


@SIZES
def test_opening(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(OneScreen(OpeningScreen(SHIPPED[9])), terminal_size=size)


@SIZES
def test_help(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(OneScreen(TrainingHelp()), terminal_size=size)


@SIZES
def test_nobody(snap_compare: Compare, gate: Gate, size: tuple[int, int]) -> None:
    assert snap_compare(gate(scenario()), terminal_size=size)


@SIZES
@pytest.mark.parametrize("role", [Role.VALID, Role.WRONG_SECTION, Role.DEAD_BATTERY])
def test_patron(
    snap_compare: Compare, gate: Gate, clock: Clock, role: Role, size: tuple[int, int]
) -> None:
    come = partial(until, clock=clock, sought=role)
    assert snap_compare(gate(scenario()), terminal_size=size, run_before=come)


@SIZES
@pytest.mark.parametrize(
    "what", [IncidentKind.NETWORK_DOWN, IncidentKind.CAMERA_DIES, IncidentKind.TOKEN_REVOKED]
)
def test_incident(
    snap_compare: Compare, gate: Gate, clock: Clock, what: IncidentKind, size: tuple[int, int]
) -> None:
    happen = partial(until, clock=clock, sought=what)
    assert snap_compare(gate(scenario(what)), terminal_size=size, run_before=happen)


@SIZES
@pytest.mark.parametrize(
    "asked",
    [
        (Role.PAYMENT_CODE, ["x"]),
        (Role.DEAD_BATTERY, ["f", "e", "k", "space", "1"]),
        (Role.DEAD_BATTERY, ["f", "x"]),
        (Role.VALID, ["i", "H", "A"]),
    ],
    ids=["reasons", "found", "not_found", "typing"],
)
def test_asked(
    snap_compare: Compare,
    gate: Gate,
    clock: Clock,
    asked: tuple[Role, list[str]],
    size: tuple[int, int],
) -> None:
    role, keys = asked

    async def ask(pilot: Pilot[Any]) -> None:
        await until(pilot, clock, role)
        await pilot.press(*keys)

    assert snap_compare(gate(scenario()), terminal_size=size, run_before=ask)


@SIZES
def test_queue_losing_patience(
    snap_compare: Compare, gate: Gate, clock: Clock, size: tuple[int, int]
) -> None:
    async def wait(pilot: Pilot[Any]) -> None:
        await until(pilot, clock, Role.VALID)
        screen = pilot.app.screen
        assert isinstance(screen, PlayScreen)
        clock.now += 33.0
        await screen.look()

    assert snap_compare(gate(scenario()), terminal_size=size, run_before=wait)


LANGUAGE = pytest.mark.parametrize("language", ["de", "fr"])


@LANGUAGE
@pytest.mark.parametrize(
    "make",
    [
        lambda: MenuScreen(SHIPPED, lambda: [RUN], "Lee", lambda _: None),
        lambda: OpeningScreen(SHIPPED[9]),
        TrainingHelp,
    ],
    ids=["menu", "opening", "help"],
)
def test_a_screen_in_a_language_of_longer_words(
    snap_compare: Compare, make: Callable[[], TrainingScreen[None]], language: str
) -> None:
    choose_language(language)
    assert snap_compare(OneScreen(make()), terminal_size=(80, 24))


@LANGUAGE
@pytest.mark.parametrize("sought", [Role.DEAD_BATTERY, IncidentKind.NETWORK_DOWN])
def test_the_gate_in_a_language_of_longer_words(
    snap_compare: Compare, gate: Gate, clock: Clock, sought: Role | IncidentKind, language: str
) -> None:
    choose_language(language)

    async def ask(pilot: Pilot[Any]) -> None:
        await until(pilot, clock, sought)
        if isinstance(sought, Role):
            await pilot.press("x")

    happens = [sought] if isinstance(sought, IncidentKind) else []
    assert snap_compare(gate(scenario(*happens)), terminal_size=(80, 24), run_before=ask)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("sought", [None, Role.VALID])
async def test_no_key_of_the_training_gate_is_shortened_in_any_language(
    gate: Gate, clock: Clock, sought: Role | None, code: str
) -> None:
    choose_language(code)
    app = gate(scenario())
    async with app.run_test(size=(80, 24)) as pilot:
        if sought:
            await until(pilot, clock, sought)
        await pilot.pause()
        assert "." not in app.screen.query_one(KeyLine).render().plain
