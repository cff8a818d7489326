"""The screens as pictures; `pytest tests/tui --snapshot-update` after a look at each change."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from scanner.admission.verdict import LIGHTS, Kind
from scanner.store.errors import DiskFull, StoreFault
from scanner.store.ledger import State
from scanner.sync.link import Link, LinkState
from scanner.tui.gate.app import GateApp
from tests.tui.ports import NOW, SERIAL, STATUS, UNREACHABLE, VERDICTS, Stand
from tests.tui.seen import resized, settled

Compare = Callable[..., bool]

SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])


@SIZES
def test_idle(snap_compare: Compare, stand: Stand, size: tuple[int, int]) -> None:
    assert snap_compare(stand.app(), terminal_size=size)


@pytest.mark.usefixtures("minutes_apart")
async def test_verdicts(pictured: Callable[[GateApp, str], bool], stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        for wide, high in ((80, 24), (124, 32), (160, 50)):
            await resized(app, pilot, wide, high)
            for kind in LIGHTS:
                stand.judge.verdict = VERDICTS[kind]
                stand.source.see(SERIAL)
                await settled(app, pilot)
                assert pictured(app, f"{kind}-{wide}x{high}")


@SIZES
def test_offline(snap_compare: Compare, stand: Stand, size: tuple[int, int]) -> None:
    stand.background.now = replace(
        STATUS,
        synced=NOW - timedelta(minutes=14),
        counts={**STATUS.counts, State.QUEUED: 112, State.CONFLICT: 2, State.REFUSED: 1},
        link=Link(LinkState.OFFLINE, UNREACHABLE),
    )
    assert snap_compare(stand.app(), terminal_size=size, run_before=_shown(stand))


@SIZES
def test_store_error(snap_compare: Compare, stand: Stand, size: tuple[int, int]) -> None:
    stand.judge.error = DiskFull(StoreFault.FULL, file=Path("gate.sqlite3"))
    assert snap_compare(stand.app(), terminal_size=size, run_before=_shown(stand))


@SIZES
def test_help(snap_compare: Compare, stand: Stand, size: tuple[int, int]) -> None:
    app = stand.app(network=lambda: True, demo=True)
    assert snap_compare(app, terminal_size=size, press=["question_mark"])


def _shown(stand: Stand, *keys: str) -> Callable[[Pilot[Any]], Any]:
    async def see(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        stand.source.see(SERIAL)
        await settled(pilot.app, pilot)  # type: ignore[arg-type] # it is a gate's
        await pilot.press(*keys)
        await settled(pilot.app, pilot)  # type: ignore[arg-type] # it is a gate's

    return see


@SIZES
@pytest.mark.parametrize("key", ["w", "t", "s"])
def test_aside(snap_compare: Compare, stand: Stand, key: str, size: tuple[int, int]) -> None:
    assert snap_compare(stand.app(), terminal_size=size, run_before=_pressed(key))


@SIZES
def test_find(snap_compare: Compare, stand: Stand, size: tuple[int, int]) -> None:
    stand.preferences = replace(stand.preferences, names=True)
    assert snap_compare(stand.app(), terminal_size=size, run_before=_pressed("f", *"7558"))


@SIZES
def test_override(snap_compare: Compare, stand: Stand, size: tuple[int, int]) -> None:
    stand.judge.verdict = VERDICTS[Kind.UNKNOWN]
    assert snap_compare(stand.app(), terminal_size=size, run_before=_shown(stand, "o"))


@SIZES
@pytest.mark.parametrize("theme", ["day", "contrast"])
def test_theme(snap_compare: Compare, stand: Stand, theme: str, size: tuple[int, int]) -> None:
    stand.preferences = replace(stand.preferences, theme=theme)
    assert snap_compare(stand.app(), terminal_size=size, run_before=_shown(stand))


@SIZES
def test_ascii(snap_compare: Compare, stand: Stand, size: tuple[int, int]) -> None:
    stand.preferences = replace(stand.preferences, characters="ascii")
    assert snap_compare(stand.app(), terminal_size=size, run_before=_shown(stand))


def _pressed(*keys: str) -> Callable[[Pilot[Any]], Any]:
    async def press(pilot: Pilot[Any]) -> None:
        await pilot.press(*keys)
        assert isinstance(pilot.app, GateApp)
        await settled(pilot.app, pilot)

    return press
