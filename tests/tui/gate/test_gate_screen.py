from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot

from scanner.admission.verdict import LIGHTS, Closed, Kind, Reason, Verdict
from scanner.facts import Fact
from scanner.platform.errors import Forbidden
from scanner.scanning.scan_hints import Hint
from scanner.scanning.scan_source import SourceStatus
from scanner.store.errors import DiskFull, StoreFault
from scanner.store.ledger import State
from scanner.sync.link import Link, LinkState
from scanner.tui.drawing.faces import CANNOT_RECORD, CHECKING, FACES, READY
from scanner.tui.gate.help import HelpScreen
from scanner.tui.ports import SourceState
from scanner.tui.widgets.drawn import Drawn
from scanner.tui.widgets.last_scans import LastScans
from scanner.tui.widgets.verdict_panel import VerdictPanel
from scanner.wording.verdict import advice, reason, title
from tests.tui.ports import NOW, OUTDATED, SERIAL, STATUS, VERDICTS, Stand
from tests.tui.seen import seen, settled

SIZES = [(80, 24), (100, 30), (160, 50)]


def face(pilot: Pilot[None]) -> object:
    return pilot.app.screen_stack[1].query_one(VerdictPanel).poster.face


async def test_a_gate_at_rest_says_who_where_and_what_it_admits(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        text = seen(app)
        assert face(pilot) is READY
    for words in (
        "Harbour Lights 2026 · Friday",
        "Mo Ek @ gate-a",
        "This gate admits: Floor, Balcony",
        "● Online   list 12 s old   99,812 tickets",
        "▂▂▃▄▄▅▇█▇ 17/min",
        "1,206 in here, 4,410 in all   2 queued   1 sending   1,203 confirmed",
        "21:04:07",
    ):
        assert words in text
    assert "CONFLICT" not in text
    assert "DEMO" not in text


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", LIGHTS)
async def test_a_verdict_fills_the_screen(stand: Stand, kind: Kind, size: tuple[int, int]) -> None:
    stand.judge.verdict = verdict = VERDICTS[kind]
    app = stand.app()
    async with app.run_test(size=size) as pilot:
        stand.source.see(SERIAL)
        await pilot.pause()
        text = seen(app)
        panel = app.screen.query_one(VerdictPanel)
        assert panel.poster.face is FACES[kind]
        assert panel.styles.background.hex.lower() == FACES[kind].paper
        assert panel.size.height * 2 > size[1]
        assert panel.poster.advice == advice(verdict)
    assert reason(verdict, NOW) in text
    assert f"{FACES[kind].symbol} {title(kind)}" in text
    assert (verdict.serial or "21:04:07") in text


async def test_a_payload_goes_to_the_judge_as_it_is_with_what_read_it(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test() as pilot:
        stand.source.see(" [b]x\x1b[2J ", "zxing")
        await pilot.pause()
    assert stand.judge.presented == [(" [b]x\x1b[2J ", "zxing")]


async def test_ctrl_c_says_which_key_ends_the_program(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert "Ctrl+Q ends the program." in seen(app)
        assert not app._notifications


async def test_what_was_said_before_a_verdict_goes_with_it(stand: Stand) -> None:
    app = stand.app()
    words = "Two codes in view: show one at a time."
    async with app.run_test(size=(80, 24)) as pilot:
        app.gate.say(words)
        await pilot.pause()
        assert words in seen(app)
        stand.source.see(SERIAL)
        await pilot.pause()
        assert words not in seen(app)


async def test_a_verdict_fades_and_stays_in_the_list(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        stand.source.see(SERIAL)
        await pilot.pause()
        app.gate.rest()
        await pilot.pause()
        assert face(pilot) is READY
        assert f"21:04:07  ✓ ADMITTED          {SERIAL}  Floor" in seen(app)


async def test_a_low_terminal_keeps_the_last_verdict_in_small_print(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 16)) as pilot:
        stand.source.see(SERIAL)
        await pilot.pause()
        app.gate.rest()
        await pilot.pause()
        assert not app.screen.query_one(LastScans).display
        assert f"Last: 21:04:07  ✓ ADMITTED  {SERIAL}  Floor" in seen(app)


@pytest.mark.usefixtures("minutes_apart")
async def test_the_newest_scan_comes_first(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(160, 50)) as pilot:
        for kind in LIGHTS:
            stand.judge.verdict = VERDICTS[kind]
            stand.source.see("x")
        await pilot.pause()
        rows = [row for row in seen(app).splitlines() if row.startswith(" 21:04:07  ")]
    assert [row.split("  ")[1].split(" ")[0] for row in rows] == [
        FACES[kind].symbol
        for kind in LIGHTS[:0:-1]  # as many as there is room for
    ]


@pytest.mark.usefixtures("minutes_apart")
async def test_without_a_record_there_is_red_until_something_is_recorded(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        stand.source.see(SERIAL)
        await pilot.pause()
        assert face(pilot) is FACES[Kind.ADMITTED]
        stand.judge.error = DiskFull(StoreFault.FULL, file=Path("gate.sqlite3"))
        stand.source.see(SERIAL)
        await pilot.pause()
        assert face(pilot) is CANNOT_RECORD
        text = seen(app)
        assert "nobody can be admitted; free some space." in text
        assert app.gate.shown.advice == "Nobody may enter."
        assert "⊗ CANNOT RECORD: The disk of gate.sqlite3 is full" in text
        stand.judge.error = None
        stand.source.see(SERIAL)
        await pilot.pause()
        app.gate.look()
        await pilot.pause()
        assert face(pilot) is FACES[Kind.ADMITTED]
        assert "CANNOT RECORD" not in seen(app)


@pytest.mark.parametrize("error", [RuntimeError("boom [/b]"), ValueError("secret")])
async def test_a_fault_nobody_thought_of_is_red_too_and_keeps_its_detail_to_the_log(
    stand: Stand, error: Exception
) -> None:
    stand.judge.error = error
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        stand.source.see(SERIAL)
        await pilot.pause()
        assert face(pilot) is CANNOT_RECORD
        assert "The verdict could not be recorded; details are in the log." in seen(app)
        assert str(error) not in seen(app)


async def test_a_judge_that_refuses_outright_is_red_too(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: object) -> None:
        raise DiskFull(StoreFault.FULL, file=Path("gate.sqlite3"))

    monkeypatch.setattr(stand.judge, "present", closed)
    app = stand.app()
    async with app.run_test() as pilot:
        stand.source.see(SERIAL)
        await pilot.pause()
        assert face(pilot) is CANNOT_RECORD


async def test_green_does_not_stand_while_the_next_verdict_is_awaited(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test() as pilot:
        stand.source.see(SERIAL)
        await pilot.pause()
        stand.judge.holding = True
        stand.source.see("the next patron's")
        await pilot.pause()
        app.gate.pending.expire()
        assert face(pilot) is CHECKING
        stand.judge.verdict = VERDICTS[Kind.UNKNOWN]
        stand.judge.holding = False
        stand.judge.release()
        await pilot.pause()
        assert face(pilot) is FACES[Kind.ADMITTED]


async def test_no_timeout_is_shown_when_nothing_is_awaited(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test() as pilot:
        stand.source.see(SERIAL)
        await pilot.pause()
        app.gate.pending.expire()
        assert face(pilot) is FACES[Kind.ADMITTED]


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (replace(STATUS, link=Link(LinkState.OFFLINE)), "○ OFFLINE since 21:04, admitting goes on"),
        (replace(STATUS, link=Link(LinkState.HELD, OUTDATED)), "■ QUEUE HELD, admitting"),
        (replace(STATUS, synced=NOW - timedelta(hours=2)), "◷ OLD LIST: it is 2 h 00 min old"),
    ],
)
async def test_an_abnormal_mode_has_its_line_until_it_is_over(
    stand: Stand, status: object, line: str
) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        assert line not in seen(app)
        stand.background.now = status  # type: ignore[assignment] # parametrize is untyped
        app.gate.look()
        stand.source.see(SERIAL)
        await pilot.pause()
        assert line in seen(app)
        stand.background.now = STATUS
        app.gate.look()
        await pilot.pause()
        assert line not in seen(app)


async def test_offline_counts_from_the_cut(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        stand.background.now = replace(STATUS, link=Link(LinkState.OFFLINE))
        app.gate.look()
        stand.at = NOW + timedelta(minutes=5)
        app.gate.look()
        await pilot.pause()
        assert "○ Offline since 21:04   list 5 min old" in seen(app)


async def test_a_closed_gate_never_says_ready(stand: Stand) -> None:
    stand.background.now = replace(STATUS, closed=Closed.NO_SESSION)
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert face(pilot) is FACES[Kind.GATE_CLOSED]
        assert "No session is open on this gate" in seen(app)


async def test_a_lost_camera_is_told(stand: Stand) -> None:
    stand.source.now = SourceState(running=False, fact=Fact(SourceStatus.OFF))
    app = stand.app()
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.pause()
        assert "◌ NO CAMERA, type serials with i: The camera is off." in seen(app)


async def test_an_advice_stands_on_the_screen_once(stand: Stand) -> None:
    stand.source.now = SourceState(running=True, fact=Fact(Hint.CLOSER))
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        stand.source.tell(Fact(Hint.CLOSER))
        await pilot.pause()
        assert seen(app).count("Hold closer.") == 1
        stand.source.see(SERIAL)
        await pilot.pause()
        stand.source.tell(Fact(Hint.STILL))
        await pilot.pause()
        assert seen(app).count("Hold still.") == 1


async def test_a_long_sentence_said_in_passing_is_whole(stand: Stand) -> None:
    long = "Der Handscanner sendet nach dem Code kein Enter; so einstellen, dass er es tut. Bitte."
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.gate.say(long)
        await pilot.pause()
        assert long in " ".join(seen(app).split())


@pytest.mark.parametrize("size", SIZES)
async def test_conflicts_and_refusals_are_a_warning(stand: Stand, size: tuple[int, int]) -> None:
    counts = {**STATUS.counts, State.CONFLICT: 2, State.REFUSED: 1, State.CONFIRMED: 150_000}
    stand.background.now = replace(STATUS, counts=counts)
    app = stand.app()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        text = seen(app)
    assert "▲ 2 CONFLICTS" in text
    assert "▲ 1 REFUSED" in text
    assert "150,000 confirmed" in text


HOSTILE = "[red]own[/red] [@click=app.quit]x[/] \x1b[2J\x1b[31m\u202eabc\x07\n\n\n$(reboot)"


async def test_hostile_text_is_shown_as_text(stand: Stand) -> None:
    stand.judge.verdict = Verdict(Reason.OTHER_SECTION, HOSTILE, HOSTILE)
    stand.background.now = replace(
        STATUS,
        title=HOSTILE,
        name=HOSTILE,
        device=HOSTILE,
        sections=(HOSTILE,) * 40,
        link=Link(LinkState.HELD, Forbidden(status=403, said=HOSTILE).fact),
    )
    hostile = Fact(SourceStatus.READY, {"name": HOSTILE})
    stand.source.now = SourceState(running=False, fact=hostile)
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        stand.source.see(HOSTILE)
        stand.source.tell(hostile)
        await pilot.pause()
        text = seen(app)
        assert "[red]own[/red] [@click=app.quit]x[/]" in text
        assert not set(text) & set("\x1b\x07\u202e\x9b")
        assert len(text.splitlines()) == 24
        assert app.is_running


async def test_an_event_with_endless_names_leaves_the_verdict_its_room(stand: Stand) -> None:
    long = "Ω" * 5_000
    stand.background.now = replace(STATUS, title=long, name=long, device=long, sections=(long,) * 9)
    stand.judge.verdict = Verdict(Reason.OTHER_SECTION, SERIAL, long)
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        stand.source.see("x")
        await pilot.pause()
        assert app.screen.query_one(VerdictPanel).size.height >= 12
        assert len(seen(app).splitlines()) == 24


async def test_the_question_mark_lists_every_key_and_every_shape(stand: Stand) -> None:
    app = stand.app(network=lambda: True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        text = seen(app)
        for words in ("i /", "Type a serial", "Sync and send", "Cut / restore network", "Ctrl+Q"):
            assert words in text
        listed = app.screen.query_one("#all", Drawn).render().plain  # to be scrolled
        for kind, each in FACES.items():
            assert f"{each.symbol} {title(kind)}" in listed
        assert f"{CANNOT_RECORD.symbol} CANNOT RECORD" in listed
        await pilot.press("escape")
        assert not isinstance(app.screen, HelpScreen)
        await pilot.press("question_mark", "question_mark")
        assert not isinstance(app.screen, HelpScreen)


async def test_a_verdict_closes_the_help(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test() as pilot:
        await pilot.press("question_mark")
        stand.source.see(SERIAL)
        await pilot.pause()
        assert app.screen is app.gate
        assert face(pilot) is FACES[Kind.ADMITTED]


@pytest.mark.parametrize("opened", ["o", "i"])
async def test_what_opens_above_a_verdict_cuts_none_of_its_letters(
    stand: Stand, opened: str
) -> None:
    stand.judge.verdict = VERDICTS[Kind.UNKNOWN]
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        stand.source.see(SERIAL)
        await settled(app, pilot)
        panel = app.gate.query_one(VerdictPanel)
        before = [panel.render_line(y).text.strip() for y in range(panel.size.height)]
        await pilot.press(opened)
        await settled(app, pilot)
        above = app.screen.query("HandEntry, Question > Vertical").first().region.y
        covered = range(above - panel.region.y, panel.size.height)
        assert covered
        assert not any(panel.render_line(y).text.strip() for y in covered)
        await pilot.press("escape")
        app.gate.look()
        await settled(app, pilot)
        assert before == [panel.render_line(y).text.strip() for y in range(panel.size.height)]
