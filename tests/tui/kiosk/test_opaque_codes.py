"""A lane whose tickets' codes are opaque: a scanner's keys are judged, a PIN's never."""

import asyncio
import time
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from scanner.admission.code_form import CodeForm
from scanner.scanning import code_framing
from scanner.scanning.ticket_codes import TicketCodes
from tests.tui.kiosk.lane import Lane

PIN = "471182"
CODE = "qx7k3m9d2h5fj8w4bzt6vy1nac0prsgl"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_framing, "PAUSE_SECONDS", 0.2)


@pytest.fixture
def lane() -> Lane:
    made = Lane(tickets=TicketCodes(lambda: CodeForm.SECRET))
    made.lock.pin = PIN
    return made


async def typed(pilot: Pilot[Any], text: str, gap: float) -> None:
    """Press keys and Enter, with the time on them."""
    at = time.monotonic() - gap * (len(text) + 1)
    for each in [*text, "enter"]:
        at += gap
        key = events.Key(each, "\r" if each == "enter" else each)
        key.time = at
        pilot.app.post_message(key)
    await pilot.pause()


async def judged(pilot: Pilot[Any], lane: Lane, *codes: str) -> None:
    async with asyncio.timeout(10):
        while len(lane.judge.presented) < len(codes):
            await pilot.pause(0.01)
    assert lane.judge.presented == [(code, "wedge") for code in codes]


@pytest.mark.parametrize("code", [CODE, CODE.upper(), "10000012", "123456789012", "A1B2C3"])
async def test_what_a_scanner_types_is_judged(lane: Lane, code: str) -> None:
    async with lane.app().run_test() as pilot:
        await typed(pilot, code, gap=0.004)
        await judged(pilot, lane, code)


@pytest.mark.parametrize("gap", [0.004, 0.15])
@pytest.mark.parametrize("text", [PIN, "4711821", "000000000000"])
async def test_a_pin_that_is_asked_for_is_tried_and_never_judged(
    lane: Lane, text: str, gap: float
) -> None:
    async with lane.app().run_test() as pilot:
        await pilot.press("escape")
        await typed(pilot, text, gap)
        async with asyncio.timeout(10):
            while not lane.lock.tried:
                await pilot.pause(0.01)
        assert (lane.lock.tried, lane.judge.presented) == ([text], [])


async def test_digits_at_a_persons_pace_are_never_judged(lane: Lane) -> None:
    async with lane.app().run_test() as pilot:
        await typed(pilot, PIN, gap=0.15)
        await typed(pilot, CODE, gap=0.004)
        await judged(pilot, lane, CODE)
        assert lane.lock.tried == []


async def test_a_ticket_scanned_while_a_pin_is_asked_for_is_judged(lane: Lane) -> None:
    async with lane.app().run_test() as pilot:
        await pilot.press("escape")
        await typed(pilot, CODE, gap=0.004)
        await judged(pilot, lane, CODE)
        assert lane.lock.tried == []
