"""The screens beside the gate, in each of their states."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from scanner.admission.verdict import Kind
from scanner.pin import PinCheck
from scanner.store.errors import DatabaseBusy, StoreFault
from scanner.store.statistics import Evening
from scanner.tui.gate.app import GateApp
from tests.tui.ports import SCANS, SERIAL, VERDICTS, FakeRecords, Stand
from tests.tui.seen import settled

Compare = Callable[..., bool]
Pictured = Callable[[GateApp, str], bool]

SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])
KEYS_TO_SCREENS = ("f", "w", "t", "s", "question_mark")
HELD = DatabaseBusy(StoreFault.HELD, file=Path("gate.sqlite3"))


def pressed(stand: Stand, *keys: str, refused: bool = False) -> Callable[[Pilot[Any]], Any]:
    async def see(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        if refused:
            stand.judge.verdict = VERDICTS[Kind.ALREADY_ADMITTED]
            stand.source.see(SERIAL)
            await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await settled(pilot.app, pilot)  # type: ignore[arg-type]

    return see


@SIZES
@pytest.mark.parametrize("key", ["f", "w", "v", "t", "s"])
def test_beside_a_verdict(
    snap_compare: Compare, stand: Stand, key: str, size: tuple[int, int]
) -> None:
    stand.records.scanned = SCANS
    see = pressed(stand, key, refused=True)
    assert snap_compare(stand.app(), terminal_size=size, run_before=see)


@pytest.mark.parametrize("key", ["t", "question_mark"])
def test_beside_a_verdict_on_a_middling_screen(
    snap_compare: Compare, stand: Stand, key: str
) -> None:
    see = pressed(stand, key, refused=True)
    assert snap_compare(stand.app(), terminal_size=(124, 32), run_before=see)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_statistics_turned(snap_compare: Compare, stand: Stand, turns: int) -> None:
    see = pressed(stand, "t", *["right"] * turns)
    assert snap_compare(stand.app(), terminal_size=(80, 24), run_before=see)


@SIZES
@pytest.mark.parametrize("key", ["w", "t"])
def test_unreadable(snap_compare: Compare, stand: Stand, key: str, size: tuple[int, int]) -> None:
    stand.records.error = HELD
    assert snap_compare(stand.app(), terminal_size=size, run_before=pressed(stand, key))


@SIZES
@pytest.mark.parametrize("key", ["f", "w", "t", "s"])
def test_help(snap_compare: Compare, stand: Stand, key: str, size: tuple[int, int]) -> None:
    see = pressed(stand, key, "ctrl+p" if key == "f" else "question_mark")
    assert snap_compare(stand.app(), terminal_size=size, run_before=see)


@SIZES
@pytest.mark.parametrize("typed", ["", "zzz"])
def test_find(snap_compare: Compare, stand: Stand, typed: str, size: tuple[int, int]) -> None:
    see = pressed(stand, "f", *typed)
    assert snap_compare(stand.app(), terminal_size=size, run_before=see)


@SIZES
async def test_queue_filtered(pictured: Pictured, stand: Stand, size: tuple[int, int]) -> None:
    app = stand.app()
    async with app.run_test(size=size, notifications=True) as pilot:
        await pressed(stand, "w")(pilot)
        for presses in range(1, 6):
            await pressed(stand, "f")(pilot)
            assert pictured(app, str(presses))


@SIZES
def test_queue_exported(snap_compare: Compare, stand: Stand, size: tuple[int, int]) -> None:
    see = pressed(stand, "w", "e")
    assert snap_compare(stand.app(), terminal_size=size, run_before=see)


class EmptyRecords(FakeRecords):
    """Nobody has come yet."""

    def admissions(self, *_: Any) -> list[Any]:
        return []

    def evening(self) -> Evening:
        return Evening()


@SIZES
@pytest.mark.parametrize("key", ["w", "t"])
def test_before_doors(snap_compare: Compare, stand: Stand, key: str, size: tuple[int, int]) -> None:
    stand.records = EmptyRecords([])
    assert snap_compare(stand.app(), terminal_size=size, run_before=pressed(stand, key))


@SIZES
@pytest.mark.parametrize("answer", [PinCheck.WRONG, PinCheck.WAIT, PinCheck.UNSET])
def test_override_answered(
    snap_compare: Compare, stand: Stand, answer: PinCheck, size: tuple[int, int]
) -> None:
    stand.records.answer = answer
    see = pressed(stand, "o", *"torn", "enter", "1", "enter", refused=True)
    assert snap_compare(stand.app(), terminal_size=size, run_before=see)


async def each_beside(pictured: Pictured, stand: Stand, size: tuple[int, int]) -> None:
    """Open and close each screen in turn, and compare its picture."""
    app = stand.app()
    async with app.run_test(size=size, notifications=True) as pilot:
        for key in KEYS_TO_SCREENS:
            await pressed(stand, key)(pilot)
            assert pictured(app, key)
            await pressed(stand, "escape")(pilot)


@SIZES
@pytest.mark.parametrize("theme", ["day", "contrast"])
async def test_theme(pictured: Pictured, stand: Stand, theme: str, size: tuple[int, int]) -> None:
    stand.preferences = replace(stand.preferences, theme=theme)
    await each_beside(pictured, stand, size)


@SIZES
async def test_ascii(pictured: Pictured, stand: Stand, size: tuple[int, int]) -> None:
    stand.preferences = replace(stand.preferences, characters="ascii")
    await each_beside(pictured, stand, size)
