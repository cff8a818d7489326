"""No word of the gate's screens is in English only: each is in the catalogues, or is data."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from scanner.admission.verdict import Closed, Kind, Reason, Verdict
from scanner.facts import Fact
from scanner.pin import PinCheck
from scanner.platform.delivery import SettleReason
from scanner.platform.errors import ApiFault, Stranger
from scanner.scanning.errors import CameraFault
from scanner.scanning.scan_hints import Hint
from scanner.scanning.scan_source import SourceName
from scanner.store.errors import store_error
from scanner.store.ledger import Admission, State
from scanner.sync.link import Link, LinkState
from scanner.tui.gate.app import GateApp
from scanner.tui.ports import SourceState
from tests.tui import ports
from tests.tui.ports import ADMISSIONS, NOW, SERIAL, STATUS, VERDICTS, FakeRecords, Stand
from tests.tui.pseudo import LANGUAGE, latin
from tests.tui.seen import seen, settled

DATA = """
    Harbour Lights 2026 Friday Mo Ek gate-a gate-b north door Floor Balcony VIP Lounge Gate B Sam
    DAWIER-BACK75580348 QWERTY Jürgen Weiß Ana Luz Zoë Jones Jo Doe Deutsch Unicode ASCII
    data admissions csv gate sqlite3 api example torn zz
"""
UNITS = "min esc PIN"
BROKEN = store_error(sqlite3.OperationalError("5"), Path("/data/gate.sqlite3"))
PORTAL = Fact(ApiFault.NOT_THE_API, {"host": "api.example", "what": Fact(Stranger.REDIRECT)})
REFUSED = Verdict(
    Reason.REFUSED_BY_API,
    SERIAL,
    refusal=Fact(SettleReason.NOT_PERMITTED, {"section": "VIP Lounge"}),
)
REASONS = {
    State.CONFLICT: Fact(
        SettleReason.ADMITTED_BEFORE, {"guard": "Sam", "gate": "Gate B", "at": NOW}
    ),
    State.REFUSED: Fact(SettleReason.MAY_ARRIVE, {"refusal": Fact(SettleReason.UNKNOWN_TICKET)}),
}


class Settled(FakeRecords):
    """Says why an admission came to its state, as the replay does."""

    def admissions(self, state: State | None, most: int, /) -> list[Admission]:
        few = ADMISSIONS[:5]
        return [replace(each, reason=REASONS.get(each.state)) for each in few][:most]


@pytest.fixture(autouse=True)
def spoken(stand: Stand, pseudo: None) -> None:
    stand.preferences = replace(stand.preferences, language=LANGUAGE)
    stand.source.now = SourceState(running=True, fact=Fact(Hint.STILL))
    stand.records = Settled(ports.FOUND, PinCheck.WRONG)


async def left_over(stand: Stand, *keys: str, verdicts: list[Verdict] | None = None) -> list[str]:
    """Show verdicts, press keys, and return what is in no catalogue."""
    app = stand.app()
    async with app.run_test(size=(160, 50)) as pilot:
        for verdict in verdicts or []:
            await _scan(stand, app, pilot, verdict)
        for key in keys:
            await pilot.press(key)
            await settled(app, pilot)
        app.gate.look()
        await pilot.pause()
        assert "ж" in seen(app)
        return latin(seen(app), DATA + UNITS)


async def _scan(stand: Stand, app: GateApp, pilot: Pilot[None], verdict: Verdict) -> None:
    stand.judge.verdict = verdict
    app.gate.presenter.present(SERIAL, "hand")
    await pilot.pause()


async def test_no_verdict_speaks_english_alone(stand: Stand) -> None:
    assert await left_over(stand, verdicts=[*VERDICTS.values(), REFUSED]) == []


def _trouble(stand: Stand) -> None:
    held = Link(LinkState.HELD, ports.OUTDATED)
    counts = {**STATUS.counts, State.CONFLICT: 2, State.REFUSED: 1}
    old = NOW - timedelta(hours=2)
    stand.background.now = replace(STATUS, link=held, synced=old, offset=-140.0, counts=counts)
    stand.source.now = SourceState(
        running=False,
        fact=Fact(CameraFault.UNPLUGGED, {"name": Fact(SourceName.CAMERA, {"number": 0})}),
    )


def _portal(stand: Stand) -> None:
    stand.background.now = replace(STATUS, link=Link(LinkState.OFFLINE, PORTAL))


def _closed(stand: Stand) -> None:
    stand.background.now = replace(STATUS, closed=Closed.NEVER_SYNCED)


def _nobody(stand: Stand) -> None:
    stand.background.now = replace(
        STATUS, title=None, name=None, device=None, sections=(), tickets=0, synced=None
    )


def _unrecorded(stand: Stand) -> None:
    stand.judge.error = BROKEN


@pytest.mark.parametrize("arrange", [_trouble, _portal, _closed, _nobody, _unrecorded])
async def test_no_trouble_is_told_in_english_alone(
    stand: Stand, arrange: Callable[[Stand], None]
) -> None:
    arrange(stand)
    assert await left_over(stand, verdicts=[VERDICTS[Kind.UNKNOWN]]) == []


@pytest.mark.parametrize(
    "keys",
    [
        ["f", "7"], ["f", "z", "z"], ["w"], ["w", "f"], ["w", "e"], ["w", "question_mark"], ["t"],
        ["v", "f"], ["d"], ["d", "enter"], ["s", "up", "up", "right"], ["v", "f", "f", "enter"],
        ["s", "down", "right"], ["question_mark"], ["ctrl+p"], ["i"], ["m"], ["r"],
        ["o", "enter"], ["o", *"torn", "enter", "1", "enter"],
    ],
    ids="-".join,
)  # fmt: skip
async def test_no_screen_beside_the_gate_speaks_english_alone(
    stand: Stand, keys: list[str]
) -> None:
    shown = [VERDICTS[Kind.ALREADY_ADMITTED]]
    assert await left_over(stand, *keys, verdicts=shown) == []


@pytest.mark.parametrize("key", ["w", "t"])
async def test_what_the_database_says_is_not_in_english_alone(stand: Stand, key: str) -> None:
    stand.records.error = BROKEN
    assert await left_over(stand, key) == []
