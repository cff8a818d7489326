"""What a camera sees, and a sentence below it or in its place."""

from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from scanner.tui.terminal.ascii_only import is_ascii
from scanner.tui.widgets.picture_graphics import PictureGraphics

if TYPE_CHECKING:
    from scanner.qr.decoded import Corners
    from scanner.qr.frame import Pixels


_MOST_LINES = 2
"""Of words below a picture."""


class PictureView(Widget):
    """Shows a picture as large as the widget, and a sentence where it has room.

    Args:
        whole: show all of the picture in its own proportions, else as much of its middle as fits
            the widget's shape.
    """

    DEFAULT_CSS: ClassVar[str] = """
    PictureView { background: #000000; color: #b9a8b6; }
    """

    def __init__(self, *, whole: bool = False, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._whole = whole
        self._pixels: Pixels | None = None
        self._outlines: Sequence[Corners] = ()
        self._words = ""
        self._rows: list[Strip] | None = None
        self._drawn_for = self.size
        self._graphics = PictureGraphics(self, self._redraw)

    def show(
        self, pixels: "Pixels | None", words: str = "", outlines: "Sequence[Corners]" = ()
    ) -> None:
        """Replace the picture, what is outlined in it, and the words.

        The words stand in a picture's place, or below one that is shown whole.
        """
        if pixels is self._pixels and words == self._words:
            return
        before = self._rows
        self._pixels, self._outlines, self._words, self._rows = pixels, outlines, words, None
        if not before or pixels is None or self.size != self._drawn_for:
            self.refresh()
            return
        self._rows = rows = self._drawn(pixels)
        changed = [
            Region(0, y, self.size.width, 1)
            for y, (old, new) in enumerate(zip(before, rows, strict=False))
            if old != new
        ]
        if len(before) != len(rows):
            self.refresh()
        elif changed:
            self.refresh(*changed)
        else:
            self._graphics.paint()

    def on_resize(self) -> None:
        """Scale the picture to the new size."""
        self._rows = None
        self._graphics.forget()

    def on_hide(self) -> None:
        """Take the picture off the terminal."""
        self._graphics.forget()

    def on_unmount(self) -> None:
        """Take the picture off the terminal."""
        self._graphics.forget()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return rows of cells; a picture that lies over them is drawn again afterwards."""
        strips = super().render_lines(crop)
        self._graphics.paint()
        return strips

    def render_line(self, y: int) -> Strip:
        """Return one row of cells."""
        columns, rows = self.size
        if self._pixels is None:
            return self._line(self._words if y == rows // 2 else "")
        if self._rows is None:
            self._rows = self._drawn(self._pixels)
        return self._rows[y] if y < len(self._rows) else Strip.blank(columns, self.rich_style)

    def _redraw(self) -> None:
        self._rows = None
        self.refresh()

    def _drawn(self, pixels: "Pixels") -> list[Strip]:
        columns, rows = self._drawn_for = self.size
        self._graphics.clear()
        if not columns or not rows:
            return []
        if not self._whole:
            return self._picture(pixels, rows)
        below = wrap(self._words, columns, max_lines=_MOST_LINES, placeholder="…") or [""]
        room = max(1, rows - len(below))
        return [*self._picture(pixels, room), *map(self._line, below)]

    def _picture(self, pixels: "Pixels", rows: int) -> list[Strip]:
        """Draw the picture into the widget's first rows."""
        from scanner.tui.drawing.half_blocks import half_blocks, letters, middle, whole

        columns = self.size.width
        ascii_only = is_ascii(self.app)
        cell = None if ascii_only else self._graphics.cell()
        across, down = cell or (1, 2)
        size = columns * across, rows * down
        small = whole(pixels, *size, self._outlines) if self._whole else middle(pixels, *size)
        if cell:
            drawn = self._graphics.draw(small, Region(0, 0, columns, rows), cell)
        else:
            drawn = (letters if ascii_only else half_blocks)(small, columns)
        above = [self._line("")] * ((rows - len(drawn)) // 2)
        return [*above, *drawn]

    def _line(self, words: str) -> Strip:
        columns = self.size.width
        shown = set_cell_size(words, columns) if cell_len(words) > columns else words
        left = (columns - cell_len(shown)) // 2
        return Strip([Segment(" " * left + shown, self.rich_style)]).adjust_cell_length(
            columns, self.rich_style
        )
