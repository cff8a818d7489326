"""The gate is quit by two keys, and says at its next start where nobody has quit it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from scanner.facts import Fact
from scanner.store.journal import JournalNote
from scanner.store.ledger import State
from scanner.tui.gate.modal import QuitScreen
from scanner.tui.gate.screen import GateScreen
from tests.tui.ports import NOW, SERIAL, STATUS, Stand
from tests.tui.seen import seen, settled

SMALL = (80, 24)


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_the_gate_asks_before_it_is_quit_and_says_what_is_not_sent(
    stand: Stand, key: str
) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(key)
        await settled(app, pilot)
        text = seen(app)
        assert "Quit the gate?" in text
        assert "3 admissions are not sent yet." in text
        assert "start the gate again, or run `scanner replay`." in text
        await pilot.press(key, "enter", "space")
        assert [type(each) for each in app.screen_stack[1:]] == [GateScreen, QuitScreen]
        await pilot.press("escape")
        assert app.screen_stack[-1] is app.gate
        await pilot.press(key, "y")
        await pilot.pause()
        assert app._exit
    assert (stand.source.stops, stand.background.running) == (1, 0)


async def test_patrons_are_let_in_while_the_question_stands(stand: Stand) -> None:
    counts = dict.fromkeys(State, 0)
    stand.background.now = replace(STATUS, counts=counts)
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("q")
        await settled(app, pilot)
        assert "Every admission was sent; nothing waits." in seen(app)
        stand.source.see(SERIAL)
        await settled(app, pilot)
        assert isinstance(app.screen, QuitScreen)
        assert "Valid ticket" in seen(app)


async def test_a_terminal_that_is_gone_is_noted_and_ends_the_gate_unasked(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        app.terminal_gone()
        app.terminal_gone()
        await pilot.pause()
        await pilot.pause()
        assert app._exit
    notes = [each for each in stand.records.asked if each[0] == "note_end"]
    assert notes == [("note_end", JournalNote.TERMINAL_CLOSED, "3")]


async def test_the_next_start_says_so_until_the_first_ticket(stand: Stand) -> None:
    at = NOW - timedelta(hours=1)
    stand.records.end = Fact(JournalNote.TERMINAL_CLOSED, {"waiting": 2, "at": at})
    app = stand.app()
    async with app.run_test(size=(124, 32)) as pilot:
        await settled(app, pilot)
        words = "The terminal was closed at 2026-06-12 20:04 while the gate was open."
        assert words in seen(app)
        assert "2 admissions were not sent then" in seen(app)
        stand.source.see(SERIAL)
        await settled(app, pilot)
        app.gate.look()
        assert words not in seen(app)
