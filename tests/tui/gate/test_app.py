from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scanner.admission.serial import LooksLike
from scanner.config import ConfigError, ConfigFault
from scanner.facts import Fact
from scanner.scanning.scan_source import SourceStatus
from scanner.tui.drawing.faces import FACES, READY
from scanner.tui.gate.app import GateApp
from scanner.tui.widgets.verdict_panel import VerdictPanel
from tests.tui.ports import NOW, SERIAL, VERDICTS, Stand
from tests.tui.seen import seen, settled


async def test_source_and_background_work_start_with_the_app(stand: Stand) -> None:
    async with stand.app().run_test() as pilot:
        await pilot.pause()
        assert stand.source.running
        assert stand.background.running == 1


@pytest.mark.parametrize("before", ["i", "question_mark"])
async def test_ctrl_q_quits_from_anywhere(stand: Stand, before: str) -> None:
    app = stand.app()
    async with app.run_test() as pilot:
        await pilot.press(before, "ctrl+q", "y")
        assert app._exit
    assert app.return_code == 0


async def test_the_camera_is_given_back_when_the_app_ends_otherwise(stand: Stand) -> None:
    async with stand.app().run_test() as pilot:
        await pilot.pause()
    assert (stand.source.stops, stand.background.running) == (1, 0)


async def test_a_payload_after_the_end_harms_nobody(stand: Stand) -> None:
    async with stand.app().run_test() as pilot:
        await pilot.pause()
    stand.source.see(SERIAL)
    assert stand.judge.presented


async def test_r_wakes_the_background_work(stand: Stand) -> None:
    async with stand.app().run_test() as pilot:
        await pilot.press("r")
        assert stand.background.woken == 1


async def test_background_work_that_failed_is_told_and_r_starts_it_again(stand: Stand) -> None:
    stand.background.error = RuntimeError("a fault of ours")
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "■ SYNC STOPPED: admissions are kept; r starts it again." in seen(app)
        stand.background.error = None
        await pilot.press("r")
        await pilot.pause()
        assert stand.background.running == 1
        assert "SYNC STOPPED" not in seen(app)
        stand.source.see(SERIAL)
        await pilot.pause()
        assert "ADMITTED" in seen(app)


async def test_n_cuts_and_restores_the_demos_network(stand: Stand) -> None:
    states = [True]

    def toggle() -> bool:
        states.append(not states[-1])
        return states[-1]

    app = stand.app(network=toggle, demo=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert " DEMO " in seen(app)
        assert "n Net" in seen(app)
        await pilot.press("n")
        await pilot.pause()
        assert "The network is cut." in seen(app)
        await pilot.press("n")
        await pilot.pause()
        assert "The network is back." in seen(app)
    assert states == [True, False, True]


async def test_n_is_nothing_at_a_real_gate(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        await pilot.pause()
        assert "network" not in seen(app)


async def test_a_gate_without_a_camera_judges_what_is_typed(stand: Stand) -> None:
    app = GateApp(stand.judge, stand.background, None, clock=lambda: NOW)
    async with app.run_test() as pilot:
        await pilot.press("i", *"x", "enter")
        await pilot.pause()
        verdict = VERDICTS[stand.judge.verdict.kind]
        assert app.screen.query_one(VerdictPanel).poster.face is FACES[verdict.kind]


async def test_a_line_from_the_camera_is_shown_for_a_moment(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        stand.source.tell(Fact(SourceStatus.TWO_CODES))
        await pilot.pause()
        assert "Two codes in view: show one at a time." in seen(app)


async def test_what_was_said_goes_with_the_next_code_and_what_is_said_of_that_stays(
    stand: Stand,
) -> None:
    app = stand.app()
    beside = Fact(SourceStatus.BESIDE_TICKET, {"what": Fact(LooksLike.WIFI_CODE)})
    async with app.run_test(size=(80, 24)) as pilot:
        stand.source.tell(Fact(SourceStatus.TWO_CODES))
        await pilot.pause()
        stand.judge.holding = True
        stand.source.see(SERIAL)
        stand.source.tell(beside)
        await pilot.pause()
        stand.judge.release()
        await pilot.pause()
        assert app.screen.query_one(VerdictPanel).poster.face is not READY
        assert "Two codes" not in seen(app)
        assert "The other code in view is no ticket: a Wi-Fi code." in seen(app)


@pytest.mark.usefixtures("minutes_apart")
async def test_every_verdict_is_heard_as_well(stand: Stand) -> None:
    async with stand.app().run_test() as pilot:
        for kind, verdict in VERDICTS.items():
            stand.judge.verdict = verdict
            stand.source.see(SERIAL)
            await pilot.pause()
            assert stand.sounds.played[-1] == (kind.value, 80)
        stand.judge.error = RuntimeError("boom")
        stand.source.see(SERIAL)
        await pilot.pause()
        assert stand.sounds.played[-1] == ("cannot_record", 80)


async def test_m_turns_the_sound_off_and_on_and_it_is_remembered(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("m")
        await pilot.pause()
        assert "Sound off." in seen(app)
        stand.source.see(SERIAL)
        await pilot.pause()
        assert stand.sounds.played == []
        await pilot.press("m")
        await settled(app, pilot)
        assert "Sound on, volume 80 %." in seen(app)
    assert stand.kept == [("muted", True), ("muted", False)]


@pytest.mark.parametrize(
    ("keys", "volumes"),
    [(["minus", "minus"], [60, 40]), (["plus", "plus"], [100, 100]), (["minus"] * 6, [60, 0])],
)
async def test_plus_and_minus_change_the_volume_within_its_bounds(
    stand: Stand, keys: list[str], volumes: list[int]
) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert f"Sound on, volume {volumes[-1]} %." in seen(app)
    kept = [value for _, value in stand.kept]
    assert (kept[0], kept[-1]) == (volumes[0], volumes[-1])


async def test_a_setting_that_can_not_be_saved_is_said(stand: Stand) -> None:
    def refuse(_name: str, _value: object) -> None:
        raise ConfigError(ConfigFault.UNSAVED, name="muted", file=Path("c"), why="full")

    app = GateApp(stand.judge, stand.background, None, clock=lambda: NOW, keep=refuse)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("m")
        await settled(app, pilot)
        await pilot.pause()
        assert "The setting 'muted' can't be saved" in seen(app)
        assert app.preferences.muted


async def test_the_search_is_made_ready_after_the_start_and_after_each_whole_list(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner.tui.gate.search_index._LOOK_SECONDS", 0.01)

    later = NOW + timedelta(seconds=15)
    looks = [None, (NOW, NOW, NOW), (NOW, later, NOW), (NOW, later, later)]
    prepared = []
    async with stand.app().run_test() as pilot:
        for pulled in looks:
            stand.background.now = replace(stand.background.now, pulled=pulled)
            await pilot.pause(0.2)
            prepared.append(len(stand.records.asked))
    assert prepared == [0, 1, 1, 2]
