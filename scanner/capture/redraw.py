"""Draws a code anew, flat and clean, from a picture in which it is bent, slanted or blurred.

A reader lays a straight grid over a code and parts light from dark. Where the paper is bent, the
grid misses the modules, however sharp they are. Here the grid is followed over the bends, and what
is found of each module is drawn; the function patterns, which are known, as they should be. What
the code says is still for a reader to tell, and for the code's own error correction.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.capture.anchors import (
    LOWER_LEFT,
    UPPER_LEFT,
    UPPER_RIGHT,
    Anchors,
    three,
    two,
)
from scanner.capture.equaliser import modules_of
from scanner.capture.frame import Pixels
from scanner.capture.lattice import Lattice, Matrix, begun, followed
from scanner.capture.rings import WINDOWS, Ring, distinct, rings
from scanner.capture.symbol import PATTERN, known_modules, without_pattern

MODULE = 3
"""Pixels that a module is drawn with."""

QUIET = 4
"""Modules of quiet zone (ISO/IEC 18004, 6.3.8)."""

_TO_MODULES = np.array([[1 / MODULE, 0, -QUIET], [0, 1 / MODULE, -QUIET], [0, 0, 1]])

SIZES = 2
"""Sizes that a code may have by what its finder patterns show: they tell it to a tenth or so."""

FITS, SURELY = 0.75, 0.9
"""The share of the function patterns' modules that must be as they should: less is no code. With
more, there is no need to look for another size.
"""


STANDS: dict[tuple[tuple[int, int], ...], tuple[tuple[tuple[int, int], int], ...]] = {
    (UPPER_LEFT, UPPER_RIGHT): ((LOWER_LEFT, 0), (UPPER_RIGHT, 1)),
    (UPPER_RIGHT, LOWER_LEFT): ((UPPER_LEFT, 0), (UPPER_LEFT, 2)),
}
"""How a code may stand of which two patterns are seen there: the one that can't be seen, and the
quarter turns, against the clock, that set it upright.
"""

Drawn = tuple[Pixels, Matrix]


def redrawn(part: Pixels) -> Drawn | None:
    """Return the code of the part, drawn anew, and the 2 x 3 way back from its points.

    The way back leaves out the bends. Nothing where no finder patterns are a code's.
    """
    found: list[Ring] = []
    for window in WINDOWS:
        found = distinct([*found, *rings(part, window)])
        if whole := three(found):
            return _by_three(part, whole) or _by_two(part, two(found))
    return _by_two(part, two(found))


def _by_three(part: Pixels, found: Anchors) -> Drawn | None:
    best, most = None, FITS
    for apart in found.nearest(SIZES):
        grid = followed(part, begun(part, found, apart))
        values, fit = modules_of(part, grid)
        if fit > most:
            best, most = _drawn(values < 0, grid), fit
        if fit > SURELY:
            break
    return best


def _by_two(part: Pixels, sides: list[Anchors]) -> Drawn | None:
    """Draw a code whose third finder pattern can't be seen, on the side that has more edges.

    How it stands is told by what fits.
    """
    grids = [begun(part, side, side.nearest(1)[0]) for side in sides]
    if not grids:
        return None
    grid = followed(part, max(grids, key=lambda each: _edges(part, each)))
    best, most = None, FITS
    for hidden, turns in STANDS[grid.corners]:
        known = np.rot90(without_pattern(grid.side, *hidden), -turns)
        values, fit = modules_of(part, grid, known)
        if fit > most:
            best, most = _drawn(np.rot90(values, turns) < 0, grid), fit
    return best


def _edges(part: Pixels, grid: Lattice) -> float:
    """Return how many edges the code's place has, where it is not known to have some."""
    drawn = grid.drawn(part, 2)[2 * PATTERN :]
    return float(np.abs(np.asarray(cv2.Laplacian(drawn, cv2.CV_16S))).mean())


def _drawn(dark: NDArray[np.bool_], grid: Lattice) -> Drawn:
    known = known_modules(len(dark))
    light = np.where(known >= 0, known == 0, ~dark).astype(np.uint8) * 255
    whole = cv2.copyMakeBorder(light, *(QUIET,) * 4, cv2.BORDER_CONSTANT, value=255)
    large = cv2.resize(whole, None, fx=MODULE, fy=MODULE, interpolation=cv2.INTER_NEAREST)
    return np.asarray(large, np.uint8), grid.back @ _TO_MODULES
