"""A camera's picture as rows of cells: a half block for two pixels, or a letter for one. Pure."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby

import numpy as np
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from scanner.qr.decoded import Corners
from scanner.qr.frame import Pixels

OUTLINE = (0xF0, 0xD0, 0x00)
"""Red, green, blue of the line around a code: seen on paper and on skin, and no verdict's green."""

_UPPER = "▀"
_RAMP = " .:-=+*#%@"
"""From dark to light, by how much of a cell each covers."""

_BLACK = Style.from_color(bgcolor=Color.from_rgb(0, 0, 0))
_PLAIN = Style.from_color(Color.from_rgb(0xE0, 0xE0, 0xE0), Color.from_rgb(0, 0, 0))
_STEPS = np.uint8(0xF0)  # few colours, so that a terminal has few changes to draw

_FINEST_LINE = 120
"""Rows of pixels for each pixel of an outline's width."""

_MOST_STYLES = 2048
"""Cached at once: some pictures' worth. Each takes the better part of a kilobyte."""


def whole(pixels: Pixels, wide: int, high: int, outlines: Sequence[Corners] = ()) -> Pixels:
    """Shrink a picture to fit into `wide` x `high`, in its own proportions; returns RGB.

    The height is even, so that it makes whole rows of half blocks.

    Args:
        pixels: rows x columns x 3 in blue, green, red, or rows x columns in grey.
        wide: the most columns.
        high: the most rows.
        outlines: corners of codes in the picture, to be drawn around.
    """
    down, across = pixels.shape[:2]
    scale = min(wide / across, high / down)
    size = max(1, int(across * scale)), max(2, int(down * scale) // 2 * 2)
    small = _shrunk(pixels, size)
    if outlines:
        import cv2

        for corners in outlines:
            at = np.array(corners) * (size[0] / across, size[1] / down)
            cv2.polylines(small, [at.astype(np.int32)], True, OUTLINE, max(1, high // _FINEST_LINE))
    return small


def middle(pixels: Pixels, wide: int, high: int) -> Pixels:
    """Cut the middle out in the shape `wide` x `high` and shrink it to that; returns RGB."""
    height, width = pixels.shape[:2]
    part = min(width / wide, height / high)
    across, down = max(1, round(part * wide)), max(1, round(part * high))
    left, top = (width - across) // 2, (height - down) // 2
    return _shrunk(pixels[top : top + down, left : left + across], (wide, high))


def half_blocks(small: Pixels, columns: int) -> list[Strip]:
    """Draw two rows of pixels as one of cells, in the middle of `columns`."""
    _forget_old_styles()
    rows = (small & _STEPS).tolist()
    return [
        _placed(
            [
                Segment(_UPPER * len(list(run)), _style(tuple(up), tuple(low)))
                for (up, low), run in groupby(zip(upper, lower, strict=True))
            ],
            len(upper),
            columns,
        )
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]


def letters(small: Pixels, columns: int) -> list[Strip]:
    """Draw two rows of pixels as one of ASCII letters, the lighter the fuller."""
    light = (small & _STEPS).max(axis=2).reshape(len(small) // 2, 2, -1).max(axis=1)
    return [
        _placed(
            [Segment("".join(_RAMP[each * len(_RAMP) >> 8] for each in row), _PLAIN)],
            len(row),
            columns,
        )
        for row in light.tolist()
    ]


def _shrunk(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    import cv2

    small = cv2.resize(np.ascontiguousarray(pixels), size, interpolation=cv2.INTER_AREA)
    code = cv2.COLOR_BGR2RGB if small.ndim > 2 else cv2.COLOR_GRAY2RGB  # noqa: PLR2004 - colour
    return np.asarray(cv2.cvtColor(small, code), np.uint8)


def _placed(segments: list[Segment], across: int, columns: int) -> Strip:
    left = (columns - across) // 2
    before, after = (Segment(" " * room, _BLACK) for room in (left, columns - across - left))
    return Strip([before, *segments, after], columns)


def _forget_old_styles() -> None:
    """Keep Textual from holding 16,384 styles of pictures that are long gone."""
    if Strip.render_ansi.cache_info().currsize > _MOST_STYLES:
        Strip.render_ansi.cache_clear()


@lru_cache(maxsize=_MOST_STYLES)
def _style(upper: tuple[int, int, int], lower: tuple[int, int, int]) -> Style:
    return Style.from_color(_colour(upper), _colour(lower))


@lru_cache(maxsize=_MOST_STYLES)
def _colour(rgb: tuple[int, int, int]) -> Color:
    return Color.from_rgb(*rgb)
