"""The camera's picture in half blocks: rough, but enough to see where it looks."""

import threading
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from scanner.capture.frame import Pixels

_COLOURS = 3


class Preview(Widget):
    """Shows the newest picture, five times a second."""

    DEFAULT_CSS: ClassVar[str] = """
    Preview { height: 1fr; min-height: 3; background: #000000; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._guard = threading.Lock()
        self._newest: Pixels | None = None
        self._rows: list[Strip] = []

    def take(self, pixels: Pixels) -> None:
        """Take a picture; callable from any thread."""
        with self._guard:
            self._newest = pixels

    def on_mount(self) -> None:
        """Begin to show."""
        self.set_interval(0.2, self.show_newest)

    def show_newest(self) -> None:
        """Draw the newest picture, where there is one."""
        with self._guard:
            newest, self._newest = self._newest, None
        if newest is not None and self.size.width and self.size.height:
            self._rows = draw(newest, self.size.width, self.size.height)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one row of the picture, black beside and below it."""
        row = self._rows[y] if y < len(self._rows) else Strip([])
        black = Style(bgcolor="#000000")
        return row.adjust_cell_length(self.size.width, black)


def draw(pixels: Pixels, columns: int, rows: int) -> list[Strip]:
    """Draw a picture as large as it fits, in its own proportions and in the middle."""
    high, wide = pixels.shape[:2]
    scale = min(columns / wide, 2 * rows / high)
    across, down = max(1, int(wide * scale)), max(2, int(high * scale) // 2 * 2)
    small = pixels[[int(y * high / down) for y in range(down)]][
        :, [int(x * wide / across) for x in range(across)]
    ]
    left = [Segment(" " * ((columns - across) // 2), Style(bgcolor="#000000"))]
    return [
        Strip(
            left
            + [
                Segment("▀", Style(color=_colour(upper), bgcolor=_colour(lower)))
                for upper, lower in zip(small[y], small[y + 1], strict=True)
            ]
        )
        for y in range(0, down, 2)
    ]


def _colour(pixel: Pixels) -> str:
    """Name a pixel's colour in steps of 8, so that few different styles are made."""
    values = pixel.tolist()
    blue, green, red = values if isinstance(values, list) else [values] * _COLOURS
    return f"#{red & 0xF8:02x}{green & 0xF8:02x}{blue & 0xF8:02x}"
