"""What is shown a second time is the same screen, and as new as the first time."""

from textual.widgets import OptionList

from scanner.admission.verdict import Kind
from scanner.words import choose_language
from tests.tui.feeds import SERIAL, VERDICTS, Stand
from tests.tui.seen import seen, settled

SMALL = (80, 24)


async def test_settings_begin_anew_each_time(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("s", "down", "down", "right")
        first = app.screen
        assert "Saved." in seen(app)
        await pilot.press("escape")
        stand.judge.verdict = VERDICTS[Kind.UNKNOWN]
        stand.eyes.see(SERIAL)
        await pilot.pause()
        app.change("volume", 20)
        await pilot.press("s")
        await settled(app, pilot)
        assert app.screen is first
        text = seen(app)
        assert "?  UNKNOWN  ?" in text
        assert "◂ 20 ▸" in text
        assert "Saved." not in text
        options = app.screen.query_one(OptionList)
        assert options.highlighted == 0
        assert app.focused is options


async def test_help_lists_the_keys_that_work_now(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("question_mark")
        first = app.screen
        assert "Let in by the supervisor" not in seen(app)
        await pilot.press("escape")
        stand.judge.verdict = VERDICTS[Kind.WRONG_SECTION]
        stand.eyes.see(SERIAL)
        await pilot.pause()
        await pilot.press("question_mark")
        await settled(app, pilot)
        assert app.screen is first
        assert "Let in by the supervisor" in seen(app)


async def test_help_speaks_the_language_that_was_chosen_meanwhile(stand: Stand) -> None:
    app = stand.app()
    try:
        async with app.run_test(size=SMALL) as pilot:
            await pilot.press("question_mark", "escape")
            app.change("language", "de")
            await settled(app, pilot)
            await pilot.press("question_mark")
            await settled(app, pilot)
            assert "Hilfe" in seen(app)
    finally:
        choose_language("en")
