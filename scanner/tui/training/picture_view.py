"""A camera's picture in a terminal: a half block for each two pixels, in their own colours."""

from functools import lru_cache
from typing import ClassVar

import cv2
import numpy as np
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from scanner.capture.frame import Pixels

_UPPER = "▀"


class PictureView(Widget):
    """Shows the middle of a picture, as much as fits the widget's shape; or a sentence."""

    DEFAULT_CSS: ClassVar[str] = """
    PictureView { background: #000000; color: #b9a8b6; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._pixels: Pixels | None = None
        self._words = ""
        self._small: Pixels | None = None

    def show(self, pixels: Pixels | None, words: str = "") -> None:
        """Replace the picture; without one, the words are shown."""
        if pixels is self._pixels and words == self._words:
            return
        self._pixels, self._words, self._small = pixels, words, None
        self.refresh()

    def on_resize(self) -> None:
        """Fit the picture anew."""
        self._small = None

    def render_line(self, y: int) -> Strip:
        """Draw two rows of pixels as one of cells."""
        columns, rows = self.size
        if self._pixels is None:
            words = self._words if y == rows // 2 else ""
            return Strip([Segment(words[:columns].center(columns), self.rich_style)], columns)
        if self._small is None:
            self._small = fitted(self._pixels, columns, 2 * rows)
        upper, lower = self._small[2 * y].tolist(), self._small[2 * y + 1].tolist()
        cells = [
            Segment(_UPPER, _style(tuple(up), tuple(low)))
            for up, low in zip(upper, lower, strict=True)
        ]
        return Strip(cells, columns)


def fitted(pixels: Pixels, wide: int, high: int) -> Pixels:
    """Cut the middle out in the shape `wide` x `high` and shrink it to that; returns RGB.

    Colours are rounded, so that a terminal has fewer changes to draw.
    """
    height, width = pixels.shape[:2]
    part = min(width / wide, height / high)
    across, down = max(1, round(part * wide)), max(1, round(part * high))
    left, top = (width - across) // 2, (height - down) // 2
    middle = np.ascontiguousarray(pixels[top : top + down, left : left + across])
    small = cv2.resize(middle, (wide, high), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.uint8) & np.uint8(0xF0)


@lru_cache(maxsize=1024)
def _style(upper: tuple[int, int, int], lower: tuple[int, int, int]) -> Style:
    return Style.from_color(Color.from_rgb(*upper), Color.from_rgb(*lower))
