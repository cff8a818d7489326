"""Each step is checked at that step, and one scan answers the steps that it belongs to."""

import pytest
from textual.widgets import Input

from scanner.desk.gate_card import GateCard, write_card
from scanner.platform.errors import ApiFault, KeyNeeded, Unreachable, WrongCode
from scanner.sync.errors import NameTaken
from scanner.tui.wizard.answers import Answers, Place
from scanner.tui.wizard.app import WizardApp
from tests.tui.wizard.setups import FakeSetup
from tests.tui.wizard.test_wizard_app import PROPOSED, at, seen, to_code, until

API, KEY, CODE = "https://tickets.example/v3/", "0f1e2d" * 5, "A0F9GG8D"
CARD = write_card(GateCard(API, KEY, CODE))
AWAY = Unreachable(ApiFault.NOT_CONNECTED, host="tickets.example")


@pytest.fixture
def setup() -> FakeSetup:
    return FakeSetup()


async def test_no_step_is_left_with_an_answer_that_the_server_refuses(setup: FakeSetup) -> None:
    setup.wrong = {
        Place.SERVER: AWAY,
        Place.CODE: WrongCode(),
        Place.NAMES: NameTaken("laptop-1f3a", "Kim"),
    }
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Server")
        await pilot.press("enter")
        await until(pilot, lambda: "can't be reached" in seen(app))
        setup.wrong[Place.SERVER] = KeyNeeded()
        await pilot.press("enter")
        await until(pilot, lambda: "wants a valid key: type or scan it here" in seen(app))
        assert app.focused is app.query_one("#key")
        del setup.wrong[Place.SERVER]
        await pilot.press(*"0f1e", "enter")
        await at(pilot, app, "Token code")
        await pilot.press(*CODE, "enter")
        await until(pilot, lambda: "This code belongs to no admission token" in seen(app))
        setup.wrong[Place.CODE] = KeyNeeded()
        await pilot.press("enter")
        await until(pilot, lambda: "Step 1: The ticketing API wants a valid key" in seen(app))
        del setup.wrong[Place.CODE]
        await pilot.press("enter")
        await at(pilot, app, "Names")
        await pilot.press(*"Lee", "enter", "enter")
        await until(pilot, lambda: "called laptop-1f3a already, and Kim" in seen(app))
        assert app.focused is app.query_one("#device")
        del setup.wrong[Place.NAMES]
        await pilot.press("x", "enter")
        await at(pilot, app, "Camera or scanner")
    assert [*dict.fromkeys(setup.checked)] == [Place.SERVER, Place.CODE, Place.NAMES]


async def test_a_card_answers_the_first_two_steps_in_any_step_and_by_any_way(
    setup: FakeSetup,
) -> None:
    app = WizardApp(setup, PROPOSED)
    known = (API, KEY, CODE)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Server")
        await pilot.press("f2")  # the camera reads it
        setup.sources[0].see(CARD)
        await at(pilot, app, "Names")
        assert (app._answers.api, app._answers.key, app._answers.code) == known
        assert setup.checked == [Place.SERVER, Place.CODE]
        await pilot.press(*write_card(GateCard(token="B1B2B3B4")), "enter")  # typed into a line
        await until(pilot, lambda: setup.checked[2:] == [Place.CODE])
        await at(pilot, app, "Names")
        assert (app._answers.api, app._answers.code) == (API, "B1B2B3B4")
        await pilot.press(*"Lee", "enter", "enter")
        await at(pilot, app, "Camera or scanner")
        app.scanned(CODE, "wedge")  # any code may be tried here
        await until(pilot, lambda: f"✓ It reads: {CODE}" in seen(app))
        app.scanned(CARD, "wedge")
        await until(pilot, lambda: setup.checked[-2:] == [Place.SERVER, Place.CODE])
        await at(pilot, app, "Names")
        assert app._answers.name == "Lee"
        app.scanned(" Miller", "wedge")  # keys of a person's that came all at once
        await until(pilot, lambda: "Lee Miller" in seen(app))
        assert app.focused is app.query_one("#device")
        step = app.step
        assert step is not None
        for code in (
            "DAWIER-BACK75580348",
            "]Q1DAWIER-BACK75580348",
            "9781234567897",
            "https://pay.example/x?id=1234",
            "WIFI:S:quiet;P:mqrtp;;",
        ):
            step.complain("")
            app.scanned(code, "wedge")
            await until(pilot, lambda: "This answers no step" in seen(app))
            assert app.step is step
            assert app.query_one("#device", Input).value == PROPOSED.device
        assert KEY not in seen(app)


async def test_a_scanner_that_types_a_card_needs_no_line_and_no_end(setup: FakeSetup) -> None:
    app = WizardApp(setup, PROPOSED, correct=lambda text: text)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Server")
        await pilot.press(*CARD)
        await at(pilot, app, "Names")
    assert (app._answers.api, app._answers.key, app._answers.code) == (API, KEY, CODE)


async def test_a_card_that_is_wrong_stops_at_the_step_that_is(setup: FakeSetup) -> None:
    setup.wrong = {Place.CODE: WrongCode()}
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Server")
        app.scanned(CARD, "wedge")
        await at(pilot, app, "Token code")
        await until(pilot, lambda: "belongs to no admission token" in seen(app))


async def test_what_was_entered_is_remembered_at_each_step_and_when_it_is_left(
    setup: FakeSetup,
) -> None:
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_code(pilot, app)
        assert setup.remembered[-1] == (app._answers, Place.CODE)
        await pilot.press(*"a0f9gg8d", "enter")
        await at(pilot, app, "Names")
        await pilot.press(*"Lee")
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app._exit)
    left, place = setup.remembered[-1]
    assert place is Place.NAMES
    assert (left.code, left.name) == (CODE, "Lee")
    app = WizardApp(setup, left, place=place)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Names")
        assert app.query_one("#name", Input).value == "Lee"


async def test_a_made_up_house_is_chosen_without_typing(setup: FakeSetup) -> None:
    app = WizardApp(setup, Answers(device="laptop-1f3a"))
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Server")
        assert "Try it with a made-up house" in seen(app)
        await pilot.press("up", "enter")
        await until(pilot, lambda: app._exit)
    assert app.wants_made_up
    assert (app.return_value, setup.checked, setup.kept) == (None, [], [])
