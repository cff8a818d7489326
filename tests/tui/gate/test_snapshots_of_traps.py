"""The screens that keep a slip from letting somebody in, ending the gate, or misleading a guard."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from scanner.admission.rules import Reentry
from scanner.admission.verdict import Closed, Kind, Reason
from scanner.store.search import Typed
from scanner.sync.link import Link, LinkState
from scanner.sync.opening import Opened
from tests.tui.ports import FOUND, SERIAL, SESSION, STATUS, UNREACHABLE, VERDICTS, Stand
from tests.tui.seen import settled

Compare = Callable[..., bool]

SIZES = pytest.mark.parametrize(
    "size", [(80, 24), (124, 32), (160, 50)], ids=["80x24", "124x32", "160x50"]
)
WRONG = "DAWIER-BACK7558ooo1"
OPENED = {
    "ticket": ("f", *"7558", "down", "enter"),
    "mistyped": ("i", *WRONG, "enter"),
    "quit": ("q",),
    "re-entry": ("o",),
}


@SIZES
@pytest.mark.parametrize("opened", OPENED)
def test_opened(snap_compare: Compare, stand: Stand, opened: str, size: tuple[int, int]) -> None:
    stand.preferences = replace(stand.preferences, names=True)
    stand.records.mistyped[WRONG] = Typed(WRONG, near=tuple(FOUND[:2]))

    async def see(pilot: Pilot[Any]) -> None:
        if opened == "re-entry":
            stand.judge.verdict = VERDICTS[Kind.ALREADY_ADMITTED]
            stand.source.see(SERIAL)
            await pilot.pause()
        for key in OPENED[opened]:
            await pilot.press("minus" if key == "-" else key)
        await settled(pilot.app, pilot)  # type: ignore[arg-type]

    assert snap_compare(stand.app(), terminal_size=size, run_before=see)


@SIZES
def test_a_patron_is_let_in_again(
    snap_compare: Compare, stand: Stand, size: tuple[int, int]
) -> None:
    before = VERDICTS[Kind.ALREADY_ADMITTED]
    note = Reentry("lost wristband").note
    stand.judge.verdict = replace(before, reason=Reason.REENTRY, note=note)

    async def see(pilot: Pilot[Any]) -> None:
        stand.source.see(SERIAL)
        await pilot.pause()

    assert snap_compare(stand.app(), terminal_size=size, run_before=see)


@SIZES
@pytest.mark.parametrize("key", ["", "k"], ids=["closed", "new token"])
def test_a_closed_gate(
    snap_compare: Compare, stand: Stand, key: str, size: tuple[int, int]
) -> None:
    link = Link(LinkState.OFFLINE, UNREACHABLE)
    stand.background.now = replace(STATUS, closed=Closed.TOKEN_INVALID, link=link)
    stand.open_with = lambda _code, _other: Opened(SESSION, (), 0)

    async def see(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        if key:
            await pilot.press(key)
        await settled(pilot.app, pilot)  # type: ignore[arg-type]

    assert snap_compare(stand.app(), terminal_size=size, run_before=see)
