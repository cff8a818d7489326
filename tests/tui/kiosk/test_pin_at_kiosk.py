"""What is typed as a PIN, right or wrong, on time or too late, is never judged."""

import asyncio
import time
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from scanner.admission.serial import fingerprint
from scanner.scanning import code_framing
from scanner.tui.kiosk import posters
from scanner.tui.kiosk import screen as kiosk_screen
from scanner.tui.kiosk.app import KioskApp
from scanner.tui.presenter import VERDICT_TIMEOUT
from scanner.tui.widgets.verdict_panel import VerdictPanel
from tests.tui.kiosk.lane import Lane, seen
from tests.tui.ports import SERIAL

PIN = "471182"
FINGERPRINT = fingerprint(SERIAL, "AZ-00000001")
TYPED = ["4711 82", "47118", "4", "47118e", "e", "471182 471182", "1" * 40, "http://x.example"]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_framing, "PAUSE_SECONDS", 0.2)


@pytest.fixture
def lane() -> Lane:
    made = Lane()
    made.lock.pin = PIN
    return made


async def typed(pilot: Pilot[Any], text: str, gap: float = 0.15) -> None:
    """Press keys and Enter at a person's pace, by the time that is on them."""
    at = time.monotonic() - gap * (len(text) + 1)
    for each in [*text, "enter"]:
        at += gap
        name = "space" if each == " " else each
        key = events.Key(name, "\r" if each == "enter" else each)
        key.time = at
        pilot.app.post_message(key)
    await pilot.pause()


async def until(pilot: Pilot[Any], condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await pilot.pause(0.01)


def title(app: KioskApp) -> str:
    return app.screen.query_one(VerdictPanel).poster.title


@pytest.mark.parametrize("text", TYPED)
async def test_what_is_typed_while_it_is_asked_for_is_a_try(lane: Lane, text: str) -> None:
    app = lane.app()
    async with app.run_test() as pilot:
        await pilot.press("escape")
        await typed(pilot, text)
        await until(pilot, lambda: lane.lock.tried == [text])
        assert lane.judge.presented == []
        await until(pilot, lambda: not app.lane._checking_pin)


@pytest.mark.parametrize("text", [PIN, *TYPED])
async def test_what_is_typed_too_late_is_neither_tried_nor_judged(lane: Lane, text: str) -> None:
    app = lane.app()
    async with app.run_test() as pilot:
        await pilot.press("escape")
        await pilot.press("escape")
        await typed(pilot, text)
        await until(pilot, lambda: title(app) == posters.no_ticket().title)
        assert (lane.lock.tried, lane.judge.presented) == ([], [])


async def test_what_a_scanner_types_meanwhile_is_no_try_even_line_by_line(lane: Lane) -> None:
    app = lane.app()
    async with app.run_test() as pilot:
        await pilot.press("escape")
        for line in ("My event", SERIAL, "Row 5"):
            await typed(pilot, line, gap=0.004)
        assert lane.lock.tried == []
        assert lane.judge.presented == [(SERIAL, "wedge")]


async def test_the_rest_of_one_after_the_line_went_away_is_not_judged(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = lane.app()
    async with app.run_test(size=(80, 24)) as pilot:
        monkeypatch.setattr(kiosk_screen, "PROMPT_FOR", VERDICT_TIMEOUT / 4)
        await pilot.press("escape", "4", "7")
        await until(pilot, lambda: "Supervisor" not in seen(app))
        await typed(pilot, "1182e")
        assert lane.judge.presented == []


@pytest.mark.parametrize("text", [PIN, "4", "47 11 82", "0" * 12])
async def test_one_that_nobody_asked_for_is_not_judged(lane: Lane, text: str) -> None:
    app = lane.app()
    async with app.run_test() as pilot:
        await typed(pilot, text)
        await until(pilot, lambda: title(app) == posters.no_ticket().title)
        assert (lane.lock.tried, lane.judge.presented) == ([], [])


@pytest.mark.parametrize("before", ["", "escape"])
async def test_a_pasted_one_is_neither_tried_nor_judged(lane: Lane, before: str) -> None:
    app = lane.app()
    async with app.run_test() as pilot:
        await pilot.press(*([before] if before else []))
        app.post_message(events.Paste(f"{PIN}\r\n{SERIAL}\n4711 82\n"))
        await pilot.pause()
        assert lane.judge.presented == [(SERIAL, "wedge")]
        assert lane.lock.tried == []


@pytest.mark.parametrize(
    ("scanned", "judged"),
    [
        (SERIAL, SERIAL),
        (f"https://x.example/{SERIAL}", SERIAL),
        (f"4711 {SERIAL}", SERIAL),
        (f"{FINGERPRINT}:more", FINGERPRINT),
    ],
)
async def test_a_ticket_scanned_meanwhile_is_judged_without_what_was_typed_before_it(
    lane: Lane, scanned: str, judged: str
) -> None:
    app = lane.app()
    async with app.run_test() as pilot:
        await pilot.press("escape")
        await typed(pilot, scanned)
        assert lane.judge.presented == [(judged, "wedge")]
        assert lane.lock.tried == []
        await typed(pilot, PIN)
        assert lane.judge.presented == [(judged, "wedge")]


async def test_digits_and_a_ticket_in_one_run_are_a_wrong_try(lane: Lane) -> None:
    app = lane.app()
    async with app.run_test() as pilot:
        await pilot.press("escape")
        await typed(pilot, f"4711{SERIAL}")
        await until(pilot, lambda: lane.lock.tried == [f"4711{SERIAL}"])
        assert lane.judge.presented == []


async def test_a_while_after_it_was_asked_for_every_code_is_judged_again(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kiosk_screen, "LATE_FOR", VERDICT_TIMEOUT * 0)
    app = lane.app()
    async with app.run_test() as pilot:
        await pilot.press("escape", "escape")
        await typed(pilot, "http://x.example")
        await until(pilot, lambda: lane.judge.presented)
        assert lane.judge.presented == [("http://x.example", "wedge")]


async def test_staff_see_how_often_it_was_wrong(lane: Lane) -> None:
    lane.lock.tried = ["000000"]
    app = lane.app()
    async with app.run_test(size=(120, 24)) as pilot:
        await until(pilot, lambda: "1 wrong PIN " in seen(app))
        await pilot.press("escape")
        await typed(pilot, "000000")
        await until(pilot, lambda: "2 wrong PINs" in seen(app))
