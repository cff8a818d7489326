"""Which three finder patterns are one code's, and which of them is its corner.

Everything is compared in modules as the patterns themselves show them along the line from one to
the other, so that a tilt or a bend changes little.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scanner.capture.rings import Ring

APARTS = tuple(4 * version + 10 for version in range(1, 41))
"""Modules between the middles of two finder patterns, by version (ISO/IEC 18004)."""

UNLIKE = 2.2
"""How many times longer a module may be at one pattern than at another: what is tilted is farther
away.
"""

SLANT = 0.3
"""The least sine between a code's arms: less is seen too flat to be read."""

ODDEST = 2.0
"""Three that are less like a code's than this are none."""

_SOME = 8.0
"""Modules apart, at least: less than any two patterns, however they were measured."""

_UNKNOWN = 0.3
"""What counts for a diagonal of which nothing was met."""

_EDGES_NEEDED = 6
_NEAR_CORNER = 0.9
_OFF = 0.35
"""Modules: an edge farther from its place than this counts for less."""

_SOFT = np.diag([1e-6, 1e-6, 1e-3])

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Three:
    """A code's finder patterns: the corner, the one right of it, the one below; and how many
    modules seem to be between their middles.
    """

    corner: Ring
    right: Ring
    below: Ring
    apart: float

    @property
    def rings(self) -> tuple[Ring, Ring, Ring]:
        """All of them, the corner first."""
        return self.corner, self.right, self.below

    def nearest(self, most: int) -> list[int]:
        """Return so many distances that a code can have, the likeliest first; in modules."""
        return sorted(APARTS, key=lambda modules: abs(modules - self.apart))[:most]


def three(found: list[Ring]) -> Three | None:
    """Return the three that are most like a code's."""
    arms = {pair: _arm(*pair) for pair in itertools.permutations(found, 2)}
    best, least = None, ODDEST
    for corner in found:
        others = [each for each in found if each is not corner and each.light == corner.light]
        for one, other in itertools.combinations(others, 2):
            off = _oddness(arms[corner, one], arms[corner, other])
            off += 0.7 * sum(1 - each.clear for each in (corner, one, other))
            if off < least:
                first, second = (one, other) if _clockwise(corner, one, other) else (other, one)
                apart = (arms[corner, one].modules + arms[corner, other].modules) / 2
                best, least = Three(corner, first, second, apart), off
    return best


@dataclass(frozen=True, slots=True)
class _Arm:
    """From one pattern to another: pixels across and down, a module's pixels at either end."""

    start: Ring
    across: float
    down: float
    here: float
    there: float

    @property
    def modules(self) -> float:
        return math.hypot(self.across, self.down) / ((self.here + self.there) / 2)

    @property
    def module(self) -> Vector:
        """One module along it, at its start."""
        return np.array([self.across, self.down]) * self.here / math.hypot(self.across, self.down)


def _arm(start: Ring, end: Ring) -> _Arm:
    across, down = end.x - start.x, end.y - start.y
    here, there = (each.module(across, down) for each in (start, end))
    return _Arm(start, across, down, here, there)


def _oddness(one: _Arm, other: _Arm) -> float:
    """Return how far two arms from one corner are from a code's; infinite where they can't be."""
    unlike = math.prod(max(arm.here / arm.there, arm.there / arm.here) for arm in (one, other))
    few = min(one.modules, other.modules)
    cross = one.across * other.down - one.down * other.across
    sine = abs(cross) / (math.hypot(one.across, one.down) * math.hypot(other.across, other.down))
    # What is unknown compares as false.
    if not (few > _SOME and unlike < UNLIKE**2 and sine > SLANT):
        return math.inf
    uneven = abs(math.log(one.modules / other.modules))
    return 1.5 * uneven + 0.35 * math.log(unlike) + 0.5 * (1 - sine) + _skew(one, other)


def _skew(one: _Arm, other: _Arm) -> float:
    """Return how far the corner's diagonals are from what its arms make them."""
    off = 0.0
    for diagonal in (one.module + other.module, one.module - other.module):
        x, y = diagonal.tolist()
        ratio = one.start.module(x, y) / math.hypot(x, y)
        off += _UNKNOWN if math.isnan(ratio) else abs(math.log(ratio))
    return off


def _clockwise(corner: Ring, one: Ring, other: Ring) -> bool:
    """Tell whether turning right, as it is seen, leads from the one arm to the other."""
    return (one.x - corner.x) * (other.y - corner.y) > (one.y - corner.y) * (other.x - corner.x)


def grid_at(ring: Ring, across: Vector, down: Vector) -> NDArray[np.float64]:
    """Return how a pattern's grid lies: 2 x 3, from modules to pixels, both from its middle.

    The sides of its squares are fitted to the edges that were met.

    Args:
        ring: the pattern.
        across, down: a first guess at one module each way, in pixels.
    """
    grid = np.linalg.inv(np.array([[*across, 0], [*down, 0], [0, 0, 1.0]]).T)[:2]
    places = np.column_stack([ring.edges[:, :2], np.ones(len(ring.edges))])
    modules = ring.edges[:, 2]
    for _ in range(2):
        seen = places @ grid.T
        flat = np.abs(seen)
        # Near a square's corner either side may have been met.
        sides = (flat > flat[:, ::-1] / _NEAR_CORNER) & (
            flat[:, ::-1] < _NEAR_CORNER * modules[:, None]
        )
        for axis in (0, 1):
            mine = sides[:, axis]
            if np.count_nonzero(mine) < _EDGES_NEEDED:
                continue
            wanted = np.copysign(modules[mine], seen[mine, axis])
            weight = 1 / (1 + np.square((seen[mine, axis] - wanted) / _OFF))
            heavy = places[mine].T * weight
            grid[axis] = np.linalg.solve(heavy @ places[mine] + _SOFT, heavy @ wanted)
    return np.linalg.inv(np.vstack([grid, (0.0, 0.0, 1.0)]))[:2]
