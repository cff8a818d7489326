"""The row that tells, whatever else the screen shows, that this gate lets out and not in."""

from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from scanner.wording.catalogue import say

_ARROWS = "←←←"


class ExitBanner(Widget):
    """One row from edge to edge, there only while exits are counted.

    Args:
        fixed: whether this gate is an exit for good: then no key leads back.
    """

    DEFAULT_CSS: ClassVar[str] = """
    ExitBanner {
        height: 1;
        display: none;
        padding: 0 1;
        text-align: center;
        text-style: bold;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        background: #ffffff;
        color: #000000;
    }
    """

    def __init__(self, *, fixed: bool) -> None:
        super().__init__()
        self._fixed = fixed

    def render(self) -> Content:
        """Say it, with the way back where it fits."""
        words = say("EXIT: patrons leave here, nobody is let in")
        back = "" if self._fixed else say("e: back to entry")
        told = f"{words}   {back}".rstrip()
        framed = f"{_ARROWS}  {told}  {_ARROWS}"
        fits = Content(framed).cell_length <= self.size.width
        return Content(framed if fits else told)
