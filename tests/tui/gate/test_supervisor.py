"""The supervisor at the gate: PINs set from the settings, and what the API denied seen to."""

from textual.widgets import Input

from scanner.admission.verdict import Kind
from scanner.pin import PinCheck
from scanner.tui.gate.queue import QueueScreen
from scanner.tui.gate.settings import PinScreen
from tests.tui.ports import SERIAL, VERDICTS, Stand
from tests.tui.seen import seen, settled

SMALL = (80, 24)


async def test_what_the_api_denied_is_seen_to_with_a_note_from_the_queue(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("w")
        await settled(app, pilot)
        assert " a Handled" not in seen(app)  # a queued one needs nobody
        await pilot.press("down", "down", "down")
        await settled(app, pilot)
        assert " a Handled" in seen(app)
        await pilot.press("a", *"ref", "escape")
        assert isinstance(app.screen, QueueScreen)
        await pilot.press("a", "enter")
        assert "Write what was done" in seen(app)
        await pilot.press(*"refunded f", "enter")
        await settled(app, pilot)
        assert "Handled by Mo Ek: refunded f" in seen(app)
        assert "To do: Nothing more: somebody has handled it." in seen(app)
        assert " a Handled" not in seen(app)


async def test_a_pin_is_set_from_the_settings_whose_rule_is_said_before(stand: Stand) -> None:
    app = stand.app()
    stand.records.pins = ()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("s", "up", "right")
        await settled(app, pilot)
        assert isinstance(app.screen, PinScreen)
        assert "A PIN has 6 to 12 digits" in seen(app)
        assert "No PIN is set." in seen(app)
        assert not app.screen.query_one("#old").display
        await pilot.press(*"Anna", "enter", *"902655", "enter", *"902656", "enter")
        assert "PINs differ" in seen(app)
        assert "90265" not in seen(app)
        stand.records.pins = ("Anna",)
        await pilot.press(*"902655", "enter", *"902655", "enter")
        await settled(app, pilot)
        assert stand.records.asked[-1] == ("set_pin", "", "902655", "Anna")
        assert "The PIN is kept." in seen(app)
        assert "There are PINs: Anna" in seen(app)
        stand.records.answer = PinCheck.WRONG
        await pilot.press("enter", *"111222", "enter", *"338104", "enter", *"338104", "enter")
        await settled(app, pilot)
        assert "The old PIN is wrong" in seen(app)
        await pilot.press("escape")
        assert app.screen_stack[-1] is app.get_screen("settings")
        assert not any(each.value for each in app.get_screen("pin").query(Input))


async def test_a_reason_is_chosen_by_its_digit_from_the_venues_list_or_written(
    stand: Stand,
) -> None:
    app = stand.app()
    stand.judge.verdict = VERDICTS[Kind.WITHDRAWN]
    async with app.run_test(size=SMALL) as pilot:
        stand.source.see(SERIAL)
        await settled(app, pilot)
        await pilot.press("o")
        await settled(app, pilot)
        listed = "1 Wristband lost   2 Out for a moment   3 Guest list   4 Checked at the desk"
        assert listed in seen(app)
        await pilot.press("escape", "s", "up", "up", "right")
        await settled(app, pilot)
        await pilot.press(*" Press ;; Staff", "enter")
        await settled(app, pilot)
        assert stand.kept == [("reasons", "Press ;; Staff")]
        await pilot.press("escape", "o")
        await settled(app, pilot)
        assert "1 Press   2 Staff" in seen(app)
        await pilot.press("2", *"123456", "enter")  # its digit first, then the PIN's
        await settled(app, pilot)
        assert app.screen_stack[-1] is app.gate
        await pilot.press("o", *"3 of 5", "enter", *"123456", "enter")
        await settled(app, pilot)
    assert [each for each in stand.records.asked if each[0] == "Override"] == [
        ("Override", "123456", SERIAL, "Staff"),
        ("Override", "123456", SERIAL, "3 of 5"),
    ]
