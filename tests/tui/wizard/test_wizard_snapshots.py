"""Each step as a picture: all of one way through in one run."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot

from scanner.admission.door import Unjudged
from scanner.facts import Fact
from scanner.platform.errors import WrongCode
from scanner.pretix.errors import SetupWarning
from scanner.tui.wizard.app import WizardApp
from scanner.wording.catalogue import choose_language, number, say
from tests.tui.wizard.setups import FakeSetup
from tests.tui.wizard.test_list_step import QR, check_in_list, event
from tests.tui.wizard.test_wizard_app import PROPOSED, TITLES, at, seen, to_code, to_tickets, until

Pictured = Callable[[WizardApp, str], bool]
Size = tuple[int, int]

SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])
LANGUAGE = pytest.mark.parametrize("language", ["de", "fr"])


async def all_the_way(pictured: Pictured, size: Size) -> None:
    """Compare each step's picture, from the first to the open gate."""
    setup = FakeSetup()
    setup.may_end.clear()
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=size, notifications=True) as pilot:
        await at(pilot, app, "Server")
        assert pictured(app, "server")
        await to_code(pilot, app)
        assert pictured(app, "code")
        await pilot.press(*"a0f9gg8d", "enter")
        await at(pilot, app, "Names")
        assert pictured(app, "names")
        await pilot.press(*"Lee", "enter", "enter")
        await at(pilot, app, "Camera or scanner")
        await _show_a_picture(pilot, app, setup)
        await pilot.pause()
        assert pictured(app, "camera")
        for title in ("Sound", "Supervisor"):
            await pilot.press("enter")
            await at(pilot, app, title)
            assert pictured(app, title.lower())
        await pilot.press("enter")
        await at(pilot, app, "Tickets")
        await until(pilot, lambda: number(42_000) in seen(app))
        await pilot.pause()
        assert pictured(app, "tickets")
        setup.may_end.set()
        await until(pilot, lambda: "✓" in seen(app))
        await pilot.pause()
        assert pictured(app, "done")


async def _show_a_picture(pilot: Pilot[Any], app: WizardApp, setup: FakeSetup) -> None:
    slope = np.linspace(0, 255, 64, dtype=np.uint8)
    setup.frames[0](np.stack([np.tile(slope, (48, 1))] * 3, axis=2))
    await until(pilot, lambda: "▀" in seen(app))


async def refused(pictured: Pictured, size: Size) -> None:
    """Compare what is shown where the API refuses what was entered."""
    app = WizardApp(FakeSetup(error=WrongCode()), PROPOSED)
    async with app.run_test(size=size, notifications=True) as pilot:
        await to_tickets(pilot, app)
        await until(pilot, lambda: app.query(".-failed"))
        await pilot.pause()
        assert pictured(app, "refused")


@SIZES
async def test_step(pictured: Pictured, size: Size) -> None:
    await all_the_way(pictured, size)


@SIZES
async def test_refusal(pictured: Pictured, size: Size) -> None:
    await refused(pictured, size)


async def test_choice_and_refusal_on_a_middling_terminal(pictured: Pictured) -> None:
    app = WizardApp(FakeSetup(), PROPOSED)
    async with app.run_test(size=(124, 32), notifications=True) as pilot:
        await pilot.pause()
        assert pictured(app, "server")
    await refused(pictured, (124, 32))


@LANGUAGE
async def test_step_in_a_language_of_longer_words(
    pictured: Pictured, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_language(language)
    titles = {each: say(each) for each in TITLES}
    monkeypatch.setattr("tests.tui.wizard.test_wizard_app.TITLES", titles)
    await all_the_way(pictured, (80, 24))
    await refused(pictured, (80, 24))


@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
async def test_lists_with_all_that_a_gate_cannot_judge(pictured: Pictured, language: str) -> None:
    choose_language(language)
    unjudged = (Unjudged.RULES, Unjudged.QUESTIONS)
    lists = [
        replace(check_in_list("evening", each, f"{each}", *unjudged), takes_addons=True)
        for each in range(1, 13)
    ]
    warning = Fact(SetupWarning.PROFILE, {"profile": "kiosk"})
    setup = FakeSetup(events_there=[event("evening", *lists)], warning=warning)
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.scanned(QR, "paste")
        await until(pilot, lambda: "5  5" in seen(app))
        await pilot.pause()
        assert pictured(app, "lists")
