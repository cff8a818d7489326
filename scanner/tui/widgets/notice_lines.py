"""The lines of what is not as it should be, and what a window that is too small shows instead."""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import App
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from scanner.wording.catalogue import say
from scanner.wording.notices import Notice

NEEDED = Size(80, 24)
"""Cells that the screens are laid out for; a browser's page fits them to a phone."""

_BEARABLE = Size(80, 23)
"""A terminal of 80 by 24 whose lowest row is a multiplexer's."""

_FAIR = "bold #ffe27a on #3a2f00"
_GRAVE = "bold #ffffff on #5a000c"
_MOST_ROWS, _MOST_ON_A_PHONE = 2, 3
_PHONE = 60
"""Columns; with fewer, a notice takes a row more."""

_INDENT = "   "
"""Before what goes on in a second row: below the words, beside the shape."""


class NoticeLines(Widget):
    """A row for each notice, more where one hides its end; no room at all when there is none."""

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
    """Break a notice between words; what its rows don't hold is left out at their end."""
    most = _MOST_ON_A_PHONE if columns < _PHONE else _MOST_ROWS
    room = columns - len(_INDENT)
    text, rows = Content(f" {notice.text}"), list[Content]()
    while text.plain:
        lead, width = (Content(_INDENT), max(room, 1)) if rows else (Content(""), max(columns, 1))
        first, *rest = text.wrap(width)
        if len(rows) == most - 1:
            first, rest = text.truncate(width, ellipsis=True), []
        rows.append(lead.append(first.rstrip()))
        text = Content(" ".join(each.plain.strip() for each in rest))
    style = _GRAVE if notice.grave else _FAIR
    return [row.pad_right(max(0, columns - row.cell_length)).stylize(style) for row in rows]


def needed(app: App[Any]) -> str:
    """Say which window the app needs; nothing where it has it."""
    if _holds(app, NEEDED):
        return ""
    needs, has = (f"{size.width}\u00d7{size.height}" for size in (NEEDED, app.size))
    return say("Needs {needs} characters; this window has {has}.", needs=needs, has=has)


def breaks(app: App[Any]) -> bool:
    """Tell whether the app's window is so small that screens break."""
    return not _holds(app, _BEARABLE)


def _holds(app: App[Any], least: Size) -> bool:
    return app.is_web or (app.size.width >= least.width and app.size.height >= least.height)


class TooSmall(Widget):
    """Covers a screen in a window that would break it, and says what is needed."""

    DEFAULT_CSS: ClassVar[str] = """
    TooSmall {
        layer: notice;
        width: 100%;
        height: 1fr;
        content-align: center middle;
        text-align: center;
        text-style: bold;
        background: $surface;
        color: $foreground;
    }
    """

    def render(self) -> Content:
        """Say it."""
        return Content(needed(self.app))
