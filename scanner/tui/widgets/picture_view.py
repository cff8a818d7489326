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

    def on_resize(self) -> None:
        """Scale the picture to the new size."""
        self._rows = None

    def render_line(self, y: int) -> Strip:
        """Return one row of cells."""
        columns, rows = self.size
        if self._pixels is None:
            return self._line(self._words if y == rows // 2 else "")
        if self._rows is None:
            self._rows = self._drawn(self._pixels)
        return self._rows[y] if y < len(self._rows) else Strip.blank(columns, self.rich_style)

    def _drawn(self, pixels: "Pixels") -> list[Strip]:
        from scanner.tui.drawing.half_blocks import half_blocks, letters, middle, whole

        columns, rows = self._drawn_for = self.size
        if not columns or not rows:
            return []
        draw = letters if is_ascii(self.app) else half_blocks
        if not self._whole:
            return draw(middle(pixels, columns, 2 * rows), columns)
        below = wrap(self._words, columns, max_lines=_MOST_LINES, placeholder="…") or [""]
        room = max(1, rows - len(below))
        drawn = draw(whole(pixels, columns, 2 * room, self._outlines), columns)
        above = [self._line("")] * ((room - len(drawn)) // 2)
        return [*above, *drawn, *map(self._line, below)]

    def _line(self, words: str) -> Strip:
        columns = self.size.width
        shown = set_cell_size(words, columns) if cell_len(words) > columns else words
        left = (columns - cell_len(shown)) // 2
        return Strip([Segment(" " * left + shown, self.rich_style)]).adjust_cell_length(
            columns, self.rich_style
        )
