"""A device of a pretix is set up by its QR, and its gate is for a list that is chosen."""

from datetime import UTC, datetime

import pytest
from textual.widgets import Input, OptionList

from scanner.admission.door import Unjudged
from scanner.desk.errors import NoDevice
from scanner.facts import Fact
from scanner.platform.errors import ApiFault, Unreachable
from scanner.pretix.choices import EventChoice, ListChoice
from scanner.pretix.errors import SetupError, SetupFault, SetupWarning
from scanner.pretix.resources import ListPath
from scanner.tui.wizard.answers import SERVERS, Answers, Place
from scanner.tui.wizard.app import WizardApp
from tests.tui.wizard.setups import FakeSetup
from tests.tui.wizard.test_wizard_app import PROPOSED, TITLES, at, seen, until

URL, TOKEN = "https://px.example/", "7uq32axn0ir3ivhe"
QR = f'{{"handshake_version": 1, "url": "{URL}", "token": "{TOKEN}"}}'
SHORT = f"{URL} {TOKEN}"
AWAY = Unreachable(ApiFault.NOT_CONNECTED, host="px.example")
LIST = "Check-in list"


def check_in_list(event: str, number: int, name: str, *unjudged: Unjudged) -> ListChoice:
    path = ListPath("house", event, number)
    return ListChoice(path, name, None, takes_unpaid=False, unjudged=frozenset(unjudged))


def event(slug: str, *lists: ListChoice, live: bool = True) -> EventChoice:
    begins = datetime(2026, 12, 1, 19, tzinfo=UTC)
    return EventChoice(slug, slug.title(), begins, None, live, testing=False, lists=lists)


EVENING = event(
    "evening",
    check_in_list("evening", 1, "Everybody"),
    check_in_list("evening", 2, "Balcony", Unjudged.RULES, Unjudged.QUESTIONS),
)
MATINEE = event("matinee", check_in_list("matinee", 3, "Matinee"), live=False)


@pytest.fixture(autouse=True)
def title(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TITLES, LIST, LIST)


@pytest.fixture
def setup() -> FakeSetup:
    return FakeSetup(events_there=[EVENING, MATINEE])


async def test_a_qr_leads_to_event_list_and_an_open_gate(setup: FakeSetup) -> None:
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Server")
        await pilot.press("f2")
        setup.sources[0].see(QR)
        await at(pilot, app, LIST)
        await until(pilot, lambda: "2  Matinee" in seen(app))
        assert "shop not open" in seen(app)
        await pilot.press("enter")
        await until(pilot, lambda: "1  Everybody" in seen(app))
        assert "Check-in list of Evening" in seen(app)
        assert "▲" not in seen(app)
        await pilot.press("2")
        await until(pilot, lambda: "rules that only pretix can judge" in seen(app))
        assert "questions to be answered at the door" in " ".join(seen(app).split())
        await pilot.press("enter")
        await at(pilot, app, "Names")
        assert TOKEN not in seen(app)
        await pilot.press(*"Lee", "enter", "enter")
        for step in ("Camera or scanner", "Sound", "Supervisor"):
            await at(pilot, app, step)
            await pilot.press("enter")
        await at(pilot, app, "Tickets")
        await until(pilot, lambda: setup.asked)
    assert setup.used == [SHORT]
    assert setup.asked == [
        Answers(
            api=URL,
            code="evening/2",
            name="Lee",
            device="laptop-1f3a",
            platform="pretix",
            new_device=SHORT,
        )
    ]


async def test_esc_goes_from_the_lists_to_the_events_and_then_to_the_server(
    setup: FakeSetup,
) -> None:
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Server")
        app.scanned(QR, "paste")
        await at(pilot, app, LIST)
        await until(pilot, lambda: "1  Evening" in seen(app))
        await pilot.press("2", "enter")
        await until(pilot, lambda: "1  Matinee" in seen(app))
        await pilot.press("escape")
        await until(pilot, lambda: "2  Matinee" in seen(app))
        await pilot.press("escape")
        await at(pilot, app, "Server")
        await pilot.press("up", "up", "enter")  # from pretix to the vendor's test server
        await at(pilot, app, "Token code")
        assert app._answers == Answers(api=SERVERS["QA"], device="laptop-1f3a")


async def test_one_event_is_taken_and_its_list_that_was_chosen_before_is_marked() -> None:
    setup = FakeSetup(events_there=[EVENING])
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Server")
        app.query_one("#address", Input).value = f"{SHORT} evening/2"
        app.query_one("#address").focus()
        await pilot.press("enter")
        await at(pilot, app, LIST)
        await until(pilot, lambda: "2  Balcony" in seen(app))
        await until(pilot, lambda: app.query_one(OptionList).highlighted == 1)
        assert "rules that only pretix can judge" in seen(app)


async def test_what_is_scanned_at_the_lists_changes_nothing_but_another_device_does(
    setup: FakeSetup,
) -> None:
    app = WizardApp(setup, PROPOSED, correct=lambda text: text)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Server")
        await pilot.press(*QR)  # a scanner that types, without an end
        await at(pilot, app, LIST)
        await until(pilot, lambda: "1  Evening" in seen(app))
        step, answers = app.step, app._answers
        for text in ("A0F9GG8D", "0f1e2d" * 5, "12", "https://x.example/", "2rk7fz9q" * 4):
            app.scanned(text, "wedge")
            await until(pilot, lambda: "This answers no step" in seen(app))
            assert step is not None
            step.complain("")
        assert (app.step, app._answers) == (step, answers)
        app.scanned(QR.replace(TOKEN, "kvd550phb1208lsl"), "wedge")
        await until(pilot, lambda: setup.used[1:] == [f"{URL} kvd550phb1208lsl"])
        await until(pilot, lambda: app.step not in (None, step) and "1  Evening" in seen(app))
        app.scanned('{"handshake_version": 2}', "wedge")
        await until(pilot, lambda: "newer kind of device" in seen(app))


async def test_a_code_that_pretix_does_not_take_stays_at_the_server(setup: FakeSetup) -> None:
    setup.wrong = {Place.SERVER: SetupError(SetupFault.TOKEN_USED)}
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Server")
        app.scanned(QR, "paste")
        await until(pilot, lambda: "make a new device in pretix" in " ".join(seen(app).split()))
        assert app.step is not None
        assert app.step.title() == "Server"


async def test_pretix_is_a_choice_that_asks_for_its_code_where_there_is_none(
    setup: FakeSetup,
) -> None:
    setup.wrong = {Place.SERVER: NoDevice()}
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Server")
        await pilot.press("down", "down", "down", "enter")
        await until(pilot, lambda: "Scan the QR that pretix shows" in seen(app))
        assert app.focused is app.query_one("#address")
        del setup.wrong[Place.SERVER]
        await pilot.press(*URL, "enter")  # without its code it is no other platform's server
        await at(pilot, app, "Server")
        assert "Scan the QR that pretix shows" in seen(app)
        await pilot.press(" ", *TOKEN, "enter")
        await at(pilot, app, LIST)


async def test_events_that_can_not_be_read_are_read_again_on_f5(setup: FakeSetup) -> None:
    setup.wrong = {Place.CODE: AWAY}
    setup.warning = Fact(SetupWarning.PROFILE, {"profile": "kiosk"})
    app = WizardApp(setup, PROPOSED)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Server")
        app.scanned(QR, "paste")
        await at(pilot, app, LIST)
        await until(pilot, lambda: "can't be reached" in seen(app))
        del setup.wrong[Place.CODE]
        await pilot.press("f5")
        await until(pilot, lambda: "1  Evening" in seen(app))
        assert "can't be reached" not in seen(app)
        assert "security profile kiosk" in " ".join(seen(app).split())
        setup.events_there = []
        await pilot.press("f5")
        await until(pilot, lambda: "shows this device no event" in seen(app))


async def test_a_device_in_view_of_the_camera_is_not_shown_with_its_code(setup: FakeSetup) -> None:
    known = Answers(
        api=URL, code="evening/1", name="Lee", device="d", platform="pretix", new_device=SHORT
    )
    app = WizardApp(setup, known, place=Place.CAMERA)
    async with app.run_test(size=(80, 24)) as pilot:
        await at(pilot, app, "Camera or scanner")
        setup.sources[0].see(QR)
        await until(pilot, lambda: "✓ It reads a code that opens a gate." in seen(app))
        assert TOKEN not in seen(app)
        setup.sources[0].see(QR.replace(TOKEN, "kvd550phb1208lsl"))
        await at(pilot, app, LIST)
    assert setup.used == [f"{URL} kvd550phb1208lsl"]
