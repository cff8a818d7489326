"""The row of keys: what it lists, and what a mouse does there."""

import asyncio

from scanner.tui.screens.settings import SettingsScreen
from scanner.tui.widgets.key_line import KeyLine
from tests.tui.feeds import Stand
from tests.tui.seen import seen


async def _at(stand: Stand, words: str, *, click: bool) -> tuple[object, KeyLine]:
    """Point at a key's words, or click them; returns the screen and the row after that."""
    app = stand.app()
    async with app.run_test(size=(160, 50)) as pilot:
        row = app.gate.query_one(KeyLine)
        async with asyncio.timeout(5):
            while words not in row.render().plain:
                await pilot.pause(0.005)
        offset = (row.render().plain.index(words) + 1, 0)
        await (pilot.click if click else pilot.hover)(KeyLine, offset=offset)
        await pilot.pause()
        return app.screen, row


async def test_a_click_on_a_key_presses_it(stand: Stand) -> None:
    screen, _ = await _at(stand, "s Settings", click=True)
    assert isinstance(screen, SettingsScreen)


async def test_a_click_behind_a_key_presses_nothing(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        await pilot.click(KeyLine, offset=(158, 0))
        await pilot.pause()
        assert app.screen is app.gate


async def test_a_mouse_on_a_key_says_more_about_it(stand: Stand) -> None:
    _, row = await _at(stand, "f Find", click=False)
    assert row.tooltip == "Find a ticket by serial or name"


async def test_a_key_that_does_nothing_now_is_not_listed(stand: Stand) -> None:
    app = stand.app()
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        assert "Override" not in seen(app).splitlines()[-1]
        assert "Settings" in app.gate.query_one(KeyLine).render().plain
