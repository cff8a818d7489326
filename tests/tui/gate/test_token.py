"""A closed gate says one thing, and is opened again without leaving its screen."""

from dataclasses import replace

from textual.widgets import Input

from scanner.admission.verdict import Closed
from scanner.app.reopening import GateChoice
from scanner.desk.device_setup import Caution
from scanner.facts import Fact
from scanner.platform.errors import Revoked, WrongCode
from scanner.sync.errors import OtherEvent
from scanner.sync.link import Link, LinkState
from scanner.sync.opening import Opened
from scanner.tui.gate.token import OtherEventScreen, TokenScreen
from scanner.wording.sentences import sentence
from tests.tui.ports import OUTDATED, SERIAL, SESSION, STATUS, UNREACHABLE, Stand
from tests.tui.seen import seen, settled

CODE = "A0F9GG8D"
SMALL = (80, 24)


async def test_a_closed_gate_does_not_say_that_admitting_goes_on(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(124, 32)) as pilot:
        for link in (Link(LinkState.OFFLINE, UNREACHABLE), Link(LinkState.HELD, OUTDATED)):
            for closed in Closed:
                stand.background.now = replace(STATUS, link=link, closed=closed)
                app.gate.look()
                await settled(app, pilot)
                text = " ".join(seen(app).split())
                assert "admitting goes on" not in text
                assert text.count("GATE CLOSED") <= 1  # lettered large, it is no text
                assert "Nobody may enter." in text


async def test_what_can_not_be_recorded_and_admitting_are_not_both_said(stand: Stand) -> None:
    stand.background.now = replace(STATUS, link=Link(LinkState.OFFLINE, UNREACHABLE))
    stand.judge.error = RuntimeError("disk")
    app = stand.app()
    async with app.run_test(size=(124, 32)) as pilot:
        stand.source.see(SERIAL)
        await settled(app, pilot)
        assert "CANNOT RECORD" in seen(app)
        assert "OFFLINE since" in seen(app)
        assert "admitting goes on" not in seen(app)


async def test_a_new_token_is_typed_or_scanned_at_the_closed_gate(stand: Stand) -> None:
    stand.background.now = replace(STATUS, closed=Closed.TOKEN_INVALID)
    codes: list[str] = []

    def open_with(code: str, _other_event: bool) -> Opened:
        codes.append(code)
        if len(codes) == 1:
            raise WrongCode
        return Opened(SESSION, ("Floor",), 12)

    stand.open_with = open_with
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(app, pilot)
        assert "key k opens the gate again" in app.gate.shown.advice
        await pilot.press("k", *"nonsense!", "enter")
        await settled(app, pilot)
        assert "This is no token's code" in seen(app)
        assert "This gate's token or device is no longer valid." in seen(app)
        app.screen.query_one(Input).value = ""
        await pilot.press(*CODE.lower(), "enter")
        await settled(app, pilot)
        assert isinstance(app.screen, TokenScreen)
        stand.source.see(SERIAL)  # a ticket is judged all the while
        stand.source.see(f"https://tokens.example/{CODE}")
        await settled(app, pilot)
        assert app.screen_stack[-1] is app.gate
    assert codes == [CODE, CODE]
    assert [payload for payload, _ in stand.judge.presented] == [SERIAL]
    assert stand.background.woken == 1


LISTS = (
    GateChoice("/organizers/h/events/e/checkinlists/1", "Evening", "All", is_open=True),
    GateChoice(
        "/organizers/h/events/e/checkinlists/2", "Evening", "Balcony", (Fact(Caution.RULES),)
    ),
)
DEVICE = '{"handshake_version": 1, "url": "https://px.example", "token": "7uq32axn0ir3ivhe"}'


async def test_a_gate_of_lists_is_opened_for_another_by_its_digit_and_enter(stand: Stand) -> None:
    codes: list[str] = []

    def open_with(code: str, _other_event: bool) -> Opened:
        codes.append(code)
        return Opened(SESSION, ("Balcony",), 7)

    stand.open_with, stand.lists = open_with, LISTS
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(app, pilot)
        await pilot.press("k")
        await settled(app, pilot)
        assert "Open the gate for another check-in list" in seen(app)
        assert "1  Evening · All · open now" in seen(app)
        assert "token" not in seen(app)
        assert "rules that only pretix can judge" not in seen(app)
        await pilot.press("2")
        await settled(app, pilot)
        assert "rules that only pretix can judge" in " ".join(seen(app).split())
        stand.source.see("A0F9GG8D")  # here it is a ticket's code
        await settled(app, pilot)
        assert codes == []
        await pilot.press("enter")
        await settled(app, pilot)
        assert app.screen_stack[-1] is app.gate
        assert "Opened: Balcony, 7 tickets." in seen(app)
    assert codes == [LISTS[1].code]
    assert [payload for payload, _ in stand.judge.presented] == ["A0F9GG8D"]


async def test_a_gate_that_is_open_for_a_list_speaks_of_lists_and_no_other_of_them(
    stand: Stand,
) -> None:
    stand.open_with, stand.lists = lambda *_: Opened(SESSION, (), 0), LISTS
    for at_list, label in ((True, "k List"), (False, "k Token")):
        stand.background.now = replace(STATUS, at_list=at_list)
        app = stand.app()
        async with app.run_test(size=SMALL) as pilot:
            app.gate.look()
            await settled(app, pilot)
            assert label in seen(app)
            await pilot.press("question_mark")
            await settled(app, pilot)
            assert ("another check-in list" in seen(app)) is at_list
            assert ("token" in seen(app).lower()) is not at_list
            await pilot.press("escape", "k")
            await settled(app, pilot)
            assert isinstance(app.screen, TokenScreen)


async def test_a_new_devices_code_is_scanned_where_the_one_before_was_revoked(stand: Stand) -> None:
    stand.background.now = replace(STATUS, closed=Closed.TOKEN_INVALID)
    codes: list[str] = []

    def open_with(code: str, _other_event: bool) -> Opened:
        codes.append(code)
        return Opened(SESSION, ("Floor",), 12)

    stand.open_with, stand.lists = open_with, Revoked(status=401)
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(app, pilot)
        await pilot.press("k")
        await settled(app, pilot)
        assert "scan the QR that pretix shows for a new device" in " ".join(seen(app).split())
        await pilot.press(*"nonsense!", "enter")
        await settled(app, pilot)
        assert "This is no new device's address and code." in seen(app)
        stand.source.see('{"handshake_version": 9, "url": "https://px.example", "token": "7"}')
        await settled(app, pilot)
        assert "newer kind of device" in seen(app)
        stand.source.see(DEVICE)
        await settled(app, pilot)
        assert app.screen_stack[-1] is app.gate
    assert codes == [DEVICE]


EARLIER = (
    GateChoice("https://api.example/ /events/2", "Saturday Late", "api.example"),
    GateChoice("https://tickets.example/ /events/3", "Sunday\x1b[2J Brunch", "tickets.example"),
)


async def test_a_gate_goes_back_to_a_session_of_before_after_a_question(stand: Stand) -> None:
    asked: list[tuple[str, bool]] = []

    def open_with(code: str, other_event: bool) -> Opened:
        asked.append((code, other_event))
        if not other_event:
            raise OtherEvent("Saturday Late")
        return Opened(SESSION, ("Floor",), 12)

    stand.open_with, stand.earlier = open_with, EARLIER
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("e", "k")
        await settled(app, pilot)
        assert "Or go back to where it was open before: ↓ and Enter." in seen(app)
        assert "1  Saturday Late · api.example" in seen(app)
        assert "2  Sunday [2J Brunch · tickets.example" in seen(app)
        await pilot.press("enter")  # nothing is chosen, and nothing is typed
        await settled(app, pilot)
        assert "This is no token's code" in seen(app)
        await pilot.press("down", "2", "1", "enter")
        await settled(app, pilot)
        assert isinstance(app.screen, OtherEventScreen)
        assert "Saturday Late" in seen(app)
        assert "3 admissions are not sent yet." in seen(app)
        await pilot.press("y")
        await settled(app, pilot)
        assert "Opened: Floor, 12 tickets." in seen(app)
        assert not app.gate.lets_out  # another event begins as an entry
    assert asked == [(EARLIER[0].code, False), (EARLIER[0].code, True)]


async def test_a_session_whose_access_is_gone_is_said_to_be_and_the_gate_goes_on(
    stand: Stand,
) -> None:
    def open_with(_code: str, other_event: bool) -> Opened:
        raise WrongCode if other_event else OtherEvent("Saturday Late")

    stand.open_with, stand.earlier = open_with, EARLIER
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("e", "k")
        await settled(app, pilot)
        await pilot.press("down", "enter")
        await settled(app, pilot)
        await pilot.press("y")
        await settled(app, pilot)
        assert isinstance(app.screen, TokenScreen)
        assert sentence(WrongCode().fact)[:40] in " ".join(seen(app).split())
        assert app.gate.lets_out
        assert stand.background.running == 1


async def test_a_code_can_be_typed_beside_the_sessions_of_before(stand: Stand) -> None:
    codes: list[str] = []

    def open_with(code: str, _other_event: bool) -> Opened:
        codes.append(code)
        return Opened(SESSION, (), 0)

    stand.open_with, stand.earlier = open_with, EARLIER
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("k")
        await settled(app, pilot)
        await pilot.press(*CODE.lower(), "enter")
        await settled(app, pilot)
    assert codes == [CODE]


async def test_the_sessions_of_before_stand_below_the_lists(stand: Stand) -> None:
    stand.open_with = lambda _code, _other: Opened(SESSION, (), 0)
    stand.lists, stand.earlier = LISTS, EARLIER
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("k")
        await settled(app, pilot)
        assert "1  Evening · All · open now" in seen(app)
        assert "4  Sunday [2J Brunch · tickets.example" in seen(app)
