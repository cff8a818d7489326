"""Which finder patterns are one code's, and which of them is its corner.

Everything is compared in modules as the patterns themselves show them along the line from one to
the other, so that a tilt or a bend changes little.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scanner.qr.algebra import least_squares
from scanner.qr.finder_patterns import Ring

APARTS = tuple(4 * version + 10 for version in range(1, 41))
"""Modules between the middles of two finder patterns, by version (ISO/IEC 18004)."""

UNLIKE = 2.2
"""How many times longer a module may be at one pattern than at another: what is tilted is farther
away.
"""

SLANT = 0.3
"""The least sine between a code's arms: less is seen too flat to be read."""

ODDEST, ODDEST_TWO = 1.75, 1.1
"""Three, or two, that are less like a code's than this are none."""

SURE = 0.08
"""The share of itself that what seems to be a code's size is off, at most."""

_SOME = 8.0
"""Modules apart, at least: less than any two patterns, however they were measured."""

_UNKNOWN = 0.3
"""What counts for a diagonal of which nothing was met."""

_SLANTED = 4.0
"""What it counts that two patterns are not in one row, by its sine."""

_EDGES_NEEDED = 6
_NEAR_CORNER = 0.9
_OFF = 0.35
"""Modules: an edge farther from its place than this counts for less."""

_SOFT = np.array([1e-6, 1e-6, 1e-3])

Vector = NDArray[np.float64]


UPPER_LEFT, UPPER_RIGHT, LOWER_LEFT = (0, 0), (1, 0), (0, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Anchors:
    """What is known of where a code is.

    Attributes:
        rings: its finder patterns, the upper left one first.
        corners: which ones they are: whether on the right, and whether below.
        across, down: about one module each way, in pixels.
        apart: how many modules seem to be between the patterns' middles.
    """

    rings: tuple[Ring, ...]
    corners: tuple[tuple[int, int], ...]
    across: Vector
    down: Vector
    apart: float

    @property
    def nearest(self) -> int:
        """The likeliest distance, in modules."""
        return min(APARTS, key=lambda modules: abs(modules - self.apart))

    def likeliest(self) -> list[int]:
        """Return the distances that a code can have by what is seen, the likeliest first."""
        near = (each for each in APARTS if abs(each - self.apart) < SURE * self.apart)
        by_chance = sorted(near, key=lambda modules: abs(modules - self.apart))
        return by_chance or [self.nearest]


def three(found: list[Ring]) -> Anchors | None:
    """Return the three patterns that are most like a code's."""
    arms = {pair: _arm(*pair) for pair in itertools.permutations(found, 2)}
    best, least = None, ODDEST
    for corner in found:
        others = [each for each in found if each is not corner and each.light == corner.light]
        for one, other in itertools.combinations(others, 2):
            off = _oddness(arms[corner, one], arms[corner, other])
            off += 0.7 * sum(1 - each.clear for each in (corner, one, other))
            if off < least:
                clockwise = _clockwise(corner, one, other)
                pair = (one, other) if clockwise else (other, one)
                best, least = (arms[corner, pair[0]], arms[corner, pair[1]]), off
    if best is None:
        return None
    right, below = best
    apart = (right.modules + below.modules) / 2
    corners = (UPPER_LEFT, UPPER_RIGHT, LOWER_LEFT)
    across, down = right.vector / apart, below.vector / apart
    return Anchors((right.start, right.end, below.end), corners, across, down, apart)


def two(found: list[Ring]) -> list[Anchors]:
    """Return what the two patterns that are most like one code's tell.

    Where they are neighbours, there is one answer for each side of the line between them: they are
    taken for the upper two, which they may not be. Where they lie across from each other, they are
    taken for the upper right one and the lower left one; the code may stand on its head.
    """
    best, least = None, ODDEST_TWO
    for one, other in itertools.combinations(found, 2):
        arm = _arm(one, other)
        at_least = _mismatch(arm) if one.light == other.light else math.inf
        for diagonal in (False, True):
            if at_least < least and (off := at_least + _slant(arm, diagonal=diagonal)) < least:
                best, least = (arm, diagonal), off
    if best is None:
        return []
    arm, diagonal = best
    if diagonal:
        return [_across_from(arm)]
    return [_upper(each) for each in (arm, _arm(arm.end, arm.start))]


@dataclass(frozen=True, slots=True)
class _Arm:
    """From one pattern to another, and a module's pixels at either end."""

    start: Ring
    end: Ring
    here: float
    there: float

    @property
    def across(self) -> float:
        return self.end.x - self.start.x

    @property
    def down(self) -> float:
        return self.end.y - self.start.y

    @property
    def vector(self) -> Vector:
        return np.array([self.across, self.down])

    @property
    def unlike(self) -> float:
        return max(self.here / self.there, self.there / self.here)

    @property
    def modules(self) -> float:
        return math.hypot(self.across, self.down) / ((self.here + self.there) / 2)

    @property
    def module(self) -> Vector:
        """One module along it, at its start."""
        return self.vector * self.here / math.hypot(self.across, self.down)


def _arm(start: Ring, end: Ring) -> _Arm:
    across, down = end.x - start.x, end.y - start.y
    here, there = (each.module(across, down) for each in (start, end))
    return _Arm(start, end, here, there)


def _oddness(one: _Arm, other: _Arm) -> float:
    """Return how far two arms from one corner are from a code's; infinite where they can't be."""
    unlike = one.unlike * other.unlike
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


def _mismatch(arm: _Arm) -> float:
    """Return how far two patterns are from being one code's, at least; infinite: they are not."""
    if not (arm.modules > _SOME and arm.unlike < UNLIKE):
        return math.inf
    return math.log(arm.unlike) + 0.7 * sum(1 - each.clear for each in (arm.start, arm.end))


def _slant(arm: _Arm, *, diagonal: bool) -> float:
    """Return how much farther their grids are from being one."""
    off = 0.0
    grids = _grids(arm, diagonal=diagonal)
    for (across, down), reach in zip(grids, (arm.here, arm.there), strict=True):
        x, y = down - across if diagonal else across
        cross = arm.across * y - arm.down * x
        off += _SLANTED * abs(cross) / (math.hypot(x, y) * math.hypot(arm.across, arm.down))
        off += abs(math.log(math.hypot(x, y) / reach))
        off += abs(math.log(math.hypot(*across) / math.hypot(*down))) / 2
    return off


def _upper(arm: _Arm) -> Anchors:
    """Take an arm for a code's upper one."""
    down = np.mean([down for _, down in _grids(arm, diagonal=False)], axis=0)
    corners = (UPPER_LEFT, UPPER_RIGHT)
    return Anchors((arm.start, arm.end), corners, arm.vector / arm.modules, down, arm.modules)


def _across_from(arm: _Arm) -> Anchors:
    """Take an arm for the one from a code's upper right to its lower left."""
    across, down = np.mean(_grids(arm, diagonal=True), axis=0)
    corners = (UPPER_RIGHT, LOWER_LEFT)
    return Anchors((arm.start, arm.end), corners, across, down, arm.modules)


def _grids(arm: _Arm, *, diagonal: bool) -> list[tuple[Vector, Vector]]:
    """Return one module across and one down, as each end's pattern shows it.

    Across is along the arm; or where that is a diagonal, down less across is.
    """
    x, y = arm.vector / math.hypot(arm.across, arm.down)
    if diagonal:
        x, y = (y - x) / math.sqrt(2), -(x + y) / math.sqrt(2)
    grids = []
    for ring in (arm.start, arm.end):
        sides = [ring.module(x, y), ring.module(-y, x)]
        known = [side for side in sides if not math.isnan(side)] or [min(arm.here, arm.there)]
        along, beside = (known[0] if math.isnan(side) else side for side in sides)
        grid = grid_at(ring, np.array([x, y]) * along, np.array([-y, x]) * beside)
        grids.append((grid[:, 0], grid[:, 1]))
    return grids


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
    grid = np.linalg.inv(np.array([[*across, 0], [*down, 0], [0, 0, 1.0]]).T)[:2].astype(np.float32)
    places = np.ones((len(ring.edges), 3), np.float32)
    places[:, :2] = ring.edges[:, :2]
    modules = ring.edges[:, 2].astype(np.float32)
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
            grid[axis] = least_squares(places[mine], wanted, weight, _SOFT)
    return np.linalg.inv(np.vstack([grid, (0.0, 0.0, 1.0)]))[:2]
