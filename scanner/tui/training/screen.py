"""The base of training's screens: a banner says on each that nothing is real."""

from collections.abc import Iterable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.content import Content
from textual.widget import Widget

from scanner.tui.terminal.key_names import TranslatedScreen
from scanner.tui.widgets.key_line import KeyLine
from scanner.wording.catalogue import say

T = TypeVar("T")

_STRIPES = "▞"


class Banner(Widget):
    """A band across the top of the screen: words in the middle, stripes beside them."""

    DEFAULT_CSS: ClassVar[str] = """
    Banner {
        dock: top;
        height: 1;
        background: #ff4fd0;
        color: #000000;
        text-style: bold;
        text-wrap: nowrap;
    }
    """

    def render(self) -> Content:
        """Centre the words between stripes."""
        words = say("TRAINING · NOTHING HERE IS REAL")
        room = max(0, self.size.width - len(words) - 2)
        left = room // 2
        return Content(f"{_STRIPES * left} {words} {_STRIPES * (room - left)}")


class TrainingScreen(TranslatedScreen[T]):
    """A screen between banner and key line; subclasses give its `body`."""

    def compose(self) -> ComposeResult:
        """Lay out banner, body and key line."""
        yield Banner()
        yield from self.body()
        yield KeyLine()

    def body(self) -> Iterable[Widget]:
        """Return the widgets between the two."""
        return ()
