"""Draws a code anew, flat and clean, from a picture in which it is bent, slanted or blurred.

A reader lays a straight grid over a code and parts light from dark. Where the paper is bent, the
grid misses the modules, however sharp they are. Here the grid is followed over the bends, and what
is found of each module is drawn; the function patterns, which are known, as they should be. What
the code says is still for a reader to tell, and for the code's own error correction.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.capture.equaliser import modules_of
from scanner.capture.frame import Pixels
from scanner.capture.lattice import Matrix, begun, followed
from scanner.capture.rings import rings
from scanner.capture.symbol import known_modules
from scanner.capture.three import three

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


def redrawn(part: Pixels) -> tuple[Pixels, Matrix] | None:
    """Return the code of the part, drawn anew, and the 2 x 3 way back from its points.

    The way back leaves out the bends. Nothing where no three finder patterns are a code's.
    """
    found = three(rings(part))
    if found is None:
        return None
    best, most = None, FITS
    for apart in found.nearest(SIZES):
        grid = followed(part, begun(part, found, apart))
        values, fit = modules_of(part, grid)
        if fit > most:
            best, most = (_drawn(values < 0), grid.back @ _TO_MODULES), fit
        if fit > SURELY:
            break
    return best


def _drawn(dark: NDArray[np.bool_]) -> Pixels:
    known = known_modules(len(dark))
    light = np.where(known >= 0, known == 0, ~dark).astype(np.uint8) * 255
    whole = cv2.copyMakeBorder(light, *(QUIET,) * 4, cv2.BORDER_CONSTANT, value=255)
    large = cv2.resize(whole, None, fx=MODULE, fy=MODULE, interpolation=cv2.INTER_NEAREST)
    return np.asarray(large, np.uint8)
