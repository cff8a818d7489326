"""The row of keys: what it lists, and what a mouse does there."""

import asyncio
import pkgutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.binding import Binding
from textual.dom import DOMNode

from scanner.admission.verdict import Kind
from scanner.tui.gate.settings import SettingsScreen
from scanner.tui.widgets.key_line import KeyLine, ShownKey, fitted
from scanner.wording.catalogue import LANGUAGES
from tests.tui.ports import SERIAL, VERDICTS, Stand
from tests.tui.seen import seen


def key(name: str, description: str) -> ShownKey:
    return ShownKey(name, name, description, "")


@given(
    st.lists(st.tuples(st.text("abcdé", min_size=1, max_size=14), st.booleans()), max_size=12),
    st.integers(1, 200),
)
def test_where_the_row_is_narrow_keys_are_left_out_and_none_gets_another_name(
    names: list[tuple[str, bool]], columns: int
) -> None:
    keys = [replace(key(str(n), name), stays=stays) for n, (name, stays) in enumerate(names)]
    shown = fitted(keys, columns)
    assert shown == [each for each in keys if each in shown]
    left_out = [each for each in keys if each not in shown]
    assert not any(each.stays for each in left_out)
    first = min((int(each.key) for each in left_out), default=len(keys))
    assert all(each.stays for each in shown if int(each.key) > first)
    fits = len(" ".join(f"{each.display} {each.description}" for each in shown)) <= columns
    assert fits or all(each.stays for each in shown)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_key_of_the_gate_has_one_name_in_every_width(stand: Stand, code: str) -> None:
    stand.preferences = replace(stand.preferences, language=code)
    app = stand.app()
    async with app.run_test(size=(80, 24)) as pilot:
        stand.judge.verdict = VERDICTS[Kind.UNKNOWN]
        stand.source.see(SERIAL)
        await pilot.pause()
        keys = app.gate.query_one(KeyLine)._keys
    shown = fitted(keys, 80)
    assert set(shown) <= set(keys)
    assert {"i", "f", "o", "question_mark", "q"} <= {each.key for each in shown}
    assert sum(each.width + 1 for each in shown) - 1 <= 80
    assert fitted(keys, 250) == keys


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


def _bindings() -> Iterator[tuple[type[DOMNode], Binding]]:
    """Yield what each screen and widget of the gate and of training binds."""
    rooms = tuple(f"scanner.tui.{room}" for room in ("gate", "training", "widgets"))
    for room in rooms:
        for module in pkgutil.iter_modules(import_module(room).__path__):
            import_module(f"{room}.{module.name}")
    for node in _subclasses(DOMNode):
        for each in vars(node).get("BINDINGS", ()) if node.__module__.startswith(rooms) else ():
            assert isinstance(each, Binding)
            yield node, each


def _subclasses(node: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for each in node.__subclasses__():
        yield each
        yield from _subclasses(each)


def test_a_key_that_does_the_same_on_two_screens_has_one_name() -> None:
    names = defaultdict[str, set[str]](set)
    for _, each in _bindings():
        names[each.action].add(each.description)
    del names["leave"], names["quit"]  # out of a line, a run; with and without a question
    assert {action: found for action, found in names.items() if len(found) > 1} == {}


def test_escape_goes_back_on_every_screen() -> None:
    escapes = {each.description for _, each in _bindings() if "escape" in each.key.split(",")}
    assert escapes == {"Back", "Stay"}  # the latter answers whether to quit
