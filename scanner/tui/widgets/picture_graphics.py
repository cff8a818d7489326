"""A widget's picture in the terminal's own pixels, where it has them."""

import asyncio
from collections.abc import Callable
from math import ceil
from secrets import randbelow
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING

from textual.dom import NoScreen
from textual.errors import NoWidget
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from scanner.tui.terminal.choice import when_written
from scanner.tui.terminal.graphics import Graphics, abilities_of, write

if TYPE_CHECKING:
    from scanner.qr.frame import Pixels

SLOW_SECONDS, MOST_SLOW = 0.15, 3
"""A picture that takes the terminal so long may keep a verdict waiting. After a few of them in a
row it is half blocks, which are a tenth of the bytes."""

_NUMBERS = 1 << 24
"""Kitty's pictures are told apart by a cell's colour; terminals are shared, so ours is drawn."""


class PictureGraphics:
    """Draws a widget's picture, and again whenever the terminal's text was written over it.

    A Sixel picture lies over cells that are blank, and is written once they are. One of Kitty's
    stands where its placeholders do, which are text.

    Args:
        widget: where the picture is.
        redraw: draws the widget again; it can be done another way than last time.
    """

    def __init__(self, widget: Widget, redraw: Callable[[], None]) -> None:
        self._widget = widget
        self._redraw = redraw
        self._loading: Thread | None = None
        self._graphics = Graphics.BLOCKS
        self._drawn = False
        self._sixels = ""
        self._place: Region | None = None
        self._numbers = [1 + randbelow(_NUMBERS - 2)]
        self._numbers.append(self._numbers[0] + 1)
        self._sent_at: float | None = None
        self._slow = 0
        self._due = self._missed = False

    def cell(self) -> tuple[int, int] | None:
        """Return a cell's pixels, across and down; None where half blocks are to be drawn now."""
        abilities = abilities_of(self._widget.app, self._redraw)
        self._graphics = abilities.graphics
        if self._graphics is Graphics.BLOCKS or not all(abilities.cell):
            return None
        if not self._loaded() or self._slow >= MOST_SLOW or not self._in_view():
            return None
        return abilities.cell

    def clear(self) -> None:
        """Forget what was drawn: the widget's rows are drawn next."""
        self._drawn, self._sixels = False, ""

    def draw(self, picture: "Pixels", within: Region, cell: tuple[int, int]) -> list[Strip]:
        """Draw RGB pixels in the middle of a part of the widget; returns its rows of cells.

        Args:
            picture: rows x columns x 3; no larger than the part.
            within: the part, in cells of the widget.
            cell: what `cell` returned.
        """
        from scanner.tui.drawing.pixels import blanks, placeholders, sixels

        down, across = picture.shape[:2]
        columns, rows = ceil(across / cell[0]), ceil(down / cell[1])
        x, y = within.x + (within.width - columns) // 2, within.y + (within.height - rows) // 2
        self._drawn = True
        if self._graphics is Graphics.SIXEL:
            self._place, self._sixels = Region(x, y, columns, rows), sixels(picture)
            return blanks(rows, within.width)
        self._numbers.reverse()  # the one that is seen stays until its cells are written
        self._send_to_kitty(picture, columns, rows)
        return placeholders(self._numbers[0], columns, rows, within.width)

    def paint(self) -> None:
        """Draw the picture once the widget's cells are written, where it lies over them."""
        if self._graphics is not Graphics.BLOCKS and not self._due:
            self._due = True
            self._widget.call_after_refresh(self._paint)

    def forget(self) -> None:
        """Take the picture off the terminal; the next one may have another place."""
        self.clear()
        self._place = None
        if self._graphics is Graphics.KITTY:
            from scanner.tui.drawing.pixels import kitty_without

            for number in self._numbers:
                write(self._widget.app, kitty_without(number))

    def _paint(self) -> None:
        self._due = False
        if not self._widget.is_mounted or not self._widget.display:
            return
        if (self.cell() is not None) is not self._drawn:
            self._redraw()
        elif self._sent_at is not None:
            self._missed = True  # the terminal is still at the last one
        elif self._sixels and self._place:
            at = self._place.translate(self._widget.region.offset)
            self._send(f"\x1b7\x1b[{at.y + 1};{at.x + 1}H{self._sixels}\x1b8")

    def _send_to_kitty(self, picture: "Pixels", columns: int, rows: int) -> None:
        from scanner.tui.drawing.pixels import kitty_picture

        self._send(kitty_picture(picture, self._numbers[0], columns, rows))

    def _send(self, sequence: str) -> None:
        """Write a picture, and see how long the terminal takes for it."""
        app, loop = self._widget.app, asyncio.get_running_loop()
        self._sent_at = monotonic()
        write(app, sequence)

        def taken() -> None:
            loop.call_soon_threadsafe(self._taken, monotonic())

        when_written(app, taken)

    def _taken(self, at: float) -> None:
        if self._sent_at is None:
            return
        self._slow = self._slow + 1 if at - self._sent_at > SLOW_SECONDS else 0
        self._sent_at = None
        if self._slow >= MOST_SLOW:
            self._redraw()
        elif self._missed:
            self._missed = False
            self.paint()

    def _loaded(self) -> bool:
        """Tell whether the libraries are there; loads them beside, the first time."""
        if self._loading is None:
            from scanner.tui.drawing import pixels

            loop = asyncio.get_running_loop()

            def load() -> None:
                pixels.load(kitty=self._graphics is Graphics.KITTY)
                loop.call_soon_threadsafe(self._redraw)

            self._loading = Thread(target=load, name="pictures", daemon=True)
            self._loading.start()
        return not self._loading.is_alive()

    def _in_view(self) -> bool:
        """Tell whether nothing covers the widget; placeholders are covered as text is."""
        widget = self._widget
        try:
            if widget.app.screen is not widget.screen:
                return False
            if self._graphics is Graphics.KITTY:
                return True
            region = widget.region
            if self._place:  # what covers no part of the picture is no reason
                region = self._place.translate(region.offset).intersection(region)
            return bool(region) and all(
                widget.screen.get_widget_at(x, y)[0] is widget
                for y in range(region.y, region.bottom)
                for x in (region.x, region.x + region.width // 2, region.right - 1)
            )
        except (NoScreen, NoWidget):
            return False
