"""The screens of a door that lets out, of a ticket that is marked, and of an order of several."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from scanner.admission.door import Notice, Unjudged
from scanner.admission.verdict import Kind
from tests.tui.orders import ORDER
from tests.tui.ports import SERIAL, VERDICTS, Stand
from tests.tui.seen import settled

Compare = Callable[..., bool]

SIZES = pytest.mark.parametrize(
    "size", [(80, 24), (100, 30), (160, 50)], ids=["80x24", "100x30", "160x50"]
)
LONGER = pytest.mark.parametrize("language", ["de", "fr"])
WHOLE = Notice(True, "Student ticket: ask for the card.", frozenset(Unjudged))


def _done(stand: Stand, *keys: str, seen: bool = True) -> Callable[[Pilot[Any]], Any]:
    async def see(pilot: Pilot[Any]) -> None:
        await pilot.press(*keys)
        if seen:
            stand.source.see(SERIAL)
        await settled(pilot.app, pilot)  # type: ignore[arg-type]

    return see


@SIZES
def test_a_gate_that_lets_out(snap_compare: Compare, stand: Stand, size: tuple[int, int]) -> None:
    see = _done(stand, "e", seen=False)
    assert snap_compare(stand.app(), terminal_size=size, run_before=see)


@LONGER
def test_a_gate_that_lets_out_in_longer_words(
    snap_compare: Compare, stand: Stand, language: str
) -> None:
    stand.preferences = replace(stand.preferences, language=language)
    see = _done(stand, "e", seen=False)
    assert snap_compare(stand.app(), terminal_size=(80, 24), run_before=see)


@SIZES
def test_who_is_not_let_out(snap_compare: Compare, stand: Stand, size: tuple[int, int]) -> None:
    stand.judge.verdict = VERDICTS[Kind.UNKNOWN]
    assert snap_compare(stand.app(), terminal_size=size, run_before=_done(stand, "e"))


@SIZES
def test_a_marked_ticket(snap_compare: Compare, stand: Stand, size: tuple[int, int]) -> None:
    stand.judge.notice = WHOLE
    assert snap_compare(stand.app(), terminal_size=size, run_before=_done(stand))


@LONGER
def test_a_marked_ticket_in_longer_words(
    snap_compare: Compare, stand: Stand, language: str
) -> None:
    stand.judge.notice = WHOLE
    stand.preferences = replace(stand.preferences, language=language)
    assert snap_compare(stand.app(), terminal_size=(80, 24), run_before=_done(stand))


@SIZES
def test_an_order_of_several(snap_compare: Compare, stand: Stand, size: tuple[int, int]) -> None:
    stand.records.judge, stand.records.order = stand.judge, ORDER
    stand.judge.notice = WHOLE
    stand.preferences = replace(stand.preferences, names=True)
    assert snap_compare(stand.app(), terminal_size=size, run_before=_done(stand))
