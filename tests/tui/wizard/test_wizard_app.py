import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input

from scanner.facts import Fact
from scanner.platform.errors import WrongCode
from scanner.scanning.errors import CameraFault
from scanner.scanning.scan_source import SourceName
from scanner.tui.ports import SourceState
from scanner.tui.terminal.driver import PageSpeaker
from scanner.tui.wizard.answers import SERVERS, Answers, Place
from scanner.tui.wizard.app import WizardApp
from tests.tui.wizard.setups import FakeSetup

LIMIT_SECONDS = 10
PROPOSED = Answers(device="laptop-1f3a")


@pytest.fixture
def setup() -> FakeSetup:
    return FakeSetup()


TITLES = {
    each: each
    for each in (
        "Server",
        "Token code",
        "Names",
        "Camera or scanner",
        "Sound",
        "Supervisor",
        "Tickets",
    )
}
"""What the steps are called in the language that is spoken."""


def seen(app: WizardApp) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def until(pilot: Pilot[Any], condition: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT_SECONDS):
        while not condition():
            await pilot.pause(0.01)


async def at(pilot: Pilot[Any], app: WizardApp, title: str) -> None:
    await until(pilot, lambda: app.step is not None and TITLES[title] == app.step.title())
    await pilot.pause()


async def to_code(pilot: Pilot[Any], app: WizardApp) -> None:
    await at(pilot, app, "Server")
    await pilot.press("enter")
    await at(pilot, app, "Token code")


async def to_camera(pilot: Pilot[Any], app: WizardApp) -> None:
    await to_code(pilot, app)
    await pilot.press(*"a0f9gg8d", "enter")
    await at(pilot, app, "Names")
    await pilot.press(*"Lee", "enter", "enter")
    await at(pilot, app, "Camera or scanner")


async def to_tickets(pilot: Pilot[Any], app: WizardApp) -> None:
    await to_camera(pilot, app)
    await pilot.press("enter")
    await at(pilot, app, "Sound")
    await pilot.press("enter")
    await at(pilot, app, "Supervisor")
    await pilot.press("enter")
    await at(pilot, app, "Tickets")


async def to_tickets_from_code(pilot: Pilot[Any], app: WizardApp) -> None:
    await pilot.press("enter")
    await at(pilot, app, "Names")
    await pilot.press("enter", "enter")
    await at(pilot, app, "Camera or scanner")
    await pilot.press("enter")
    await at(pilot, app, "Sound")
    await pilot.press("enter")
    await at(pilot, app, "Supervisor")
    await pilot.press("enter")
    await at(pilot, app, "Tickets")


async def test_enter_by_enter_it_comes_to_an_open_gate(setup: FakeSetup) -> None:
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_tickets(pilot, app)
        await until(pilot, lambda: "✓ 99,812 tickets" in seen(app))
        assert "Floor, Balcony" in seen(app)
        await pilot.press("enter")
        await until(pilot, lambda: app._exit)
    answers = Answers(
        api=SERVERS["production"], code="A0F9GG8D", name="Lee", device="laptop-1f3a", camera="0"
    )
    assert setup.asked == setup.kept == [answers]
    assert app.return_value == answers
    assert setup.played == 1
    assert all(not each.running for each in setup.sources)


@pytest.mark.parametrize(("downs", "name"), [(0, "production"), (1, "QA")])
async def test_the_known_servers_are_a_choice(setup: FakeSetup, downs: int, name: str) -> None:
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Server")
        await pilot.press(*["down"] * downs, "enter")
        await at(pilot, app, "Token code")
        assert app._answers.api == SERVERS[name]
        assert app._answers.key is None


async def test_another_address_and_a_key_can_be_typed(setup: FakeSetup) -> None:
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Server")
        await pilot.press("down", "down", "enter", *"tickets", "enter")
        await pilot.pause()
        assert "no web address" in seen(app)
        app.query_one("#address", Input).value = "https://tickets.example/v3"
        await pilot.press("tab", *"0f1e2d", "enter")
        await at(pilot, app, "Token code")
        assert app._answers.api == "https://tickets.example/v3/"
        assert app._answers.key == "0f1e2d"
        assert "0f1e2d" not in seen(app)


async def test_a_key_for_a_known_server_is_taken_with_it(setup: FakeSetup) -> None:
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Server")
        await pilot.press("down", "tab", "tab", *"0f1e2d", "enter")
        await at(pilot, app, "Token code")
        assert (app._answers.api, app._answers.key) == (SERVERS["QA"], "0f1e2d")


async def test_what_is_no_code_is_said(setup: FakeSetup) -> None:
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_code(pilot, app)
        await pilot.press(*"A0F9", "enter")
        await pilot.pause()
        assert "no token's code" in seen(app)
        assert app.step is not None
        assert app.step.title() == "Token code"


async def test_the_code_is_read_from_the_supervisors_qr(setup: FakeSetup) -> None:
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_code(pilot, app)
        await pilot.press("f2")
        await pilot.pause()
        assert setup.sources[0].running
        setup.sources[0].see("http://x.example")
        await pilot.pause()
        assert "no token's code" in seen(app)
        setup.sources[0].see("A0F9GG8D")
        await at(pilot, app, "Names")
        assert app._answers.code == "A0F9GG8D"
        await until(pilot, lambda: not setup.sources[0].running)


async def test_the_camera_for_the_code_can_be_put_away_and_one_that_is_missing_is_said(
    setup: FakeSetup,
) -> None:
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_code(pilot, app)
        await pilot.press("f2")
        setup.sources[0].now = SourceState(
            running=False,
            fact=Fact(CameraFault.ABSENT, {"name": Fact(SourceName.CAMERA, {"number": 0})}),
        )
        await until(pilot, lambda: "Camera 0 is not there; plug" in seen(app))
        await pilot.press("f2")
        await until(pilot, lambda: not setup.sources[0].running)
        assert "not there" not in seen(app)


async def test_both_names_are_needed_and_the_device_has_one_already(setup: FakeSetup) -> None:
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_code(pilot, app)
        await pilot.press(*"a0f9gg8d", "enter")
        await at(pilot, app, "Names")
        assert "laptop-1f3a" in seen(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "Type your name." in seen(app)
        await pilot.press(*"Lee", "enter")
        app.query_one("#device", Input).value = "  "
        await pilot.press("enter")
        await pilot.pause()
        assert "a name that no other gate has" in seen(app)


async def test_each_camera_is_tried_as_the_cursor_comes_to_it(setup: FakeSetup) -> None:
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_camera(pilot, app)
        assert setup.looked == ["0"]
        assert setup.sources[0].running
        await pilot.press("down")
        await until(pilot, lambda: setup.looked == ["0", "2"])
        await until(pilot, lambda: not setup.sources[0].running)
        setup.sources[1].see("DAWIER-BACK75580348")
        await until(pilot, lambda: "✓ It reads: DAWIER-BACK75580348" in seen(app))
        await pilot.press("enter")
        await at(pilot, app, "Sound")
        assert app._answers.camera == "2"
        await until(pilot, lambda: not setup.sources[1].running)


async def test_a_hand_scanner_is_tried_in_its_line_and_no_camera_is_a_choice(
    setup: FakeSetup,
) -> None:
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_camera(pilot, app)
        await pilot.press("down", "down", "tab", *"DAWIER", "enter")
        await until(pilot, lambda: "✓ It reads: DAWIER" in seen(app))
        await until(pilot, lambda: not any(each.running for each in setup.sources))
        await pilot.press("enter")
        await at(pilot, app, "Sound")
        assert app._answers.camera == "none"


async def test_p_plays_the_sound_again_and_silence_is_said(setup: FakeSetup) -> None:
    setup.audible = False
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_camera(pilot, app)
        await pilot.press("enter")
        await at(pilot, app, "Sound")
        await pilot.press("p")
        await pilot.pause()
        assert setup.played == 2
        assert "no sound" in seen(app)


async def test_in_a_browser_no_key_ends_it_and_the_page_plays_the_sound(
    setup: FakeSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WizardApp, "is_web", True)
    told = "No key ends the gate in a browser; closing this window does."
    app, sent = WizardApp(setup, PROPOSED), list[dict[str, object]]()
    async with app.run_test(size=(80, 24)) as pilot:
        app._driver.speaker = PageSpeaker(sent.append)  # type: ignore[union-attr]
        assert "Quit" not in seen(app)
        await to_camera(pilot, app)
        for key in ("ctrl+q", "ctrl+c"):
            app.clear_notifications()
            await pilot.press(key)
            await until(pilot, lambda: [each.message for each in app._notifications] == [told])
        await pilot.press("enter")
        await at(pilot, app, "Sound")
    assert sent == [{"type": "sound", "name": "admitted", "volume": 80}]


async def test_a_supervisors_pin_is_set_whose_rule_is_said_before(setup: FakeSetup) -> None:
    setup.pinned = True
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_camera(pilot, app)
        await pilot.press("enter", "enter")
        await at(pilot, app, "Supervisor")
        assert "A PIN has 6 to 12 digits" in seen(app)
        await until(pilot, lambda: "There is a PIN already" in seen(app))
        await pilot.press(*"Anna", "enter", *"4711", "enter", *"4712", "enter")
        assert "PINs differ" in seen(app)
        await pilot.press(*"4711", "enter", *"4711", "enter")
        await until(pilot, lambda: "choose another" in seen(app))
        await pilot.press(*"902655", "enter", *"902655", "enter")
        await at(pilot, app, "Tickets")
    assert setup.pins == [("902655", "Anna")]


async def test_a_name_and_a_pin_typed_in_one_burst_get_through(setup: FakeSetup) -> None:
    for burst in ("Anna\r902655\r902655\r", "902655\r902655\r"):
        setup.pins.clear()
        app = WizardApp(setup, PROPOSED, correct=lambda text: text, place=Place.SUPERVISOR)
        async with app.run_test(size=(80, 24)) as pilot:
            await at(pilot, app, "Supervisor")
            if burst[0] == "9":  # the name was typed before, by a person
                await pilot.press(*"Anna", "enter")
                await pilot.pause(0.1)
            for character in burst:
                app.post_message(Key("enter" if character == "\r" else character, character))
            await at(pilot, app, "Tickets")
        assert setup.pins == [("902655", "Anna")]


@pytest.mark.parametrize("code", ["qx7k3m9d2h5fj8w4bzt6vy1nac0prsgl", "QxK7m3QxK7m3QxK7m3"])
async def test_a_tickets_random_code_that_is_scanned_is_said_and_fills_in_nothing(
    setup: FakeSetup, code: str
) -> None:
    app = WizardApp(setup, PROPOSED, correct=lambda text: text, place=Place.SUPERVISOR)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Supervisor")
        for character in f"{code}\r":
            app.post_message(Key("enter" if character == "\r" else character, character))
        await until(pilot, lambda: "This answers no step" in seen(app))
        assert code[:8] not in seen(app)


async def test_tickets_are_counted_as_they_come(setup: FakeSetup) -> None:
    setup.may_end.clear()
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_tickets(pilot, app)
        await until(pilot, lambda: "42,000 of 99,812 tickets" in seen(app))
        await pilot.press("f5")
        setup.may_end.set()
        await until(pilot, lambda: "✓ 99,812 tickets" in seen(app))
        assert len(setup.asked) == 1


async def test_what_fails_at_the_end_is_said_with_its_step_which_one_key_goes_to(
    setup: FakeSetup,
) -> None:
    setup.error = WrongCode()
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_tickets(pilot, app)
        await until(pilot, lambda: "Step 2: This code belongs to no admission token" in seen(app))
        assert "Go to step 2" in seen(app)
        await pilot.press("enter")
        await at(pilot, app, "Token code")
        await to_tickets_from_code(pilot, app)
        await until(pilot, lambda: len(setup.asked) == 2)
        await pilot.press("f5")
        await until(pilot, lambda: len(setup.asked) == 3)
        for title in ("Supervisor", "Sound", "Camera or scanner", "Names", "Token code", "Server"):
            await pilot.press("escape")
            await at(pilot, app, title)
        await pilot.press("escape")
        await pilot.pause()
        assert not app._exit


async def test_esc_gives_the_camera_back_before_it_goes_back(setup: FakeSetup) -> None:
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_code(pilot, app)
        await pilot.press("f2")
        await until(pilot, lambda: setup.sources and setup.sources[0].running)
        await pilot.press("escape")
        await until(pilot, lambda: not setup.sources[0].running)
        await at(pilot, app, "Token code")
        assert isinstance(app.focused, Input)
        await pilot.press("escape")
        await at(pilot, app, "Server")


async def test_esc_is_offered_only_where_something_lies_behind(setup: FakeSetup) -> None:
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Server")
        assert "Esc Back" not in seen(app)
        await to_code(pilot, app)
        assert "Esc Back" in seen(app)
        await pilot.press("escape")
        await at(pilot, app, "Server")
        assert "Esc Back" not in seen(app)


@pytest.mark.parametrize("steps", [0, 1])
async def test_leaving_early_opens_nothing(setup: FakeSetup, steps: int) -> None:
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        if steps:
            await to_code(pilot, app)
            await pilot.press("f2")
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app._exit)
    assert app.return_value is None
    assert setup.asked == []
    assert all(not each.running for each in setup.sources)
