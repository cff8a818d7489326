"""Finds the finder patterns that belong to one symbol, and which corners they are.

Distances are measured in modules, as the patterns themselves show them in the direction from one to
the other. So tilt and bending change little.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scanner.qr.finder_patterns import FinderPattern
from scanner.qr.linear_algebra import least_squares

SPACINGS = tuple(4 * version + 10 for version in range(1, 41))
"""Modules between the centres of two finder patterns, for versions 1 to 40 (ISO/IEC 18004)."""

MAX_SIZE_RATIO = 2.2
"""The largest ratio of the module sizes at two patterns; perspective makes them differ."""

MIN_SINE = 0.3
"""The least sine of the angle between a symbol's arms; flatter ones can't be read."""

MAX_COST_OF_THREE, MAX_COST_OF_TWO = 1.75, 1.1
"""The cost from which three, or two, patterns are no symbol's."""

SPACING_TOLERANCE = 0.08
"""The relative error of a measured spacing, at most."""

_MIN_SPACING = 8.0
"""Modules: less than any two patterns are apart, however badly measured."""

_UNKNOWN_DIAGONAL = 0.3
"""The cost of a diagonal without measured edges."""

_SLANT_WEIGHT = 4.0
"""The cost per sine of two patterns that are not in one row."""

_MIN_EDGES = 6
_NEAR_CORNER = 0.9
_CAUCHY_SCALE = 0.35
"""Modules: edges farther than this from the fit count for less."""

_RIDGE = np.array([1e-6, 1e-6, 1e-3])

Vector = NDArray[np.float64]


UPPER_LEFT, UPPER_RIGHT, LOWER_LEFT = (0, 0), (1, 0), (0, 1)


@dataclass(frozen=True, slots=True, eq=False)
class SymbolEstimate:
    """A first estimate of where a symbol is.

    Attributes:
        patterns: its finder patterns, the upper left one first.
        corners: which corners they are: 1 or 0 for right or left, and for bottom or top.
        across: the vector of one module to the right, in pixels.
        down: the vector of one module down, in pixels.
        spacing: the measured distance between the patterns' centres, in modules.
    """

    patterns: tuple[FinderPattern, ...]
    corners: tuple[tuple[int, int], ...]
    across: Vector
    down: Vector
    spacing: float

    @property
    def nearest_spacing(self) -> int:
        """The valid spacing nearest to the measured one, in modules."""
        return min(SPACINGS, key=lambda modules: abs(modules - self.spacing))

    def likely_spacings(self) -> list[int]:
        """Return the valid spacings within the measurement's tolerance, the nearest first."""
        near = (
            each for each in SPACINGS if abs(each - self.spacing) < SPACING_TOLERANCE * self.spacing
        )
        ordered = sorted(near, key=lambda modules: abs(modules - self.spacing))
        return ordered or [self.nearest_spacing]


def symbol_of_three(patterns: list[FinderPattern]) -> SymbolEstimate | None:
    """Return the symbol of the three patterns with the least cost; None where there is none."""
    arms = {pair: _arm(*pair) for pair in itertools.permutations(patterns, 2)}
    best, least = None, MAX_COST_OF_THREE
    for corner in patterns:
        others = [
            each for each in patterns if each is not corner and each.inverted == corner.inverted
        ]
        for one, other in itertools.combinations(others, 2):
            cost = _corner_cost(arms[corner, one], arms[corner, other])
            cost += 0.7 * sum(1 - each.score for each in (corner, one, other))
            if cost < least:
                clockwise = _is_clockwise(corner, one, other)
                pair = (one, other) if clockwise else (other, one)
                best, least = (arms[corner, pair[0]], arms[corner, pair[1]]), cost
    if best is None:
        return None
    right, below = best
    spacing = (right.modules + below.modules) / 2
    corners = (UPPER_LEFT, UPPER_RIGHT, LOWER_LEFT)
    across, down = right.vector / spacing, below.vector / spacing
    return SymbolEstimate((right.start, right.end, below.end), corners, across, down, spacing)


def symbols_of_two(patterns: list[FinderPattern]) -> list[SymbolEstimate]:
    """Return the possible symbols of the two patterns with the least cost.

    Two neighbours give one estimate for each side of the line between them; they are taken for the
    upper two, which may be wrong. Two opposite ones are taken for the upper right and the lower
    left; the symbol may be upside down.
    """
    best, least = None, MAX_COST_OF_TWO
    for one, other in itertools.combinations(patterns, 2):
        arm = _arm(one, other)
        base = _pair_cost(arm) if one.inverted == other.inverted else math.inf
        for diagonal in (False, True):
            if base < least and (cost := base + _slant_cost(arm, diagonal=diagonal)) < least:
                best, least = (arm, diagonal), cost
    if best is None:
        return []
    arm, diagonal = best
    if diagonal:
        return [_from_diagonal(arm)]
    return [_from_upper_arm(each) for each in (arm, _arm(arm.end, arm.start))]


@dataclass(frozen=True, slots=True)
class _Arm:
    """The line from one pattern to another, with the size of a module at both ends, in pixels."""

    start: FinderPattern
    end: FinderPattern
    start_module: float
    end_module: float

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
    def size_ratio(self) -> float:
        return max(self.start_module / self.end_module, self.end_module / self.start_module)

    @property
    def modules(self) -> float:
        return math.hypot(self.across, self.down) / ((self.start_module + self.end_module) / 2)

    @property
    def module(self) -> Vector:
        """The vector of one module along the arm, at its start."""
        return self.vector * self.start_module / math.hypot(self.across, self.down)


def _arm(start: FinderPattern, end: FinderPattern) -> _Arm:
    across, down = end.x - start.x, end.y - start.y
    start_module, end_module = (each.module(across, down) for each in (start, end))
    return _Arm(start, end, start_module, end_module)


def _corner_cost(one: _Arm, other: _Arm) -> float:
    """Return how far two arms of one corner are from a symbol's; infinite where impossible."""
    ratio = one.size_ratio * other.size_ratio
    fewest = min(one.modules, other.modules)
    cross = one.across * other.down - one.down * other.across
    sine = abs(cross) / (math.hypot(one.across, one.down) * math.hypot(other.across, other.down))
    # NaN, where a module's size is unknown, compares as false.
    if not (fewest > _MIN_SPACING and ratio < MAX_SIZE_RATIO**2 and sine > MIN_SINE):
        return math.inf
    uneven = abs(math.log(one.modules / other.modules))
    return 1.5 * uneven + 0.35 * math.log(ratio) + 0.5 * (1 - sine) + _diagonal_cost(one, other)


def _diagonal_cost(one: _Arm, other: _Arm) -> float:
    """Return how far the corner pattern's diagonals are from those that its arms imply."""
    cost = 0.0
    for diagonal in (one.module + other.module, one.module - other.module):
        x, y = diagonal.tolist()
        ratio = one.start.module(x, y) / math.hypot(x, y)
        cost += _UNKNOWN_DIAGONAL if math.isnan(ratio) else abs(math.log(ratio))
    return cost


def _pair_cost(arm: _Arm) -> float:
    """Return the least cost of two patterns; infinite where they can't be one symbol's."""
    if not (arm.modules > _MIN_SPACING and arm.size_ratio < MAX_SIZE_RATIO):
        return math.inf
    return math.log(arm.size_ratio) + 0.7 * sum(1 - each.score for each in (arm.start, arm.end))


def _slant_cost(arm: _Arm, *, diagonal: bool) -> float:
    """Return how far the patterns' local grids are from being one grid."""
    cost = 0.0
    grids = _local_grids(arm, diagonal=diagonal)
    for (across, down), module in zip(grids, (arm.start_module, arm.end_module), strict=True):
        x, y = down - across if diagonal else across
        cross = arm.across * y - arm.down * x
        cost += _SLANT_WEIGHT * abs(cross) / (math.hypot(x, y) * math.hypot(arm.across, arm.down))
        cost += abs(math.log(math.hypot(x, y) / module))
        cost += abs(math.log(math.hypot(*across) / math.hypot(*down))) / 2
    return cost


def _from_upper_arm(arm: _Arm) -> SymbolEstimate:
    down = np.mean([down for _, down in _local_grids(arm, diagonal=False)], axis=0)
    corners = (UPPER_LEFT, UPPER_RIGHT)
    across = arm.vector / arm.modules
    return SymbolEstimate((arm.start, arm.end), corners, across, down, arm.modules)


def _from_diagonal(arm: _Arm) -> SymbolEstimate:
    """Return the symbol whose upper right and lower left patterns the arm joins."""
    across, down = np.mean(_local_grids(arm, diagonal=True), axis=0)
    corners = (UPPER_RIGHT, LOWER_LEFT)
    return SymbolEstimate((arm.start, arm.end), corners, across, down, arm.modules)


def _local_grids(arm: _Arm, *, diagonal: bool) -> list[tuple[Vector, Vector]]:
    """Return the vectors of one module across and down, at each end of the arm.

    Across is along the arm; where the arm is a diagonal, down minus across is.
    """
    x, y = arm.vector / math.hypot(arm.across, arm.down)
    if diagonal:
        x, y = (y - x) / math.sqrt(2), -(x + y) / math.sqrt(2)
    grids = []
    for pattern in (arm.start, arm.end):
        sides = [pattern.module(x, y), pattern.module(-y, x)]
        known = [side for side in sides if not math.isnan(side)]
        known = known or [min(arm.start_module, arm.end_module)]
        along, beside = (known[0] if math.isnan(side) else side for side in sides)
        grid = local_grid(pattern, np.array([x, y]) * along, np.array([-y, x]) * beside)
        grids.append((grid[:, 0], grid[:, 1]))
    return grids


def _is_clockwise(corner: FinderPattern, one: FinderPattern, other: FinderPattern) -> bool:
    """Return whether the second arm is clockwise of the first, as seen."""
    return (one.x - corner.x) * (other.y - corner.y) > (one.y - corner.y) * (other.x - corner.x)


def local_grid(pattern: FinderPattern, across: Vector, down: Vector) -> NDArray[np.float64]:
    """Fit the module grid at a finder pattern to its measured edges.

    The fit is robust: least squares, reweighted once with Cauchy weights.

    Args:
        pattern: the finder pattern.
        across: a first estimate of one module to the right, in pixels.
        down: the same for one module down.

    Returns:
        The affine transform from modules to pixels, 2 x 3, both from the pattern's centre.
    """
    grid = np.linalg.inv(np.array([[*across, 0], [*down, 0], [0, 0, 1.0]]).T)[:2].astype(np.float32)
    points = np.ones((len(pattern.edges), 3), np.float32)
    points[:, :2] = pattern.edges[:, :2]
    modules = pattern.edges[:, 2].astype(np.float32)
    for _ in range(2):
        seen = points @ grid.T
        distance = np.abs(seen)
        # Near a square's corner, an edge may belong to either side.
        sides = (distance > distance[:, ::-1] / _NEAR_CORNER) & (
            distance[:, ::-1] < _NEAR_CORNER * modules[:, None]
        )
        for axis in (0, 1):
            mine = sides[:, axis]
            if np.count_nonzero(mine) < _MIN_EDGES:
                continue
            target = np.copysign(modules[mine], seen[mine, axis])
            weights = 1 / (1 + np.square((seen[mine, axis] - target) / _CAUCHY_SCALE))
            grid[axis] = least_squares(points[mine], target, weights, _RIDGE)
    return np.linalg.inv(np.vstack([grid, (0.0, 0.0, 1.0)]))[:2]
