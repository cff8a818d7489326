"""What every test of the screens needs."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion
from textual.app import App
from textual.widgets import Input

from scanner.scanning import presentation
from scanner.wording.catalogue import choose_language
from tests.tui.ports import Stand
from tests.tui.pseudo import pseudo_language
from tests.tui.quiet import waited_for_by_work
from tests.tui.style_sheets import parsed_once


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Let each test begin in English, whatever the one before spoke."""
    choose_language("en")
    yield
    choose_language("en")


@pytest.fixture
def minutes_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each reading be a presentation of its own, as if minutes lay between them."""
    monkeypatch.setattr(presentation, "SAME_SECONDS", -1.0)


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Speak the language in which what is in no catalogue can be told."""
    with pseudo_language(monkeypatch):
        yield


@pytest.fixture(autouse=True)
def steady_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a cursor from blinking: a picture of it would depend on the moment."""
    monkeypatch.setattr(Input, "_toggle_cursor", lambda _input: None)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Wait for an app only as long as it works, and let it parse no style sheet again."""
    with waited_for_by_work(), parsed_once():
        yield


@pytest.fixture
def pictured(snapshot: SnapshotAssertion) -> Callable[[App[Any], str], bool]:
    """Compare an app's screen as it is now with the picture of a name: many of one run."""
    pictures = snapshot.use_extension(SVGImageExtension)
    return lambda app, name: bool(pictures(name=name) == app.export_screenshot())


@pytest.fixture
def stand() -> Stand:
    return Stand()
