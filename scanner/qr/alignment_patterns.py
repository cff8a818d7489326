"""Locates an alignment pattern near its expected position (ISO/IEC 18004, 6.3.6).

The method is template matching by normalized cross-correlation.
"""

import cv2
import numpy as np

from scanner.qr.frame import Pixels

PITCH = 5
"""Pixels per module of the rectified symbol that is searched."""

SEARCH = 3
"""Modules that are searched in each direction."""

MIN_CORRELATION = 0.55
"""The correlation from which a match counts: about 20 of the pattern's 25 modules agree."""

_SIDE = 5
_BLUR = 1.2
"""Pixels: the sigma that the template is blurred with, as a lens does."""


def alignment_pattern_offset(
    rectified: Pixels, row: int, column: int, *, inverted: bool
) -> tuple[float, float] | None:
    """Return how far an alignment pattern is from its expected position.

    Args:
        rectified: the symbol with `PITCH` pixels per module; grey.
        row: the expected row of the pattern's centre, in modules from the picture's edge.
        column: the expected column.
        inverted: whether the symbol is light on dark.

    Returns:
        Modules to the right and down; None where no pattern is found.
    """
    first, size = _SIDE // 2 + SEARCH, (_SIDE + 2 * SEARCH) * PITCH
    top, left = (row - first) * PITCH, (column - first) * PITCH
    window = rectified[top : top + size, left : left + size]
    scores = np.asarray(cv2.matchTemplate(window, _TEMPLATES[inverted], cv2.TM_CCOEFF_NORMED))
    _, best, _, (x, y) = cv2.minMaxLoc(scores)
    return (x / PITCH - SEARCH, y / PITCH - SEARCH) if best >= MIN_CORRELATION else None


def _template(*, inverted: bool) -> Pixels:
    distance = np.abs(np.arange(_SIDE) - _SIDE // 2)
    ring = np.maximum(distance[:, None], distance[None, :])
    modules = np.where((ring == 1) != inverted, 255, 0).astype(np.uint8)
    large = modules.repeat(PITCH, 0).repeat(PITCH, 1)
    return np.asarray(cv2.GaussianBlur(large, (0, 0), _BLUR), np.uint8)


_TEMPLATES = (_template(inverted=False), _template(inverted=True))
