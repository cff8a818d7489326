"""The lane's screen as pictures."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from scanner.admission.verdict import LIGHTS, Closed, Kind
from scanner.facts import Fact
from scanner.kiosk.turnstile import TurnstileFault
from scanner.scanning.errors import CameraFault
from scanner.scanning.scan_source import SourceName
from scanner.store.errors import DiskFull, StoreFault
from scanner.store.ledger import State
from scanner.sync.link import Link, LinkState
from scanner.tui.ports import SourceState
from scanner.wording.catalogue import choose_language
from tests.tui.kiosk.lane import Lane
from tests.tui.ports import NOW, SERIAL, STATUS, UNREACHABLE, VERDICTS
from tests.tui.sources import FakeSource

Compare = Callable[..., bool]

SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])


@SIZES
def test_attract(snap_compare: Compare, lane: Lane, size: tuple[int, int]) -> None:
    assert snap_compare(lane.app(), terminal_size=size)


@SIZES
@pytest.mark.parametrize("kind", LIGHTS)
def test_verdict(snap_compare: Compare, lane: Lane, kind: Kind, size: tuple[int, int]) -> None:
    lane.judge.verdict = VERDICTS[kind]
    assert snap_compare(lane.app(), terminal_size=size, run_before=_scanned)


@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize("kind", LIGHTS)
def test_verdict_in_a_language_of_longer_words(
    snap_compare: Compare, lane: Lane, kind: Kind, language: str
) -> None:
    choose_language(language)
    lane.judge.verdict = VERDICTS[kind]
    assert snap_compare(lane.app(), terminal_size=(80, 24), run_before=_scanned)


@pytest.mark.parametrize("language", ["de", "fr"])
def test_troubles_in_a_language_of_longer_words(
    snap_compare: Compare, lane: Lane, language: str
) -> None:
    choose_language(language)
    _in_trouble(lane)
    assert snap_compare(lane.app(), terminal_size=(80, 24), press=["escape", *"4711"])


@SIZES
def test_closed(snap_compare: Compare, lane: Lane, size: tuple[int, int]) -> None:
    lane.background.now = replace(STATUS, closed=next(iter(Closed)))
    assert snap_compare(lane.app(), terminal_size=size)


@SIZES
def test_cannot_record(snap_compare: Compare, lane: Lane, size: tuple[int, int]) -> None:
    lane.judge.error = DiskFull(StoreFault.FULL, file=Path("gate.sqlite3"))
    assert snap_compare(lane.app(), terminal_size=size, run_before=_scanned)


@SIZES
def test_troubles(snap_compare: Compare, lane: Lane, size: tuple[int, int]) -> None:
    _in_trouble(lane)
    assert snap_compare(lane.app(), terminal_size=size)


def _in_trouble(lane: Lane) -> None:
    lane.source = FakeSource(
        SourceState(
            running=False,
            fact=Fact(CameraFault.ABSENT, {"name": Fact(SourceName.CAMERA, {"number": 0})}),
        )
    )
    lane.turnstile = True
    lane.trouble = Fact(TurnstileFault.PORT, {"port": "/dev/ttyUSB0"})
    lane.background.now = replace(
        STATUS,
        synced=NOW - timedelta(minutes=14),
        counts={**STATUS.counts, State.QUEUED: 112},
        link=Link(LinkState.OFFLINE, UNREACHABLE),
    )


@SIZES
def test_pin(snap_compare: Compare, lane: Lane, size: tuple[int, int]) -> None:
    assert snap_compare(lane.app(), terminal_size=size, press=["escape", *"4711"])


async def _scanned(pilot: Pilot[Any]) -> None:
    await pilot.press(*SERIAL, "enter")
    await pilot.pause()
