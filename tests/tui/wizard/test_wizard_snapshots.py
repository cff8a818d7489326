"""Each step as a picture."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot

from scanner.sync.errors import WrongCode
from scanner.tui.wizard.app import WizardApp
from scanner.wording.catalogue import choose_language, number, say
from tests.tui.wizard.setups import FakeSetup
from tests.tui.wizard.test_wizard_app import (
    PROPOSED,
    TITLES,
    seen,
    to_camera,
    to_code,
    to_tickets,
    until,
)

Compare = Callable[..., bool]
Go = Callable[[Pilot[Any], WizardApp, FakeSetup], Any]

SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])


LANGUAGE = pytest.mark.parametrize("language", ["de", "fr"])


async def server(pilot: Pilot[Any], app: WizardApp, setup: FakeSetup) -> None:
    await pilot.pause()


async def code(pilot: Pilot[Any], app: WizardApp, setup: FakeSetup) -> None:
    await to_code(pilot, app)


async def names(pilot: Pilot[Any], app: WizardApp, setup: FakeSetup) -> None:
    await to_code(pilot, app)
    await pilot.press(*"a0f9gg8d", "enter")
    await pilot.pause()


async def camera(pilot: Pilot[Any], app: WizardApp, setup: FakeSetup) -> None:
    await to_camera(pilot, app)
    slope = np.linspace(0, 255, 64, dtype=np.uint8)
    setup.frames[0](np.stack([np.tile(slope, (48, 1))] * 3, axis=2))
    await until(pilot, lambda: "▀" in seen(app))


async def sound(pilot: Pilot[Any], app: WizardApp, setup: FakeSetup) -> None:
    await to_camera(pilot, app)
    await pilot.press("enter")
    await pilot.pause()


async def supervisor(pilot: Pilot[Any], app: WizardApp, setup: FakeSetup) -> None:
    await to_camera(pilot, app)
    await pilot.press("enter", "enter")
    await pilot.pause()


async def tickets(pilot: Pilot[Any], app: WizardApp, setup: FakeSetup) -> None:
    setup.may_end.clear()
    await to_tickets(pilot, app)
    await until(pilot, lambda: number(42_000) in seen(app))


async def done(pilot: Pilot[Any], app: WizardApp, setup: FakeSetup) -> None:
    await to_tickets(pilot, app)
    await until(pilot, lambda: "✓" in seen(app))


async def refused(pilot: Pilot[Any], app: WizardApp, setup: FakeSetup) -> None:
    setup.error = WrongCode()
    await to_tickets(pilot, app)
    await until(pilot, lambda: app.query(".-failed"))


STEPS = pytest.mark.parametrize(
    "go",
    [server, code, names, camera, sound, supervisor, tickets, done, refused],
    ids=lambda go: go.__name__,
)


@SIZES
@STEPS
def test_step(snap_compare: Compare, go: Go, size: tuple[int, int]) -> None:
    assert _compared(snap_compare, go, size)


@pytest.mark.parametrize("go", [server, refused], ids=lambda go: go.__name__)
def test_choice_and_refusal_on_a_middling_terminal(snap_compare: Compare, go: Go) -> None:
    assert _compared(snap_compare, go, (124, 32))


@LANGUAGE
@STEPS
def test_step_in_a_language_of_longer_words(
    snap_compare: Compare, go: Go, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.tui.wizard.test_wizard_app.TITLES", _titles(language))
    assert _compared(snap_compare, go, (80, 24))


def _titles(language: str) -> dict[str, str]:
    """Speak it, and return what its steps are called."""
    choose_language(language)
    return {each: say(each) for each in TITLES}


def _compared(snap_compare: Compare, go: Go, size: tuple[int, int]) -> bool:
    setup = FakeSetup()
    app = WizardApp(setup, PROPOSED)

    async def run(pilot: Pilot[Any]) -> None:
        await go(pilot, app, setup)
        await pilot.pause()

    return snap_compare(app, terminal_size=size, run_before=run)
