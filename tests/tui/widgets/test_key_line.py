"""The row of keys: what it lists, and what a mouse does there."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.verdict import Kind
from scanner.tui.gate.settings import SettingsScreen
from scanner.tui.widgets.key_line import FEWEST_LETTERS, KeyLine, ShownKey, fitted
from scanner.wording.catalogue import LANGUAGES
from tests.tui.ports import SERIAL, VERDICTS, Stand
from tests.tui.seen import seen


def key(name: str, description: str) -> ShownKey:
    return ShownKey(name, name, description, "")


@given(st.lists(st.text("abcdé", min_size=1, max_size=14), max_size=12), st.integers(1, 200))
def test_where_the_row_is_narrow_the_longest_names_are_shortened_first(
    names: list[str], columns: int
) -> None:
    keys = [key("x", each) for each in names]
    shown = fitted(keys, columns)
    assert [each.key for each in shown] == ["x"] * len(keys)
    shortened = [len(old) for old, new in zip(names, shown, strict=True) if new.description != old]
    whole = [len(new.description) for new in shown if new in keys]
    assert max(whole, default=0) <= min(shortened, default=99)
    fits = len(" ".join(f"x {each.description}" for each in shown)) <= columns
    assert fits or all(len(each.description) <= FEWEST_LETTERS for each in shown)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_no_key_of_the_gate_is_cut_off_in_any_language(stand: Stand, code: str) -> None:
    stand.preferences = replace(stand.preferences, language=code)
    app = stand.app(network=lambda: True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        row = f" {seen(app).splitlines()[-1]}"
        assert [each for each in "i?fwtsnpmq" if f" {each} " not in row] == []


@pytest.mark.parametrize("code", LANGUAGES)
async def test_no_name_of_the_gates_keys_loses_letters_in_any_language(
    stand: Stand, code: str
) -> None:
    stand.preferences = replace(stand.preferences, language=code)
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        stand.judge.verdict = VERDICTS[Kind.UNKNOWN]
        stand.source.see(SERIAL)
        await pilot.pause()
        row = app.gate.query_one(KeyLine).render()
        assert " o " in row.plain
        assert "." not in row.plain
        assert row.cell_length <= 80


def test_a_short_word_stands_in_only_where_the_whole_one_has_no_room() -> None:
    keys = [
        ShownKey("i", "i /", "Type", "", "Key in"),
        ShownKey("t", "t", "Statistics", "", "Stats"),
        ShownKey("m", "m", "Mute", "", ""),
    ]
    rows = [" ".join(f"{e.display} {e.description}" for e in fitted(keys, n)) for n in (28, 27, 21)]
    assert rows == [
        "i / Type t Statistics m Mute",
        "i / Type t Stats m Mute",
        "i Type t Stats m Mute",
    ]


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
