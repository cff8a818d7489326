"""The lines of what is not as it should be."""

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from scanner.wording.notices import Notice

_FAIR = "bold #ffe27a on #3a2f00"
_GRAVE = "bold #ffffff on #5a000c"
_MOST_ROWS = 2
_INDENT = "   "
"""Before what goes on in a second row: below the words, beside the shape."""


class NoticeLines(Widget):
    """A row for each notice, two where one hides its end; no room at all when there is none."""

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

    def rows(self, columns: int) -> list[Content]:
        """Lay the notices out in rows of a width in cells."""
        return [row for notice in self.notices for row in _rows(notice, columns)]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Take as many rows as the notices need (Textual's form)."""
        return len(self.rows(width))

    def render(self) -> Content:
        """List them."""
        return Content("\n").join(self.rows(self.size.width))


def _rows(notice: Notice, columns: int) -> list[Content]:
    """Break a notice between words; what two rows don't hold is left out at their end."""
    room = columns - len(_INDENT)
    first, *rest = Content(f" {notice.text}").wrap(max(columns, 1))
    rows = [first.rstrip()]
    if rest:
        left = Content(" ".join(each.plain.strip() for each in rest))
        rows.append(Content(_INDENT).append(left.truncate(max(room, 0), ellipsis=True)))
    style = _GRAVE if notice.grave else _FAIR
    return [
        row.pad_right(max(0, columns - row.cell_length)).stylize(style) for row in rows[:_MOST_ROWS]
    ]
