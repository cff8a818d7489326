"""The gate's screen in each mode that is not as it should be, and with each thing that is open."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot

from scanner.admission.verdict import LIGHTS, Closed
from scanner.facts import Fact
from scanner.scanning.errors import CameraFault
from scanner.scanning.scan_hints import Hint
from scanner.scanning.scan_source import SourceName, SourceState, View
from scanner.store.ledger import State
from scanner.sync.link import Link, LinkState
from scanner.tui.gate.app import GateApp
from tests.tui.ports import NOW, OUTDATED, SERIAL, STATUS, UNREACHABLE, VERDICTS, Stand

Compare = Callable[..., bool]
Do = Callable[[Stand, Pilot[Any]], Awaitable[None]]

SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])

OFFLINE = Link(LinkState.OFFLINE, UNREACHABLE)
HELD = Link(LinkState.HELD, OUTDATED)
LOST = SourceState(
    running=False,
    fact=Fact(CameraFault.UNPLUGGED, {"name": Fact(SourceName.CAMERA, {"number": 0})}),
)


async def nothing(_stand: Stand, _pilot: Pilot[Any]) -> None:
    """Leave the gate at rest."""


async def scan(stand: Stand, pilot: Pilot[Any]) -> None:
    """Show a ticket."""
    stand.source.see(SERIAL)
    await pilot.pause()


@dataclass(frozen=True)
class Mode:
    """What is made of a stand before the app begins, and what is done then."""

    arrange: Callable[[Stand], None]
    do: Do = nothing


def status(**changes: Any) -> Callable[[Stand], None]:
    def arrange(stand: Stand) -> None:
        stand.background.now = replace(STATUS, **changes)

    return arrange


def lost(stand: Stand) -> None:
    stand.source.now = LOST


def everything(stand: Stand) -> None:
    lost(stand)
    counts = {**STATUS.counts, State.QUEUED: 112, State.CONFLICT: 2, State.REFUSED: 1}
    status(link=HELD, synced=NOW - timedelta(hours=2), offset=-140.0, counts=counts)(stand)


def failing(stand: Stand) -> None:
    stand.background.error = RuntimeError("nobody thought of it")


def waiting(stand: Stand) -> None:
    stand.judge.holding = True


def picture(stand: Stand) -> None:
    stand.preferences = replace(stand.preferences, picture="on")
    light = np.linspace(20, 235, 320, dtype=np.uint8)
    pixels = np.repeat(np.repeat(light[None, :, None], 180, axis=0), 3, axis=2)
    corners = ((130.0, 60.0), (190.0, 60.0), (190.0, 120.0), (130.0, 120.0))
    stand.source.seen = View(pixels, (corners,))
    stand.source.now = SourceState(running=True, fact=Fact(Hint.CLOSER))


def picture_in_ascii(stand: Stand) -> None:
    picture(stand)
    stand.preferences = replace(stand.preferences, characters="ascii")


def as_it_is(_stand: Stand) -> None:
    """Change nothing."""


async def evening(stand: Stand, pilot: Pilot[Any]) -> None:
    """Show one ticket of every kind."""
    for kind in LIGHTS:
        stand.judge.verdict = VERDICTS[kind]
        await scan(stand, pilot)


def press(*keys: str) -> Do:
    async def do(_stand: Stand, pilot: Pilot[Any]) -> None:
        await pilot.press(*keys)

    return do


async def time_out(stand: Stand, pilot: Pilot[Any]) -> None:
    await scan(stand, pilot)
    assert isinstance(pilot.app, GateApp)
    pilot.app.gate.pending.add()
    pilot.app.gate.pending.expire()


MODES = {
    "offline": Mode(status(link=OFFLINE)),
    "held": Mode(status(link=HELD)),
    "checking": Mode(status(link=Link(LinkState.CHECKING), synced=None, tickets=0)),
    "stale": Mode(status(synced=NOW - timedelta(minutes=14))),
    "clock_behind": Mode(status(offset=90.0)),
    "clock_ahead": Mode(status(offset=-3700.0)),
    "conflicts": Mode(status(counts={**STATUS.counts, State.CONFLICT: 2, State.REFUSED: 1})),
    "closed": Mode(status(closed=next(iter(Closed)))),
    "no_session": Mode(status(title=None, name=None, device=None, sections=(), tickets=0)),
    "camera_lost": Mode(lost),
    "sync_stopped": Mode(failing),
    "everything": Mode(everything, scan),
    "waiting": Mode(waiting, time_out),
    "evening": Mode(as_it_is, evening),
    "typing": Mode(as_it_is, press("i", *"dawier-back")),
    "palette": Mode(as_it_is, press("ctrl+p")),
    "muted": Mode(as_it_is, press("m")),
    "picture": Mode(picture),
    "picture_with_verdict": Mode(picture, scan),
    "picture_in_ascii": Mode(picture_in_ascii),
}


@pytest.mark.usefixtures("minutes_apart")
@SIZES
@pytest.mark.parametrize("name", MODES)
def test_mode(snap_compare: Compare, stand: Stand, name: str, size: tuple[int, int]) -> None:
    mode = MODES[name]
    mode.arrange(stand)
    app = stand.app()

    async def see(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        await mode.do(stand, pilot)
        await pilot.pause()
        app.gate.look()
        for widget in app.gate.query("CameraView"):
            widget.follow()  # type: ignore[attr-defined]
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=see)
