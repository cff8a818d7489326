"""Where an alignment pattern is, near where a code's grid foretells it (ISO/IEC 18004, 6.3.6)."""

import cv2
import numpy as np

from scanner.qr.frame import Pixels

PITCH = 5
"""Pixels that a module is drawn with while a grid is followed."""

SEARCH = 3
"""Modules that it may be off, each way."""

ALIKE = 0.55
"""How well what is seen must go with the pattern, of 1: some 20 of its 25 modules."""

_SIDE = 5
_SOFT = 1.2
"""Pixels that the drawn pattern is blurred by, as a lens does."""


def pattern_off(drawn: Pixels, row: int, column: int, *, light: bool) -> tuple[float, float] | None:
    """Return how many modules it is off, across and down; nothing where none is seen.

    Args:
        drawn: the code in `PITCH` pixels a module.
        row, column: the module in which its middle should be, counted from the picture's edges.
        light: whether the code is inverted.
    """
    first, size = _SIDE // 2 + SEARCH, (_SIDE + 2 * SEARCH) * PITCH
    top, left = (row - first) * PITCH, (column - first) * PITCH
    window = drawn[top : top + size, left : left + size]
    alike = np.asarray(cv2.matchTemplate(window, _PATTERNS[light], cv2.TM_CCOEFF_NORMED))
    _, most, _, (x, y) = cv2.minMaxLoc(alike)
    return (x / PITCH - SEARCH, y / PITCH - SEARCH) if most >= ALIKE else None


def _pattern(*, light: bool) -> Pixels:
    away = np.abs(np.arange(_SIDE) - _SIDE // 2)
    ring = np.maximum(away[:, None], away[None, :])
    modules = np.where((ring == 1) != light, 255, 0).astype(np.uint8)
    large = modules.repeat(PITCH, 0).repeat(PITCH, 1)
    return np.asarray(cv2.GaussianBlur(large, (0, 0), _SOFT), np.uint8)


_PATTERNS = (_pattern(light=False), _pattern(light=True))
