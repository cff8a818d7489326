"""The modules of a code that are the same whatever it says (ISO/IEC 18004, 6.3). Pure."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Modules = NDArray[np.int8]
"""Rows x columns: 1 dark, 0 light, -1 not known."""

PATTERN = 7
"""Modules of a finder pattern's side."""

_TIMING = 6
"""The row and the column in which dark and light take turns."""

_WIDEST_STEP_VERSION, _WIDEST_STEP = 32, 26
"""The one version whose alignment patterns are not spaced by the rule of the others."""


@cache
def known_modules(side: int) -> Modules:
    """Return what is known of a symbol of so many modules: all its function patterns."""
    known = np.full((side, side), -1, np.int8)
    known[_TIMING, :] = known[:, _TIMING] = (np.arange(side) % 2 == 0).astype(np.int8)
    for row, column in alignment_patterns(side):
        known[row - 2 : row + 3, column - 2 : column + 3] = _square(5)
    corner = np.pad(_square(PATTERN), ((0, 1), (0, 1)))
    known[: PATTERN + 1, : PATTERN + 1] = corner
    known[: PATTERN + 1, -PATTERN - 1 :] = corner[:, ::-1]
    known[-PATTERN - 1 :, : PATTERN + 1] = corner[::-1]
    known[side - PATTERN - 1, PATTERN + 1] = 1
    known.setflags(write=False)
    return known


def without_pattern(side: int, right: int, below: int) -> Modules:
    """Return what is known of a symbol one of whose finder patterns can't be seen.

    Args:
        side: its modules.
        right, below: 1 where that pattern is on the right, and where it is below; else 0.
    """
    known = known_modules(side).copy()
    reach = PATTERN + 1
    rows = slice(-reach, None) if below else slice(reach)
    columns = slice(-reach, None) if right else slice(reach)
    known[rows, columns] = -1
    return known


@cache
def alignment_patterns(side: int) -> tuple[tuple[int, int], ...]:
    """Return the row and the column of each alignment pattern's middle."""
    places = alignment_places(side)
    return tuple(
        (row, column) for row in places for column in places if not _in_corner(row, column, side)
    )


def alignment_places(side: int) -> list[int]:
    """Return the rows, and columns, in which the middles of alignment patterns lie."""
    version = (side - 17) // 4
    if version == 1:
        return []
    steps = version // 7 + 1
    step = -(-(side - 13) // (2 * steps)) * 2
    if version == _WIDEST_STEP_VERSION:
        step = _WIDEST_STEP
    return [_TIMING, *(side - 7 - step * number for number in reversed(range(steps)))]


def _in_corner(row: int, column: int, side: int) -> bool:
    """Tell whether a finder pattern is there."""
    near, far = PATTERN + 1, side - PATTERN - 2
    return (row < near and (column < near or column > far)) or (row > far and column < near)


def _square(side: int) -> Modules:
    """Draw squares in one another: dark, light, and a dark middle."""
    away = np.abs(np.arange(side) - side // 2)
    ring = np.maximum(away[:, None], away[None, :])
    return np.asarray(ring != side // 2 - 1, np.int8)
