"""Keys with times of their own: a scanner's 2 ms apart, a person's 150 ms."""

import asyncio
from collections.abc import AsyncIterator, Callable
from time import monotonic

import pytest
from textual.events import Key, Paste
from textual.pilot import Pilot
from textual.widgets import Input

from scanner.admission.serial import Serial, parse_payload
from scanner.scanning import keyboard_wedge
from scanner.tui.gate.app import GateApp
from scanner.tui.gate.help import HelpScreen
from scanner.tui.widgets.hand_entry import HandEntry
from tests.tui.ports import SERIAL, Stand
from tests.tui.seen import seen

LIMIT = 5.0


class Keyboard:
    """Posts keys to an app as its driver does."""

    def __init__(self, app: GateApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    def type(self, text: str, gap: float = 0.002) -> None:
        at = monotonic() - gap * len(text)
        for char in [text] if text == "question_mark" else text:
            name = {"\r": "enter", "\t": "tab", "\n": "ctrl+j", "-": "minus"}.get(char, char)
            key = Key(name, {"question_mark": "?"}.get(char, char))
            at += gap
            key.time = at
            self.app.post_message(key)

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(LIMIT):
            while not true():
                await self.pilot.pause(0.005)

    async def settle(self) -> None:
        """Wait until no key is held."""
        keyboard_wedge = self.app._wedge
        assert keyboard_wedge
        await self.until(lambda: keyboard_wedge._bursts.wait_seconds(0) is None)
        await self.pilot.pause()


@pytest.fixture
async def keyboard(stand: Stand) -> AsyncIterator[Keyboard]:
    app = GateApp(
        stand.judge,
        stand.background,
        stand.source,
        clock=lambda: stand.at,
        correct=str.swapcase,
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        yield Keyboard(app, pilot)


@pytest.mark.parametrize("ending", ["\r", "\t", "\n", "\r\n"])
async def test_a_scan_is_corrected_and_judged(
    stand: Stand, keyboard: Keyboard, ending: str
) -> None:
    keyboard.type(SERIAL.lower() + ending)
    await keyboard.until(lambda: stand.judge.presented)
    await keyboard.settle()
    assert stand.judge.presented == [(SERIAL, "wedge")]


async def test_no_letter_of_a_scan_works_as_a_command(stand: Stand, keyboard: Keyboard) -> None:
    keyboard.type("qirn?/-q8r\r")
    await keyboard.until(lambda: stand.judge.presented)
    await keyboard.settle()
    assert not keyboard.app._exit
    assert stand.background.woken == 0
    assert not keyboard.app.gate.query_one(HandEntry).opened


async def test_a_key_just_after_a_scan_does_not_wait_as_long_as_the_scan_might_have(
    stand: Stand, keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyboard_wedge, "PAUSE_SECONDS", 10 * LIMIT)
    held = keyboard.app._wedge
    assert held
    keyboard.type("qirn")
    await keyboard.until(lambda: held._due and held._due - monotonic() > LIMIT)
    keyboard.type(f" {SERIAL}\r")
    await keyboard.until(lambda: stand.judge.presented)
    await asyncio.sleep(keyboard_wedge.HOLD_SECONDS)  # what comes at once is the scanner's
    keyboard.type("i", gap=0.0)
    await keyboard.until(lambda: keyboard.app.gate.query_one(HandEntry).opened)


async def test_keys_work_on_after_one_that_waited_long(stand: Stand, keyboard: Keyboard) -> None:
    entry = keyboard.app.gate.query_one(HandEntry)
    for _ in range(2):
        key = Key("i", "i")
        key.time = monotonic() - 2 * keyboard_wedge.HOLD_SECONDS
        keyboard.app.post_message(key)
        await keyboard.until(lambda: entry.opened)
        await keyboard.settle()
        await keyboard.pilot.press("escape")
        await keyboard.until(lambda: not entry.opened)


async def test_a_persons_key_works_all_the_same(stand: Stand, keyboard: Keyboard) -> None:
    keyboard.type("r", gap=0.0)
    await keyboard.until(lambda: stand.background.woken == 1)


async def test_a_serial_can_be_typed_by_hand(stand: Stand, keyboard: Keyboard) -> None:
    keyboard.type("i", gap=0.0)
    entry = keyboard.app.gate.query_one(HandEntry)
    await keyboard.until(lambda: entry.opened)
    await keyboard.settle()
    keyboard.type(f"{SERIAL}\r", gap=0.15)
    await keyboard.until(lambda: stand.judge.presented)
    assert stand.judge.presented == [(SERIAL, "hand")]


async def test_a_scan_counts_while_the_line_for_serials_is_open(
    stand: Stand, keyboard: Keyboard
) -> None:
    keyboard.type("i", gap=0.0)
    entry = keyboard.app.gate.query_one(HandEntry)
    await keyboard.until(lambda: entry.opened)
    await keyboard.settle()
    keyboard.type(f"{SERIAL.lower()}\r")
    await keyboard.until(lambda: stand.judge.presented)
    assert stand.judge.presented == [(SERIAL, "wedge")]
    assert entry.value == ""


async def test_a_scan_counts_while_help_is_shown(stand: Stand, keyboard: Keyboard) -> None:
    await keyboard.app.push_screen(HelpScreen(keyboard.app.gate))
    keyboard.type(f"{SERIAL.lower()}\r")
    await keyboard.until(lambda: stand.judge.presented)
    assert stand.judge.presented == [(SERIAL, "wedge")]


async def test_a_scanner_that_sends_no_enter_is_said(stand: Stand, keyboard: Keyboard) -> None:
    keyboard.type("qqirnqirnq")
    await keyboard.until(lambda: "Half a code came" in seen(keyboard.app))
    assert stand.judge.presented == []
    assert not keyboard.app._exit


@pytest.mark.parametrize("pasted", [f"{SERIAL}\n\nB\n", f"{SERIAL}\x1dHALL A", f"Row 5\n{SERIAL}"])
async def test_a_paste_of_one_ticket_is_one_scan_whatever_else_is_in_it(
    stand: Stand, keyboard: Keyboard, pasted: str
) -> None:
    keyboard.app.post_message(Paste(pasted))
    await keyboard.until(lambda: stand.judge.presented)
    await keyboard.pilot.pause()
    ((payload, source),) = stand.judge.presented
    assert (parse_payload(payload), source) == (Serial(SERIAL), "paste")


async def test_a_paste_of_two_tickets_lines_is_two_scans(stand: Stand, keyboard: Keyboard) -> None:
    other = SERIAL[:-1] + "9"
    keyboard.app.post_message(Paste(f"{SERIAL}\n{other}\n"))
    await keyboard.until(lambda: len(stand.judge.presented) == 2)
    assert stand.judge.presented == [(SERIAL, "paste"), (other, "paste")]


async def test_a_paste_into_the_line_for_serials_goes_there(
    stand: Stand, keyboard: Keyboard
) -> None:
    keyboard.type("i", gap=0.0)
    entry = keyboard.app.gate.query_one(HandEntry)
    await keyboard.until(lambda: entry.opened)
    keyboard.app.post_message(Paste(SERIAL))
    await keyboard.until(lambda: entry.value == SERIAL)
    assert stand.judge.presented == []


@pytest.mark.parametrize(("hidden", "text"), [(False, "Ada"), (True, "4711"), (True, "4711\n")])
async def test_a_paste_into_a_line_of_text_goes_there_and_a_pin_never_to_the_judge(
    stand: Stand, keyboard: Keyboard, hidden: bool, text: str
) -> None:
    line = Input(password=hidden)
    await keyboard.app.screen.mount(line)
    line.focus()
    await keyboard.until(lambda: keyboard.app.focused is line)
    keyboard.app.post_message(Paste(text))
    await keyboard.until(lambda: line.value == text.strip())
    assert stand.judge.presented == []


async def test_a_pin_typed_as_fast_as_a_scan_is_never_judged_and_a_scan_still_is(
    stand: Stand, keyboard: Keyboard
) -> None:
    line = Input(password=True)
    await keyboard.app.screen.mount(line)
    line.focus()
    await keyboard.until(lambda: keyboard.app.focused is line)
    keyboard.type("471182\r")
    await keyboard.until(lambda: line.value == "471182")
    await keyboard.settle()
    assert stand.judge.presented == []
    keyboard.type(f"{SERIAL.lower()}\r")
    await keyboard.until(lambda: stand.judge.presented)
    assert stand.judge.presented == [(SERIAL, "wedge")]


async def test_a_scan_that_is_pasted_is_judged_whatever_is_written_in(
    stand: Stand, keyboard: Keyboard
) -> None:
    line = Input()
    await keyboard.app.screen.mount(line)
    line.focus()
    await keyboard.until(lambda: keyboard.app.focused is line)
    keyboard.app.post_message(Paste(f"{SERIAL}\r"))
    await keyboard.until(lambda: stand.judge.presented)
    assert stand.judge.presented == [(SERIAL, "paste")]
    assert not line.value


async def test_twenty_scans_in_one_go_all_count(stand: Stand, keyboard: Keyboard) -> None:
    serials = [f"dawier-back{number:08}" for number in range(20)]
    keyboard.type("".join(f"{serial}\r" for serial in serials))
    await keyboard.until(lambda: len(stand.judge.presented) == 20)
    assert [payload.lower() for payload, _ in stand.judge.presented] == serials
