"""The function patterns of a symbol: modules that don't depend on its content.

ISO/IEC 18004, 6.3: finder patterns with separators, timing patterns, alignment patterns. Pure.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Modules = NDArray[np.int8]
"""Rows x columns: 1 dark, 0 light, -1 unknown."""

FINDER_SIDE = 7
"""Modules of a finder pattern's side."""

_TIMING = 6
"""The row and the column of the timing patterns."""

_IRREGULAR_VERSION, _IRREGULAR_STEP = 32, 26
"""The one version whose alignment patterns don't follow the spacing rule of the others."""


@cache
def function_patterns(side: int) -> Modules:
    """Return the function patterns of a symbol; all other modules are unknown. Read-only.

    Args:
        side: modules of the symbol's side.
    """
    modules = np.full((side, side), -1, np.int8)
    modules[_TIMING, :] = modules[:, _TIMING] = (np.arange(side) % 2 == 0).astype(np.int8)
    for row, column in alignment_centres(side):
        modules[row - 2 : row + 3, column - 2 : column + 3] = _nested_squares(5)
    corner = np.pad(_nested_squares(FINDER_SIDE), ((0, 1), (0, 1)))
    modules[: FINDER_SIDE + 1, : FINDER_SIDE + 1] = corner
    modules[: FINDER_SIDE + 1, -FINDER_SIDE - 1 :] = corner[:, ::-1]
    modules[-FINDER_SIDE - 1 :, : FINDER_SIDE + 1] = corner[::-1]
    modules[side - FINDER_SIDE - 1, FINDER_SIDE + 1] = 1
    modules.setflags(write=False)
    return modules


def without_finder_pattern(side: int, right: int, below: int) -> Modules:
    """Return the function patterns with the modules of one finder pattern unknown.

    Args:
        side: modules of the symbol's side.
        right: 1 for the pattern on the right, else 0.
        below: 1 for the pattern at the bottom, else 0.
    """
    modules = function_patterns(side).copy()
    reach = FINDER_SIDE + 1
    rows = slice(-reach, None) if below else slice(reach)
    columns = slice(-reach, None) if right else slice(reach)
    modules[rows, columns] = -1
    return modules


@cache
def alignment_centres(side: int) -> tuple[tuple[int, int], ...]:
    """Return the row and the column of each alignment pattern's centre."""
    coordinates = _alignment_coordinates(side)
    return tuple(
        (row, column)
        for row in coordinates
        for column in coordinates
        if not _in_finder_corner(row, column, side)
    )


def _alignment_coordinates(side: int) -> list[int]:
    """Return the rows, and columns, of the alignment patterns' centres (ISO/IEC 18004, Annex E)."""
    version = (side - 17) // 4
    if version == 1:
        return []
    steps = version // 7 + 1
    step = -(-(side - 13) // (2 * steps)) * 2
    if version == _IRREGULAR_VERSION:
        step = _IRREGULAR_STEP
    return [_TIMING, *(side - 7 - step * number for number in reversed(range(steps)))]


def _in_finder_corner(row: int, column: int, side: int) -> bool:
    near, far = FINDER_SIDE + 1, side - FINDER_SIDE - 2
    return (row < near and (column < near or column > far)) or (row > far and column < near)


def _nested_squares(side: int) -> Modules:
    """Draw nested squares: dark, light, and a dark centre."""
    distance = np.abs(np.arange(side) - side // 2)
    ring = np.maximum(distance[:, None], distance[None, :])
    return np.asarray(ring != side // 2 - 1, np.int8)
