"""The screens beside the gate's, by their keys."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from textual.containers import VerticalScroll
from textual.widgets import DataTable, OptionList

from scanner.admission.ticket import EarlierAdmission
from scanner.admission.venue_status import VenueStatus
from scanner.admission.verdict import Closed, Kind
from scanner.pin import PinCheck
from scanner.store.differences import Difference, DifferenceKind
from scanner.store.errors import DatabaseBusy, StoreFault
from scanner.tui.gate.help import HelpScreen
from scanner.tui.gate.modal import Modal
from scanner.tui.gate.override import OverrideScreen
from scanner.tui.gate.queue import QueueScreen, Row
from scanner.tui.gate.search import SearchScreen
from scanner.tui.gate.settings import CHOICES, SettingsScreen
from scanner.tui.gate.statistics import StatisticsScreen
from scanner.tui.widgets.drawn import Drawn
from scanner.wording.catalogue import LANGUAGES, language
from tests.tui.ports import NOW, SERIAL, STATUS, VERDICTS, Stand
from tests.tui.seen import seen, settled

SMALL = (80, 24)
ASIDES: dict[str, type[Modal]] = {
    "f": SearchScreen,
    "w": QueueScreen,
    "t": StatisticsScreen,
    "s": SettingsScreen,
}


@pytest.mark.parametrize("key", ASIDES)
async def test_a_key_opens_each_screen_and_esc_goes_back(stand: Stand, key: str) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(key)
        await settled(app, pilot)
        assert app.screen.__class__ is ASIDES[key]
        await pilot.press("escape")
        assert app.screen_stack[-1] is app.gate


@pytest.mark.parametrize("key", ["f", "w", "t"])
async def test_without_records_there_is_nothing_to_open(stand: Stand, key: str) -> None:
    app = stand.app()
    app._beside = replace(app._beside, records=None)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(key)
        assert app.screen_stack[-1] is app.gate


@pytest.mark.parametrize("key", ASIDES)
async def test_a_verdict_is_seen_on_every_screen(stand: Stand, key: str) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(key)
        await settled(app, pilot)
        stand.judge.verdict = VERDICTS[Kind.UNKNOWN]
        stand.source.see(SERIAL)
        await pilot.pause()
        assert "?  UNKNOWN  ?" in seen(app)
        assert "This ticket is not on the list" in seen(app)


@pytest.mark.parametrize("key", ["w", "t"])
async def test_a_database_that_can_not_be_read_is_said(stand: Stand, key: str) -> None:
    stand.records.error = DatabaseBusy(StoreFault.HELD, file=Path("gate.sqlite3"))
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(key)
        await settled(app, pilot)
        assert "The database gate.sqlite3 is held" in seen(app)


async def test_names_are_shown_only_where_they_are_allowed(stand: Stand) -> None:
    for names in (False, True):
        stand.preferences = replace(stand.preferences, names=names)
        app = stand.app()
        async with app.run_test(size=SMALL) as pilot:
            await pilot.press("f", *"7558")
            await settled(app, pilot)
            assert ("Jürgen Weiß" in seen(app)) == names
        assert ("prepare", str(names)) in stand.records.asked


async def test_enter_opens_nothing_where_nothing_was_found(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("f", *"zzz", "enter")
        await settled(app, pilot)
        assert isinstance(app.screen, SearchScreen)
    assert stand.judge.presented == []


async def refuse(stand: Stand, kind: Kind = Kind.UNKNOWN) -> None:
    stand.judge.verdict = VERDICTS[kind]
    stand.source.see(SERIAL)


async def test_a_supervisor_lets_the_refused_patron_in_with_reason_and_pin(stand: Stand) -> None:
    app = stand.app()
    stand.records.judge = stand.judge
    async with app.run_test(size=SMALL) as pilot:
        await refuse(stand)
        await pilot.press("o", "enter")
        assert "Give a reason; it is kept in the journal." in seen(app)
        stand.judge.verdict = VERDICTS[Kind.ADMITTED]
        await pilot.press(*"torn", "enter", *"4711")
        assert "4711" not in seen(app)
        await pilot.press("enter")
        await settled(app, pilot)
        assert app.screen_stack[-1] is app.gate
        assert "ADMITTED" in seen(app)
    assert stand.records.asked == [("Override", "4711", SERIAL, "torn")]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (PinCheck.WRONG, "This is not the PIN; try again."),
        (PinCheck.WAIT, "Too many wrong tries; wait some seconds."),
        (PinCheck.UNSET, "No PIN is set"),
    ],
)
async def test_without_the_pin_nobody_is_let_in(stand: Stand, answer: PinCheck, words: str) -> None:
    stand.records.answer = answer
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await refuse(stand)
        await pilot.press("o", "x", "enter", "1", "enter")
        await settled(app, pilot)
        assert isinstance(app.screen, OverrideScreen)
        assert words in seen(app)
        await pilot.press("escape")
        assert app.screen_stack[-1] is app.gate


async def test_a_patron_who_was_in_already_is_let_in_again_and_that_is_no_admission(
    stand: Stand,
) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await refuse(stand, Kind.ALREADY_ADMITTED)
        await pilot.press("o")
        await settled(app, pilot)
        assert "Let in again by the supervisor: a re-entry" in seen(app)
        await pilot.press(*"smoke", "enter", *"4711", "enter")
        await settled(app, pilot)
        assert stand.records.asked == [("Reentry", "4711", SERIAL, "smoke")]


async def test_that_no_pin_is_set_is_said_before_anything_is_typed(stand: Stand) -> None:
    stand.records.answer = PinCheck.UNSET
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await refuse(stand)
        await pilot.press("o")
        await settled(app, pilot)
        assert "No PIN is set; `scanner pin` sets one." in seen(app)


@pytest.mark.usefixtures("minutes_apart")
async def test_the_supervisors_key_is_shown_as_soon_as_somebody_was_refused(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await refuse(stand)
        await settled(app, pilot)
        assert " o Override " in seen(app)
        await refuse(stand, Kind.ADMITTED)
        await settled(app, pilot)
        assert " o Override " not in seen(app)


@pytest.mark.usefixtures("minutes_apart")
async def test_a_supervisor_opens_a_gate_whose_ledger_is_an_old_copy(stand: Stand) -> None:
    stand.background.now = replace(STATUS, closed=Closed.PUT_BACK)
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await settled(app, pilot)
        assert " o Override " in seen(app)
        await refuse(stand)
        await pilot.press("o")
        await settled(app, pilot)
        assert "Opened by the supervisor" in seen(app)
        assert "records are an old copy" in seen(app)
        await pilot.press(*"laptop died", "enter", *"4711", "enter")
        await settled(app, pilot)
        assert app.screen_stack[-1] is app.gate
        assert stand.records.asked == [("open_put_back", "4711", "laptop died")]
        stand.background.now = STATUS
        await refuse(stand, Kind.ADMITTED)
        app.gate.look()
        await settled(app, pilot)
        assert " o Override " not in seen(app)


@pytest.mark.parametrize("kind", [None, Kind.ADMITTED, Kind.NOT_A_TICKET, Kind.GATE_CLOSED])
async def test_there_is_nothing_to_override_where_nobody_was_refused_with_a_serial(
    stand: Stand, kind: Kind | None
) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        if kind:
            await refuse(stand, kind)
        await pilot.press("o")
        assert app.screen_stack[-1] is app.gate
        assert "Override" not in seen(app)


async def test_the_queue_tells_what_to_do_filters_copies_and_exports(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("w")
        await settled(app, pilot)
        assert "Queue: all · 44 admissions" in seen(app)
        assert "To do: Nothing: it is sent when the API can be reached." in seen(app)
        await pilot.press("f")
        await settled(app, pilot)
        assert "Queue: conflict · 1 admission" in seen(app)
        assert "To do: Two were let in with one ticket: tell the supervisor." in seen(app)
        assert "Also admitted at Gate B by Sam at 20:58." in seen(app)
        await pilot.press("c")
        assert app.clipboard == "DAWIER-BACK75580002"
        for key, form in (("e", "csv"), ("j", "json")):
            await pilot.press(key)
            await settled(app, pilot)
            assert f"Written: /data/admissions.{form}" in seen(app)
        await pilot.press("r")
        assert stand.background.woken == 1
    assert stand.records.asked == [("export", "conflict", "csv"), ("export", "conflict", "json")]


async def test_the_queue_begins_with_what_the_server_says_otherwise(stand: Stand) -> None:
    there = EarlierAdmission(NOW, "Kim", "7k3q north")
    stand.records.differing = [
        Difference("DAWIER-BACK75580900", DifferenceKind.MISSING_HERE, NOW, there)
    ]
    app = stand.app()
    async with app.run_test(size=(160, 30)) as pilot:
        await pilot.press("w")
        await settled(app, pilot)
        text = seen(app)
    assert "DAWIER-BACK75580900: the server has an admission by Kim at north at " in text
    assert "To do: Tell the supervisor: these records are an old copy, or have a double." in text


async def test_the_queue_is_whole_even_where_it_is_drawn_as_soon_as_it_is_read(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill = QueueScreen._fill

    def fill_and_draw(screen: QueueScreen, found: list[Row]) -> None:
        fill(screen, found)
        seen(screen.app)

    monkeypatch.setattr(QueueScreen, "_fill", fill_and_draw)
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("w")
        await settled(app, pilot)
        assert re.search(r"\d\d:\d\d:\d\d +◌ queued +DAWIER-BACK75580000", seen(app))


async def test_the_queue_jumps_to_its_ends(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("w")
        await settled(app, pilot)
        await pilot.press("G")
        assert app.screen.query_one(DataTable).cursor_row == 43
        await pilot.press("g")
        assert app.screen.query_one(DataTable).cursor_row == 0


@pytest.mark.parametrize("name", CHOICES)
async def test_every_setting_is_changed_at_once_and_kept(stand: Stand, name: str) -> None:
    stand.background.now = replace(STATUS, venue=VenueStatus("Arena", connected=True))
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("s")
        app.screen.query_one(OptionList).highlighted = list(CHOICES).index(name)
        before = getattr(app.preferences, name)
        await pilot.press("right")
        after = getattr(app.preferences, name)
        assert after != before
        await pilot.press("left")
        assert getattr(app.preferences, name) == before
        assert stand.kept == [(name, after), (name, before)]
        assert isinstance(app.screen, SettingsScreen)
    assert language() == "en"


async def test_on_a_phone_nothing_is_wrapped_to_the_edge_and_a_plot_has_its_number(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand.background.now = replace(STATUS, venue=VenueStatus("Arena", connected=True))
    app = stand.app()
    monkeypatch.setattr(type(app), "is_web", True)  # in a terminal a notice would cover them
    async with app.run_test(size=(43, 60)) as pilot:
        await pilot.press("s")
        await settled(app, pilot)
        assert len(re.findall(r"\n\W*◂ \w[^◂▸\n]* ▸", seen(app))) == len(CHOICES)
        await pilot.press("escape", "question_mark")
        await settled(app, pilot)
        assert re.search(r"r   Sync and send without *│\n│ {12}waiting ", seen(app))
        await pilot.press("escape", "t", "t")
        await settled(app, pilot)
        assert re.search(r"Statistics +Arrivals +2/4 ", seen(app))


async def test_names_are_forgotten_as_soon_as_they_are_switched_off(stand: Stand) -> None:
    stand.preferences = replace(stand.preferences, names=True)
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("s")
        app.screen.query_one(OptionList).highlighted = list(CHOICES).index("names")
        await pilot.press("right")
        assert ("keep_names", "False") in stand.records.asked
        await pilot.press("right")
        assert stand.records.asked[-1] == ("keep_names", "True")


async def test_the_palette_does_what_the_keys_do(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        offered = [command.title for command in app.get_system_commands(app.gate)]
        assert {"Find", "Queue", "Statistics", "Settings", "Mute", "Quit"} <= set(offered)
        await pilot.press("ctrl+p")
        stand.source.see(SERIAL)
        await pilot.pause()
        assert app.screen_stack[-1] is app.gate


async def test_the_palette_offers_nothing_twice(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL):
        offered = [command.title for command in app.get_system_commands(app.gate)]
        assert sorted(offered) == sorted(set(offered))


async def test_the_palette_says_in_the_guards_language_that_nothing_fits(stand: Stand) -> None:
    stand.preferences = replace(stand.preferences, language="de")
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+p", *"zzzz")
        await settled(app, pilot)
        assert "Kein Befehl heißt so." in seen(app)
        await pilot.press("enter")
        await settled(app, pilot)
        assert app.screen is app.gate


@pytest.mark.parametrize("code", LANGUAGES)
async def test_nothing_of_the_help_is_cut_off_in_any_language(stand: Stand, code: str) -> None:
    stand.preferences = replace(stand.preferences, language=code)
    app = stand.app(network=lambda: True)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        keys = app.screen.query_one("#keys", Drawn)
        assert keys.size.height == len(app.screen._shown_keys)  # one line each
        assert app.screen.query_one(VerticalScroll).max_scroll_x == 0


async def test_help_explains_the_last_verdict_first_and_then_all(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("question_mark")
        await settled(app, pilot)
        assert "the last verdict" not in seen(app)
        await refuse(stand, Kind.WITHDRAWN)
        await settled(app, pilot)
        assert app.screen is app.gate  # a verdict is more than its help
        await pilot.press("question_mark")
        await settled(app, pilot)
        first = seen(app).splitlines()[1:4]
        assert "✗ WITHDRAWN  the last verdict" in first[0]
        assert "The ticket belongs to somebody else now." in first[1]
        assert "Ask for the new ticket, or call the supervisor." in first[2]
        await pilot.press("end")
        await settled(app, pilot)
        assert "Nothing can be recorded" in seen(app)
