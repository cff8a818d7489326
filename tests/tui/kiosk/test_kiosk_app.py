import asyncio
import string
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from scanner.admission.verdict import LIGHTS, Kind
from scanner.facts import Fact
from scanner.kiosk.turnstile import TurnstileFault
from scanner.pin import PinCheck
from scanner.scanning.errors import CameraFault
from scanner.scanning.scan_hints import Hint
from scanner.scanning.scan_source import SourceName, SourceState
from scanner.store.errors import DatabaseBusy, DiskFull, StoreFault
from scanner.tui import presenter
from scanner.tui.kiosk import app as kiosk_app
from scanner.tui.kiosk import screen as kiosk_screen
from scanner.tui.kiosk.app import KioskApp
from scanner.tui.widgets.verdict_panel import VerdictPanel
from scanner.wording.catalogue import LANGUAGES, choose_language
from scanner.wording.sentences import in_english, sentence
from tests.tui.kiosk.lane import UNLOCKED, FakeLock, Lane, seen
from tests.tui.ports import SERIAL, VERDICTS
from tests.tui.sources import FakeSource

LIMIT_SECONDS = 10

CTRL = [f"ctrl+{letter}" for letter in string.ascii_lowercase if letter not in "mij"]
FUNCTIONS = [f"f{number}" for number in range(1, 25)]
OTHERS = [
    "ctrl+backslash", "ctrl+right_square_bracket", "ctrl+underscore", "ctrl+at", "up", "down",
    "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete", "shift+tab", "tab",
    "q", "question_mark", "colon", "i", "n", "m", "r", "slash", "space", "backspace", "enter",
    "super+c", "alt+x", "escape",
]  # fmt: skip


async def until(pilot: Pilot[Any], condition: Any) -> None:
    async with asyncio.timeout(LIMIT_SECONDS):
        while not condition():
            await pilot.pause(0.01)


def title(app: KioskApp) -> str:
    return app.screen.query_one(VerdictPanel).poster.title


async def scan(pilot: Pilot[Any], text: str) -> None:
    await pilot.press(*text, "enter")
    await pilot.pause()


async def test_it_invites_and_a_scan_gets_a_verdict_and_it_invites_again(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = lane.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert title(app) == "SHOW YOUR TICKET"
        await scan(pilot, SERIAL)
        assert lane.judge.presented == [(SERIAL, "wedge")]
        assert title(app) == "WELCOME"
        await until(pilot, lambda: title(app) == "SHOW YOUR TICKET")


def test_a_verdict_stays_for_three_seconds() -> None:
    assert kiosk_screen.BACK_AFTER.total_seconds() == 3


@pytest.mark.parametrize("kind", LIGHTS)
async def test_every_verdict_has_words_for_a_patron_and_tells_nothing_of_others(
    lane: Lane, kind: Kind
) -> None:
    lane.judge.verdict = VERDICTS[kind]
    app = lane.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await scan(pilot, SERIAL)
        shown = seen(app)
        assert app.lane.query_one(VerdictPanel).poster.advice.startswith("Please")
        assert "Sam" not in shown
        assert "Gate B" not in shown
        assert (title(app) == "WELCOME") is (kind is Kind.ADMITTED)


@pytest.mark.parametrize("keys", [CTRL, FUNCTIONS, OTHERS], ids=["ctrl", "functions", "others"])
async def test_no_key_leaves_it_or_opens_anything(lane: Lane, keys: list[str]) -> None:
    app = lane.app()
    async with app.run_test() as pilot:
        for key in keys:
            await pilot.press(key, key)
            assert not app._exit, key
            assert app.screen is app.lane, key
            assert app.focused is None, key
            assert not app._notifications, key
        await pilot.press("enter")
        lane.judge.presented.clear()
        await scan(pilot, SERIAL)
        assert lane.judge.presented == [(SERIAL, "wedge")]


def test_nothing_is_bound_to_any_key(lane: Lane) -> None:
    app = lane.app()
    assert not list(app._bindings)
    assert not list(app.lane._bindings)
    assert not app.ENABLE_COMMAND_PALETTE


async def test_the_right_pin_leaves_with_the_code_that_the_parent_knows(lane: Lane) -> None:
    app = lane.app()
    async with app.run_test() as pilot:
        await pilot.press("escape")
        await scan(pilot, "4711")
        await until(pilot, lambda: app._exit)
    assert app.return_code == UNLOCKED


async def test_a_wrong_pin_is_said_and_what_is_typed_is_not_shown(lane: Lane) -> None:
    app = lane.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape", *"08156", "backspace")
        await pilot.pause()
        assert "PIN, then Enter: ••••_" in seen(app)
        assert "0815" not in seen(app)
        await pilot.press("enter")
        await until(pilot, lambda: "Wrong PIN." in seen(app))
        assert lane.lock.tried == ["0815"]
        assert not app._exit
        await pilot.press("escape")
        await pilot.pause()
        assert "Supervisor" not in seen(app)


async def test_after_too_many_wrong_ones_the_wait_is_said(lane: Lane) -> None:
    lane.lock = FakeLock(answer=PinCheck.WAIT, wait=kiosk_screen.PROMPT_FOR)
    app = lane.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape")
        await scan(pilot, "0815")
        await until(pilot, lambda: "Try again in 21 s." in seen(app))


async def test_a_key_store_that_fails_lets_nobody_out(lane: Lane) -> None:
    lane.lock.error = DatabaseBusy(StoreFault.HELD, file=Path("gate.sqlite3"))
    app = lane.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape")
        await scan(pilot, "4711")
        await until(pilot, lambda: "can't be checked now" in seen(app))
        assert not app._exit


async def test_a_ticket_that_is_scanned_while_a_pin_is_asked_for_is_judged(lane: Lane) -> None:
    app = lane.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape")
        await scan(pilot, SERIAL)
        assert lane.judge.presented == [(SERIAL, "wedge")]
        assert lane.lock.tried == []
        assert "Supervisor" not in seen(app)


async def test_the_line_for_the_pin_goes_away_by_itself(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = lane.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape")
        await pilot.pause()
        assert "Supervisor" in seen(app)
        monkeypatch.setattr(kiosk_screen, "PROMPT_FOR", presenter.VERDICT_TIMEOUT)
        await pilot.press("4")
        await until(pilot, lambda: "Supervisor" not in seen(app))


async def test_a_camera_is_started_and_stopped_and_its_payloads_are_judged(lane: Lane) -> None:
    lane.source = FakeSource()
    app = lane.app()
    async with app.run_test() as pilot:
        await pilot.pause()
        lane.source.see(SERIAL)
        await pilot.pause()
        assert title(app) == "WELCOME"
    assert (lane.source.running, lane.source.stops) == (False, 1)


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
async def test_what_the_camera_reports_is_said_in_the_kiosks_language(
    lane: Lane, language: str
) -> None:
    away = Fact(CameraFault.ABSENT, {"name": Fact(SourceName.CAMERA, {"number": 0})})
    hint = Fact(Hint.STILL)
    lane.source = FakeSource(SourceState(running=False, fact=away))
    app = lane.app()
    choose_language(language)
    async with app.run_test(size=(160, 40)) as pilot:
        lane.source.tell(hint)
        await until(pilot, lambda: sentence(hint) in seen(app))
        assert sentence(away) in seen(app)
        assert in_english(hint) not in seen(app)
        assert in_english(away) not in seen(app)


async def test_where_nothing_can_be_recorded_the_lane_is_closed_until_something_is(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kiosk_screen, "BACK_AFTER", presenter.VERDICT_TIMEOUT / 4)
    lane.judge.error = DiskFull(StoreFault.FULL, file=Path("gate.sqlite3"))
    app = lane.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await scan(pilot, SERIAL)
        assert title(app) == "LANE CLOSED"
        await until(pilot, lambda: not app.lane._showing)
        assert title(app) == "LANE CLOSED"
        lane.judge.error = None
        monkeypatch.setattr(kiosk_screen, "BACK_AFTER", timedelta(seconds=3))
        await scan(pilot, SERIAL)
        assert title(app) == "WELCOME"
        await until(pilot, lambda: title(app) == "SHOW YOUR TICKET")


@pytest.mark.usefixtures("minutes_apart")
async def test_a_late_verdict_is_not_taken_for_the_last_ones(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presenter, "VERDICT_TIMEOUT", presenter.VERDICT_TIMEOUT / 10)
    app = lane.app()
    async with app.run_test() as pilot:
        await scan(pilot, SERIAL)
        lane.judge.holding = True
        await scan(pilot, SERIAL)
        await until(pilot, lambda: title(app) == "ONE MOMENT")
        lane.judge.release()
        await until(pilot, lambda: title(app) == "WELCOME")


async def test_a_turnstile_in_trouble_is_said_until_it_is_over(lane: Lane) -> None:
    lane.turnstile = True
    lane.trouble = Fact(TurnstileFault.EXIT_CODE, {"number": 3})
    app = lane.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "TURNSTILE: The turnstile's command failed with code 3;" in seen(app)
        lane.trouble = None
        app.lane.look()
        await pilot.pause()
        assert "TURNSTILE" not in seen(app)


async def test_background_work_that_failed_is_begun_again_by_itself(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kiosk_app, "AGAIN_SECONDS", 0.01)
    lane.background.error = RuntimeError("a fault of ours")
    app = lane.app()
    async with app.run_test() as pilot:
        await until(pilot, lambda: lane.background.started > 1)
        lane.background.error = None
        await until(pilot, lambda: lane.background.running == 1)


async def test_it_gives_signs_of_life_and_goes_on_where_one_fails(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kiosk_app, "SIGN_SECONDS", 0.01)
    signs: list[int] = []

    async def sign() -> None:
        signs.append(len(signs))
        if len(signs) == 1:
            raise DatabaseBusy(StoreFault.HELD, file=Path("gate.sqlite3"))

    app = KioskApp(
        lane.judge, lane.background, None, lane.lock, clock=lambda: lane.at, sign_of_life=sign
    )
    async with app.run_test() as pilot:
        await until(pilot, lambda: len(signs) > 2)


async def test_what_a_layout_did_to_a_scan_is_undone(lane: Lane) -> None:
    app = KioskApp(
        lane.judge,
        lane.background,
        None,
        lane.lock,
        clock=lambda: lane.at,
        correct=lambda text: text.replace("ß", "-"),
    )
    async with app.run_test() as pilot:
        await scan(pilot, SERIAL.replace("-", "ß"))
        assert lane.judge.presented == [(SERIAL, "wedge")]
