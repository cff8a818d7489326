"""Whether a part of a picture has a code's finder patterns: squares whose every middle line runs
dark, light, dark, light, dark in the proportions 1:1:3:1:1 (ISO/IEC 18004, 6.3.3).

Quicker and more forgiving than a reader: it only says whether harder work may pay.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.frame import Pixels

Points = NDArray[np.float64]
"""One a row: x, y and a module's length."""

LONGEST = 360
"""Pixels of the side to which a part is shrunk before it is looked at."""

_LINES = 2
"""Every second row and column is looked at."""

_WINDOW, _SOFT = 41, 3
_SLACK = 0.55
"""How far each run may be from its share, in modules: blur and glare eat into them."""

_STRETCH = 2.5
"""How many times longer a module may be one way than the other: a tilt of 66 degrees."""

_SMALLEST_MODULE = 1.0
_LARGEST_MODULE = 24.0

ALIKE = 1.6
"""How many times larger one pattern of a code may look than another: it is tilted."""

APART = (8.0, 60.0)
"""Modules between two patterns of a code: 14 in the smallest (version 1), seen at a slant; 60 in
one of version 12, more than any ticket needs.
"""

MOST = 12
"""With more, it is a page of text or a pattern on cloth, or else a code of many modules."""


@dataclass(frozen=True, slots=True)
class Finder:
    """Where a finder pattern's middle is, and the length of a module; in pixels of the part."""

    x: float
    y: float
    module: float


def has_finders(part: Pixels) -> bool | None:
    """Tell whether two finder patterns lie in the part as those of one code do.

    The third is often what a thumb or a lamp hides. Nothing where so many seem to be there that
    only a closer look can tell.
    """
    patterns = finders(part)
    pairs = ((a, b) for number, a in enumerate(patterns) for b in patterns[:number])
    return None if len(patterns) > MOST else any(_belong_together(a, b) for a, b in pairs)


def finders(part: Pixels) -> list[Finder]:
    """Return the finder patterns, dark on light or light on dark; the part may be shrunk first."""
    scale = LONGEST / max(part.shape)
    if scale < 1:
        part = np.asarray(cv2.resize(part, None, fx=scale, fy=scale), np.uint8)
    rows, _ = crossing_lines(parted(part))
    back = 1 / min(scale, 1.0)
    return [Finder(x * back, y * back, module * back) for x, y, module in _places(rows)]


def parted(part: Pixels, window: int = _WINDOW, soft: int = _SOFT) -> Pixels:
    """Part light, 1, from dark, 0, by the mean within so many pixels, an odd number.

    Before, so many are evened out.
    """
    mean, binary = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY
    light = cv2.adaptiveThreshold(cv2.blur(part, (soft, soft)), 1, mean, binary, window, 0)
    return np.asarray(light, np.uint8)


def crossing_lines(light: Pixels) -> tuple[Points, Points]:
    """Return the rows and the columns that run as through a pattern's middle, where they cross."""
    rows = _middles(np.asarray(light[::_LINES], np.uint8))
    columns = _middles(np.asarray(light[:, ::_LINES].T, np.uint8))
    rows[:, 1] *= _LINES
    columns[:, 1] *= _LINES
    columns = columns[:, [1, 0, 2]]
    if not len(rows) or not len(columns):
        return rows[:0], columns[:0]
    (x, y, wide), (u, v, tall) = rows.T.astype(np.float32), columns.T.astype(np.float32)
    module = np.minimum(wide[:, None], tall)
    alike = np.maximum(wide[:, None], tall) < _STRETCH * module
    module *= 1.5
    met = alike & (np.abs(x[:, None] - u) <= module) & (np.abs(y[:, None] - v) <= module)
    return rows[met.any(axis=1)], columns[met.any(axis=0)]


def _belong_together(one: Finder, other: Finder) -> bool:
    small, large = sorted((one.module, other.module))
    apart = math.hypot(one.x - other.x, one.y - other.y) / ((small + large) / 2)
    return large <= ALIKE * small and APART[0] < apart < APART[1]


def _middles(lines: Pixels) -> Points:
    """Return where lines run 1:1:3:1:1: along the line, which line, and a module's length."""
    ends = np.empty(lines.shape, bool)
    ends[:, -1] = True
    np.not_equal(lines[:, 1:], lines[:, :-1], out=ends[:, :-1])
    stops = np.flatnonzero(ends.ravel()) + 1
    if len(stops) < 6:  # noqa: PLR2004 - five runs and where the first begins
        return np.empty((0, 3))
    runs = np.diff(stops)
    before, wide, after = runs[1:-3], runs[2:-2], runs[3:-1]
    # Most runs are not the widest of five: what costs more is asked of few.
    first = np.flatnonzero(
        (wide > before) & (wide > after) & (wide > runs[:-4]) & (wide > runs[4:])
    )
    five = runs[first[:, None] + np.arange(5)]
    module = five.sum(axis=1) / 7
    off = np.abs(five / module[:, None] - (1, 1, 3, 1, 1)).max(axis=1)
    size = (module >= _SMALLEST_MODULE) & (module <= _LARGEST_MODULE)
    width = lines.shape[1]
    begins, last = stops[first], stops[first + 5] - 1
    good = np.flatnonzero((off < _SLACK) & size & (begins // width == last // width))
    middle = (begins[good] + last[good] + 1) / 2
    line = begins[good] // width
    return np.column_stack([middle - line * width, line.astype(np.float64), module[good]])


def _places(hits: Points) -> list[tuple[float, float, float]]:
    """Return the places of rows that cross columns; near ones are the same."""
    places: list[tuple[float, float, float]] = []
    for x, y, size in hits.tolist():
        near = (max(abs(x - u), abs(y - v)) <= 3.5 * min(size, w) for u, v, w in places)
        if not any(near):
            places.append((x, y, size))
            if len(places) > MOST:
                break
    return [_middle(place, hits) for place in places]


def _middle(place: tuple[float, float, float], hits: Points) -> tuple[float, float, float]:
    """Return the middle of all rows that met the same pattern."""
    x, y, size = place
    same = np.abs(hits[:, :2] - (x, y)).max(axis=1) <= 3.5 * size
    u, v, w = hits[same].mean(axis=0).tolist()
    return u, v, w
