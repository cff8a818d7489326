"""What a guard sees of the venue's other gates."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scanner.admission.door import Notice
from scanner.admission.ticket import Unclaimed
from scanner.admission.venue_status import VenueStatus
from scanner.config import load_config
from scanner.store.acknowledged import DOUBLE, Acknowledged, Doubles
from scanner.store.double_entries import DoubleEntry
from scanner.tui.gate.app import GateApp
from scanner.tui.gate.settings import CHOICES
from scanner.tui.gate.start import _keep
from tests.tui.ports import NOW, SERIAL, STATUS, Stand
from tests.tui.seen import resized, seen, settled


@pytest.mark.usefixtures("minutes_apart")
async def test_a_gate_that_can_ask_no_other_says_so_on_strip_verdict_and_list(
    stand: Stand, pictured: Callable[[GateApp, str], bool]
) -> None:
    double = DoubleEntry(99, "DAWIER-BACK75580900", 7, "south", "Kim", NOW)
    venue = VenueStatus("Arena", connected=True)
    stand.background.now = replace(STATUS, venue=venue)
    stand.preferences = replace(stand.preferences, language="de")
    stand.judge.notice = Notice(unclaimed=True)
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        assert "◆ Haus   Liste" in seen(app)
        venue = replace(venue, connected=False, unclaimed=3)
        stand.background.now = replace(STATUS, venue=venue, doubles=Doubles((double,)))
        stand.source.see(SERIAL)
        await settled(app, pilot)
        app.gate.look()
        await settled(app, pilot)
        assert "◇ ALLEIN   3 nicht abgestimmt" in seen(app)
        assert "▲ NICHT ABGESTIMMT: Die anderen Tore waren nicht zu fragen." in seen(app)
        assert "▲ nicht abgestimmt  DAWIER-BACK75580348" in seen(app)
        assert pictured(app, "80x24")
        await resized(app, pilot, 120, 40)
        assert pictured(app, "120x40")


async def test_a_double_entry_is_first_in_the_queue_until_it_is_handled(stand: Stand) -> None:
    double = DoubleEntry(99, "DAWIER-BACK75580900", 7, "south", "Kim", NOW)
    stand.records.twice = (double,)
    stand.background.now = replace(STATUS, doubles=Doubles((double,)))
    app = stand.app()
    async with app.run_test(size=(120, 40)) as pilot:
        assert (
            "▲ DOUBLE ENTRY, see the queue: DAWIER-BACK75580900: let in here, and by Kim"
            in seen(app)
        )
        assert "▲ 1 DOUBLE ENTRY" in seen(app)
        await pilot.press("w")
        await settled(app, pilot)
        assert "▲ double entry" in seen(app)
        assert "To do: Two were let in with one ticket: tell the supervisor." in seen(app)
        await pilot.press("a", *"both sat", "enter")
        await settled(app, pilot)
        assert "To do: Nothing more: somebody has handled it." in seen(app)
    assert stand.records.seen_to == {(99, DOUBLE): Acknowledged("both sat", "Mo Ek")}


async def test_only_a_gate_of_a_venue_sets_what_it_does_where_no_other_can_be_asked(
    stand: Stand,
) -> None:
    for venue, there in ((None, False), (VenueStatus("Arena"), True)):
        stand.background.now = replace(STATUS, venue=venue)
        app = stand.app()
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("s")
            await settled(app, pilot)
            assert ("Where no other gate can be asked    ◂ let in and mark ▸" in seen(app)) is there
            if there:
                await pilot.press(*["down"] * list(CHOICES).index("unclaimed"), "right")
                await settled(app, pilot)
                assert "◂ let nobody in ▸" in seen(app)
    assert stand.kept == [("unclaimed", "refuse")]


def test_what_is_done_without_the_other_gates_counts_at_once_and_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path))
    venue = SimpleNamespace(policy=Unclaimed.ADMIT)
    parts: Any = SimpleNamespace(venue=venue)
    _keep(parts, "volume", 40)
    assert str(venue.policy) == "admit"
    _keep(parts, "unclaimed", "refuse")
    assert str(venue.policy) == "refuse"
    assert load_config().unclaimed is Unclaimed.REFUSE
