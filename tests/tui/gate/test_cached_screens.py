"""What is shown a second time is the same screen, and as new as the first time."""

from pathlib import Path
from typing import Any

import pytest
from textual.containers import Grid
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, OptionList

from scanner.admission.verdict import Kind
from scanner.store.errors import DatabaseBusy, StoreFault
from scanner.tui.gate.app import GateApp
from scanner.tui.gate.statistics import StatisticsScreen
from tests.tui.ports import SERIAL, VERDICTS, Stand
from tests.tui.seen import seen, settled

SMALL = (80, 24)


async def pressed(app: GateApp, pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, and wait until all that they begin has ended."""
    await pilot.press(*keys)
    await settled(app, pilot)


async def judged(stand: Stand, pilot: Pilot[Any], kind: Kind) -> None:
    """Present a ticket that gets this verdict."""
    stand.judge.verdict = VERDICTS[kind]
    stand.source.see(SERIAL)
    await pilot.pause()


async def test_settings_begin_anew_each_time(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("s", "down", "down", "right")
        first = app.screen
        assert "Saved." in seen(app)
        await pilot.press("escape")
        await judged(stand, pilot, Kind.UNKNOWN)
        app.change("volume", 20)
        await pressed(app, pilot, "s")
        assert app.screen is first
        text = seen(app)
        assert "?  UNKNOWN  ?" in text
        assert "◂ 20 ▸" in text
        assert "Saved." not in text
        options = app.screen.query_one(OptionList)
        assert options.highlighted == 0
        assert app.focused is options


async def test_a_search_begins_anew_each_time(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pressed(app, pilot, "f", *"7558")
        first = app.screen
        assert first.query_one(OptionList).option_count
        await pressed(app, pilot, "escape", "f")
        assert app.screen is first
        assert app.screen.query_one(Input).value == ""
        assert isinstance(app.focused, Input)
        assert first.query_one(OptionList).option_count == 0


async def test_a_search_goes_on_after_the_palette(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pressed(app, pilot, "f", *"7558", "ctrl+p", "escape")
        assert app.screen.query_one(Input).value == "7558"
        assert app.screen.query_one(OptionList).option_count


async def test_the_search_asks_for_names_as_soon_as_they_may_be_searched(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("f", "escape")
        app.change("names", True)
        await pressed(app, pilot, "f")
        assert "art of a serial or of a name" in seen(app)


@pytest.mark.usefixtures("minutes_apart")
async def test_an_override_asks_anew_for_whom_why_and_by_whom(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await judged(stand, pilot, Kind.UNKNOWN)
        await pilot.press("o", *"torn", "enter", *"47")
        first = app.screen
        assert "not on the list" in seen(app).rpartition("Let in by")[2]
        await pilot.press("escape")
        await judged(stand, pilot, Kind.WITHDRAWN)
        await pressed(app, pilot, "o")
        assert app.screen is first
        assert "transferred" in seen(app).rpartition("Let in by")[2]
        assert [line.value for line in first.query(Input)] == ["", ""]
        assert app.focused is first.query_one("#reason")


async def test_the_queue_begins_with_all_each_time(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pressed(app, pilot, "w", "f", "down")
        first = app.screen
        assert "Queue: conflict" in seen(app)
        await pressed(app, pilot, "escape", "w")
        assert app.screen is first
        assert "Queue: all" in seen(app)
        table = app.screen.query_one(DataTable)
        assert app.focused is table
        assert table.cursor_row == 0


async def test_a_kept_queue_speaks_the_language_that_was_chosen_meanwhile(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("w", "escape")
        app.change("language", "de")
        await pressed(app, pilot, "w")
        assert "Grund" in seen(app)
        assert "Reason" not in seen(app)


async def test_statistics_that_were_left_count_no_more(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pressed(app, pilot, "t")
        screen = app.screen
        assert isinstance(screen, StatisticsScreen)
        assert screen.query_one(Grid).display
        await pressed(app, pilot, "escape")
        assert not screen.query_one(Grid).display
        stand.records.error = DatabaseBusy(StoreFault.HELD, file=Path("gate.sqlite3"))
        screen.follow()
        await settled(app, pilot)
        await pressed(app, pilot, "t")
        assert "The database gate.sqlite3 is held" in seen(app)


async def test_help_lists_the_keys_that_work_now(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("question_mark")
        first = app.screen
        assert "with the PIN" not in seen(app)
        await pilot.press("escape")
        await judged(stand, pilot, Kind.WRONG_SECTION)
        await pressed(app, pilot, "question_mark")
        assert app.screen is first
        assert "with the PIN" in seen(app)


async def test_help_speaks_the_language_that_was_chosen_meanwhile(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("question_mark", "escape")
        app.change("language", "de")
        await settled(app, pilot)
        await pressed(app, pilot, "question_mark")
        assert "Hilfe" in seen(app)
