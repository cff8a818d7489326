"""Opaque codes that a hand scanner types at the gate, and that a person types into its line."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from textual.events import Paste

from scanner.admission.code_form import CodeForm
from scanner.scanning.ticket_codes import TicketCodes
from scanner.tui.gate.app import GateApp
from scanner.tui.gate.help import HelpScreen
from scanner.tui.widgets.hand_entry import HandEntry
from tests.tui.ports import Stand
from tests.tui.terminal.test_wedge_keys import Keyboard

CODE = "qx7k3m9d2h5fj8w4bzt6vy1nac0prsgl"


@pytest.fixture
async def keyboard(stand: Stand) -> AsyncIterator[Keyboard]:
    app = GateApp(
        stand.judge,
        stand.background,
        stand.source,
        clock=lambda: stand.at,
        correct=lambda text: text,
        tickets=TicketCodes(lambda: CodeForm.SECRET),
    )
    async with app.run_test() as pilot:
        yield Keyboard(app, pilot)


@pytest.mark.parametrize("code", [CODE, CODE.upper(), "fowtsnpmqilr1x", "10000012"])
async def test_no_key_of_a_scan_is_a_command(stand: Stand, keyboard: Keyboard, code: str) -> None:
    keyboard.type(f"{code}\r")
    await keyboard.until(lambda: stand.judge.presented)
    await keyboard.settle()
    assert stand.judge.presented == [(code, "wedge")]
    assert len(keyboard.app.screen_stack) == 2
    assert not keyboard.app.screen_stack[1].query_one(HandEntry).opened


async def test_a_persons_keys_are_commands_still(stand: Stand, keyboard: Keyboard) -> None:
    keyboard.type("question_mark", 0.2)
    await keyboard.until(lambda: isinstance(keyboard.app.screen, HelpScreen))
    assert stand.judge.presented == []


async def test_a_code_typed_by_hand_waits_for_its_enter_and_is_judged_as_typed(
    stand: Stand, keyboard: Keyboard
) -> None:
    keyboard.type("i", 0.2)
    await keyboard.until(lambda: keyboard.app.screen.query_one(HandEntry).opened)
    keyboard.type(CODE[:8], 0.15)
    await keyboard.until(lambda: keyboard.app.screen.query_one(HandEntry).value == CODE[:8])
    assert stand.judge.presented == []
    keyboard.type(f"{CODE[8:]}\r", 0.15)
    await keyboard.until(lambda: stand.judge.presented)
    assert stand.judge.presented == [(CODE, "hand")]


async def test_a_scan_while_the_line_is_open_is_a_scan(stand: Stand, keyboard: Keyboard) -> None:
    keyboard.type("i", 0.2)
    await keyboard.until(lambda: keyboard.app.screen.query_one(HandEntry).opened)
    keyboard.type(f"{CODE}\r")
    await keyboard.until(lambda: stand.judge.presented)
    assert stand.judge.presented == [(CODE, "wedge")]
    assert keyboard.app.screen.query_one(HandEntry).value == ""


async def test_a_pasted_code_is_judged(stand: Stand, keyboard: Keyboard) -> None:
    keyboard.app.post_message(Paste(f"{CODE}\r\n"))
    async with asyncio.timeout(5):
        while not stand.judge.presented:
            await keyboard.pilot.pause(0.005)
    assert stand.judge.presented == [(CODE, "paste")]


async def test_the_line_asks_for_a_code_and_says_that_case_counts(keyboard: Keyboard) -> None:
    keyboard.type("i", 0.2)
    line = keyboard.app.screen_stack[1].query_one(HandEntry)
    await keyboard.until(lambda: line.opened)
    assert line.border_title == "Type a code"
    assert line.border_subtitle == "capitals and small letters count"
