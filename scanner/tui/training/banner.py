"""The banner that says on every training screen that nothing is real."""

from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from scanner.wording.catalogue import say

_STRIPES = "▞"


class Banner(Widget):
    """A band across the whole screen, docked at its top: words in the middle, stripes beside."""

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
        """Fill the row."""
        words = say("TRAINING · NOTHING HERE IS REAL")
        room = max(0, self.size.width - len(words) - 2)
        left = room // 2
        return Content(f"{_STRIPES * left} {words} {_STRIPES * (room - left)}")
