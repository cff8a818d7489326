"""A fast scan for finder patterns along rows and columns.

Every line through the centre of a finder pattern is dark, light, dark, light, dark in the
proportions 1:1:3:1:1 (ISO/IEC 18004, 6.3.3). The scan is quicker and more tolerant than a reader:
it only decides whether a thorough search may pay.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.frame import Pixels

Crossings = NDArray[np.float64]
"""One candidate per row: x, y and the size of a module, in pixels."""

LONGEST = 360
"""Pixels of the longer side to which a picture is reduced."""

_LINE_STEP = 2
"""Every second row and column is scanned."""

_WINDOW, _SMOOTHING = 41, 3
_TOLERANCE = 0.55
"""How far a run may differ from its nominal length, in modules: blur and glare shorten it."""

_MAX_STRETCH = 2.5
"""The largest ratio of a module's width to its height, or back: a tilt of 66 degrees."""

_MIN_MODULE = 1.0
_MAX_MODULE = 24.0

MAX_SIZE_RATIO = 1.6
"""The largest ratio of the module sizes at two finder patterns of one tilted symbol."""

SPACING = (8.0, 60.0)
"""Modules between two finder patterns of one symbol: 14 in version 1, less when tilted; 60 in
version 12, which is more than a ticket needs.
"""

MOST = 12
"""More candidates than this are a page of text or a cloth, or else a symbol of many modules."""


@dataclass(frozen=True, slots=True)
class FinderCandidate:
    """A possible finder pattern.

    Attributes:
        x: the centre's distance from the left edge, in pixels.
        y: the centre's distance from the top, in pixels.
        module: the size of a module, in pixels.
    """

    x: float
    y: float
    module: float


def has_finder_patterns(picture: Pixels) -> bool | None:
    """Return whether two finder patterns have the sizes and the distance of one symbol's.

    Two are enough: a thumb or a reflection often hides the third.

    Returns:
        None where there are too many candidates to decide.
    """
    patterns = scan_finder_patterns(picture)
    pairs = ((a, b) for number, a in enumerate(patterns) for b in patterns[:number])
    return None if len(patterns) > MOST else any(_is_pair(a, b) for a, b in pairs)


def scan_finder_patterns(picture: Pixels) -> list[FinderCandidate]:
    """Return the candidates, dark on light or light on dark; a large picture is reduced first."""
    scale = LONGEST / max(picture.shape)
    if scale < 1:
        picture = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale), np.uint8)
    rows, _ = scan_crossings(binarize(picture))
    back = 1 / min(scale, 1.0)
    return [FinderCandidate(x * back, y * back, module * back) for x, y, module in _clusters(rows)]


def binarize(grey: Pixels, window: int = _WINDOW, smoothing: int = _SMOOTHING) -> Pixels:
    """Apply a local adaptive threshold: the mean of the neighbourhood.

    Args:
        grey: rows x columns.
        window: pixels of the neighbourhood's side, an odd number.
        smoothing: pixels of the box filter that is applied before.

    Returns:
        Rows x columns: 1 light, 0 dark.
    """
    mean, binary = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY
    soft = cv2.blur(grey, (smoothing, smoothing))
    return np.asarray(cv2.adaptiveThreshold(soft, 1, mean, binary, window, 0), np.uint8)


def scan_crossings(light: Pixels) -> tuple[Crossings, Crossings]:
    """Scan a binarized picture for 1:1:3:1:1 in rows that cross such columns, and the reverse."""
    rows = _scan_lines(np.asarray(light[::_LINE_STEP], np.uint8))
    columns = _scan_lines(np.asarray(light[:, ::_LINE_STEP].T, np.uint8))
    rows[:, 1] *= _LINE_STEP
    columns[:, 1] *= _LINE_STEP
    columns = columns[:, [1, 0, 2]]
    if not len(rows) or not len(columns):
        return rows[:0], columns[:0]
    (x, y, wide), (u, v, tall) = rows.T.astype(np.float32), columns.T.astype(np.float32)
    module = np.minimum(wide[:, None], tall)
    similar = np.maximum(wide[:, None], tall) < _MAX_STRETCH * module
    module *= 1.5
    met = similar & (np.abs(x[:, None] - u) <= module) & (np.abs(y[:, None] - v) <= module)
    return rows[met.any(axis=1)], columns[met.any(axis=0)]


def _is_pair(one: FinderCandidate, other: FinderCandidate) -> bool:
    small, large = sorted((one.module, other.module))
    spacing = math.hypot(one.x - other.x, one.y - other.y) / ((small + large) / 2)
    return large <= MAX_SIZE_RATIO * small and SPACING[0] < spacing < SPACING[1]


def _scan_lines(lines: Pixels) -> Crossings:
    """Return where run lengths are 1:1:3:1:1: position in the line, line number, module size."""
    ends = np.empty(lines.shape, bool)
    ends[:, -1] = True
    np.not_equal(lines[:, 1:], lines[:, :-1], out=ends[:, :-1])
    stops = np.flatnonzero(ends.ravel()) + 1
    if len(stops) < 6:  # noqa: PLR2004 - five runs and the start of the first
        return np.empty((0, 3))
    runs = np.diff(stops)
    before, wide, after = runs[1:-3], runs[2:-2], runs[3:-1]
    # Most runs are not the longest of five: the costlier tests see few.
    first = np.flatnonzero(
        (wide > before) & (wide > after) & (wide > runs[:-4]) & (wide > runs[4:])
    )
    five = runs[first[:, None] + np.arange(5)]
    module = five.sum(axis=1) / 7
    error = np.abs(five / module[:, None] - (1, 1, 3, 1, 1)).max(axis=1)
    size = (module >= _MIN_MODULE) & (module <= _MAX_MODULE)
    width = lines.shape[1]
    begins, last = stops[first], stops[first + 5] - 1
    good = np.flatnonzero((error < _TOLERANCE) & size & (begins // width == last // width))
    middle = (begins[good] + last[good] + 1) / 2
    line = begins[good] // width
    return np.column_stack([middle - line * width, line.astype(np.float64), module[good]])


def _clusters(rows: Crossings) -> list[tuple[float, float, float]]:
    """Merge the rows that cross the same pattern; return x, y and module of each."""
    clusters: list[tuple[float, float, float]] = []
    for x, y, size in rows.tolist():
        near = (max(abs(x - u), abs(y - v)) <= 3.5 * min(size, w) for u, v, w in clusters)
        if not any(near):
            clusters.append((x, y, size))
            if len(clusters) > MOST:
                break
    return [_centroid(cluster, rows) for cluster in clusters]


def _centroid(cluster: tuple[float, float, float], rows: Crossings) -> tuple[float, float, float]:
    x, y, size = cluster
    same = np.abs(rows[:, :2] - (x, y)).max(axis=1) <= 3.5 * size
    u, v, w = rows[same].mean(axis=0).tolist()
    return u, v, w
