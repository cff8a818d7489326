"""Tickets that are found, looked up or mistyped: opened first, and let in by a key of its own."""

from dataclasses import replace

import pytest
from textual.widgets import Input, OptionList

from scanner.store.search import Typed
from scanner.tui.gate.search import MistypedScreen, SearchScreen, TicketScreen
from tests.tui.ports import FOUND, Stand
from tests.tui.seen import seen, settled

SMALL = (80, 24)
WRONG = "DAWIER-BACK75580oo1"
"""Letters in the place of digits."""


async def test_enter_on_a_hit_opens_the_ticket_and_another_key_lets_in(stand: Stand) -> None:
    stand.preferences = replace(stand.preferences, names=True)
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("f", *"7558", "enter")
        await settled(app, pilot)
        assert isinstance(app.screen, TicketScreen)
        text = seen(app)
        for words in ("Floor", "issued", "Ana Luz", "not yet", "✓ ADMITTED"):
            assert words in text
        assert f"Let in Ana Luz · {FOUND[0].serial}?" in text
        await pilot.press("enter", "space", "y")
        assert stand.judge.presented == []
        await pilot.press("l")
        await pilot.pause()
        assert stand.judge.presented == [(FOUND[0].serial, "hand")]
        assert app.screen_stack[-1] is app.gate


async def test_a_ticket_says_who_let_it_in_when_and_where_and_its_patrons_return(
    stand: Stand,
) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("f", *"0001", "enter")
        await settled(app, pilot)
        text = seen(app)
        for words in (
            "20:52:07 at gate-a by Mo Ek (confirmed)",
            "2026-06-11 21:04:07 at Gate B by Sam",
            "Came again    21:01:07",
            "The gate does not let in DAWIER-BACK75580001",
        ):
            assert words in text
        assert "Jürgen" not in text
        assert "l Show it to the gate" in text
        assert "l Let in" not in text
        await pilot.press("escape")
        assert isinstance(app.screen, SearchScreen)
        assert app.screen.query_one(Input).value == "0001"
        assert stand.judge.presented == []
        await pilot.press("enter", "l")
        await pilot.pause()
    assert stand.judge.presented == [(FOUND[1].serial, "hand")]


async def test_looking_up_lets_nobody_in_by_any_key(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("u")
        await settled(app, pilot)
        assert "Look up a ticket: nobody is let in from here" in seen(app)
        await pilot.press(*"7558", "enter")
        await settled(app, pilot)
        assert isinstance(app.screen, TicketScreen)
        assert "Only looked up" in seen(app)
        await pilot.press("l", "enter", "y", "space")
        await settled(app, pilot)
        assert isinstance(app.screen, TicketScreen)
    assert stand.judge.presented == []


@pytest.fixture
def mistyped(stand: Stand) -> Stand:
    stand.records.mistyped[WRONG] = Typed(WRONG, near=tuple(FOUND[1:3]))
    stand.records.mistyped["GENE"] = Typed("GENE", formed=False)
    return stand


async def test_what_is_mistyped_is_shown_with_what_may_be_meant_and_lets_nobody_in(
    mistyped: Stand,
) -> None:
    app = mistyped.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("i", *WRONG.replace("-", " ").split()[0], "minus", *WRONG[7:], "enter")
        await settled(app, pilot)
        assert isinstance(app.screen, MistypedScreen)
        text = seen(app)
        assert f"Typed: {WRONG}" in text
        assert "Did you mean one of these?" in text
        assert f"{FOUND[1].serial}  Floor" in text
        await pilot.press("down", "enter")
        await settled(app, pilot)
        assert isinstance(app.screen, TicketScreen)
        assert mistyped.judge.presented == []
        await pilot.press("l")
        await pilot.pause()
    assert mistyped.judge.presented == [(FOUND[2].serial, "hand")]


async def test_what_is_no_serial_is_corrected_or_shown_to_the_gate_as_it_is(
    mistyped: Stand,
) -> None:
    app = mistyped.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("i")
        assert "six letters or digits, a hyphen, twelve letters or digits" in seen(app)
        await pilot.press(*"GENE", "enter")
        await settled(app, pilot)
        assert "This is no serial: six letters or digits, a hyphen" in seen(app)
        await pilot.press("i")
        line = app.screen.query_one(Input)
        assert (app.focused, line.value) == (line, "GENE")
        await pilot.press("enter")
        await settled(app, pilot)
        assert mistyped.judge.presented == []
        app.screen.query_one(OptionList).highlighted = 1
        await pilot.press("enter")
        await pilot.pause()
    assert mistyped.judge.presented == [("GENE", "hand")]
