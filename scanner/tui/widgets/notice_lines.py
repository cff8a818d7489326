"""The lines of what is not as it should be."""

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from scanner.tui.notices import Notice

_FAIR = "bold #ffe27a on #3a2f00"
_GRAVE = "bold #ffffff on #5a000c"


class NoticeLines(Widget):
    """One row for each notice; no room at all when there is none."""

    DEFAULT_CSS: ClassVar[str] = """
    NoticeLines {
        height: auto;
        display: none;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
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
        self.refresh(layout=True)

    def render(self) -> Content:
        """List them."""
        return Content("\n").join(self._row(notice) for notice in self.notices)

    def _row(self, notice: Notice) -> Content:
        text = Content(f" {notice.text}").truncate(self.size.width, ellipsis=True)
        filled = text.pad_right(max(0, self.size.width - text.cell_length))
        return filled.stylize(_GRAVE if notice.grave else _FAIR)
