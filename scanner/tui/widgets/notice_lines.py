"""The lines of what is not as it should be."""

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from scanner.tui.notices import Notice


class NoticeLines(Widget):
    """One row for each notice; no room at all when there is none."""

    DEFAULT_CSS: ClassVar[str] = """
    NoticeLines {
        height: auto;
        display: none;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        background: #3a2f00;
        color: #ffe27a;
        padding: 0 1;
        text-style: bold;
    }
    NoticeLines.-grave { background: #7a0010; color: #ffffff; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.notices: tuple[Notice, ...] = ()

    def show(self, notices: Sequence[Notice]) -> None:
        """Replace what is shown."""
        if tuple(notices) == self.notices:
            return
        self.notices = tuple(notices)
        self.display = bool(self.notices)
        self.set_class(any(notice.grave for notice in self.notices), "-grave")
        self.refresh(layout=True)

    def render(self) -> Content:
        """List them."""
        return Content("\n").join(Content(notice.text) for notice in self.notices)
