"""The sampling grid: where each module of a symbol is, on paper that is bent, curled or tilted.

The edges between modules repeat with a period of one module. So the phase of the gradients at that
frequency gives the offset to the nearest grid line, as in the timing recovery of Oerder and Meyr
(1988), but only up to whole modules. At the finder patterns the grid is known. From there a smooth
surface of offsets is extended outwards in steps, each small enough for its prediction to be off by
less than half a module. Alignment patterns correct what went wrong all the same: each is located
near its expected position (ISO/IEC 18004, 6.3.6) by template matching, with normalized
cross-correlation.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.frame import Pixels
from scanner.qr.function_patterns import FINDER_SIDE, alignment_centres
from scanner.qr.linear_algebra import Matrix32, Vector32, least_squares, matmul, matvec
from scanner.qr.symbol_geometry import SymbolEstimate, local_grid

MARGIN = 2
"""Modules around the symbol that the grid covers as well."""

INITIAL_REACH = 4.5
"""Modules from a finder pattern's centre in which the grid is trusted at first."""

STEP_MODULES, STEP_SHARE = 8.0, 0.4
"""How far the grid is extended in each step: in modules, or as a share of the symbol's side.

Half of that where a finder pattern is missing: nothing holds the surface there.
"""

LOOKAHEAD = 12.0
"""Modules beyond a step in which alignment patterns are searched."""

PITCH = 5
"""Pixels per module of the rectified symbol that is searched."""

SEARCH = 3
"""Modules that are searched in each direction."""

MIN_CORRELATION = 0.55
"""The correlation from which a match counts: about 20 of the pattern's 25 modules agree."""

_PATTERN_SIDE = 5
_TEMPLATE_BLUR = 1.2
"""Pixels: the sigma that the template is blurred with, as a lens does."""

ALIGNMENT_WEIGHT, MIN_CORRECTION = 4.0, 0.3
"""The weight of an alignment pattern's modules, and the offset from which a correction is made."""

SMOOTHING = 1.3
"""Modules over which phases are averaged: less follows sharper bends, more suppresses noise."""

MAX_GRADIENT = 6.0
"""Times the mean: stronger gradients are clipped, so that a reflection's edge doesn't dominate."""

CAUCHY_SCALE = 0.15
"""Modules: offsets farther than this from the surface count for less."""

RIDGE = (1e-6, 1e-6, 1e-5, 1e-4, 1e-3)
"""The penalty on the surface's terms of each degree, per sample."""

_CENTRE = FINDER_SIDE / 2
_FINDER_POINTS = np.array(
    [(u, v, 1) for u in (-_CENTRE, 0, _CENTRE) for v in (-_CENTRE, 0, _CENTRE)]
)
"""Points of a finder pattern, in modules from its centre, to which the surface is fitted."""

Matrix = NDArray[np.float64]
Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SamplingGrid:
    """A symbol's sampling grid: an affine transform and a smooth displacement.

    Attributes:
        side: modules of the symbol's side.
        affine: 2 x 3, from modules to pixels of the picture.
        corners: the corners whose finder patterns are known.
        displacement: 2 x rows x columns: how far each module's centre is from the affine position,
            in modules to the right and down. It covers `MARGIN` modules around the symbol.
        inverted: whether the symbol is light on dark.
    """

    side: int
    affine: Matrix
    corners: tuple[tuple[int, int], ...]
    displacement: Field
    inverted: bool

    def rectify(self, picture: Pixels, pitch: int) -> Pixels:
        """Resample the symbol and its margin to a flat picture of `pitch` pixels per module."""
        centres = _centres(self.side)
        u, v = self.displacement[0] + centres, self.displacement[1] + centres[:, None]
        size = (len(centres) * pitch,) * 2
        x, y = (
            cv2.resize((a * u + b * v + c).astype(np.float32), size)
            for a, b, c in self.affine.tolist()
        )
        interpolation, edge = cv2.INTER_LINEAR, cv2.BORDER_REPLICATE
        return np.asarray(cv2.remap(picture, x, y, interpolation, borderMode=edge), np.uint8)


def affine_grid(symbol: SymbolEstimate, spacing: int) -> SamplingGrid:
    """Return the affine grid through three finder patterns; exact for flat paper seen straight on.

    Args:
        symbol: an estimate from three finder patterns.
        spacing: modules between the patterns' centres.
    """
    first, right, below = (np.array([each.x, each.y]) for each in symbol.patterns)
    arms = np.column_stack([right - first, below - first]) / spacing
    origin = first - arms @ (_CENTRE, _CENTRE)
    modules = spacing + FINDER_SIDE + 2 * MARGIN
    displacement = np.zeros((2, modules, modules), np.float32)
    affine = np.column_stack([arms, origin])
    inverted = symbol.patterns[0].inverted
    return SamplingGrid(spacing + FINDER_SIDE, affine, symbol.corners, displacement, inverted)


def initial_grid(picture: Pixels, symbol: SymbolEstimate, spacing: int) -> SamplingGrid:
    """Return a grid that is fitted to the picture at the finder patterns only.

    Args:
        picture: rows x columns, grey.
        symbol: an estimate from two or three finder patterns.
        spacing: modules between the patterns' centres.
    """
    return _refine(picture, _grid_from_patterns(symbol, spacing), INITIAL_REACH, 3)


def extend_grid(picture: Pixels, grid: SamplingGrid) -> SamplingGrid:
    """Extend an initial grid over the whole symbol, step by step."""
    side = grid.side
    farthest = float(_distances(side, grid.corners)[_inside(side)].max())
    step = max(STEP_MODULES, STEP_SHARE * side) / (1 if len(grid.corners) == 3 else 2)  # noqa: PLR2004 - all finder patterns
    reach = INITIAL_REACH
    while reach < farthest:
        trusted, reach = reach, min(farthest, reach + step)
        grid = _align(picture, grid, trusted, reach)
        grid = _refine(picture, grid, reach, 4 if reach == farthest else 3)
    return grid


def _grid_from_patterns(symbol: SymbolEstimate, spacing: int) -> SamplingGrid:
    """Fit a surface through the local grids of the finder patterns."""
    side = spacing + FINDER_SIDE
    across, down = (each * symbol.spacing / spacing for each in (symbol.across, symbol.down))
    linear = np.column_stack([across, down])
    first = np.array([symbol.patterns[0].x, symbol.patterns[0].y])
    origin = first - linear @ (_CENTRE + np.array(symbol.corners[0]) * spacing)
    affine = np.column_stack([linear, origin])
    nominal, seen = [], []
    for pattern, corner in zip(symbol.patterns, symbol.corners, strict=True):
        local = local_grid(pattern, across, down)
        pixels = _FINDER_POINTS @ local.T + (pattern.x, pattern.y)
        nominal.append(_FINDER_POINTS[:, :2] + _CENTRE + np.array(corner) * spacing)
        seen.append(np.linalg.solve(linear, (pixels - affine[:, 2]).T).T)
    points = np.vstack(nominal)
    x, y = (points / (side / 2) - 1).T
    terms = _monomials(x, y, 3)
    displacement = [
        matvec(_design_matrix(side, 3), _fit(terms, offset, np.ones(len(offset), np.float32)))
        for offset in (np.vstack(seen) - points).T.astype(np.float32)
    ]
    modules = side + 2 * MARGIN
    return SamplingGrid(
        side,
        affine,
        symbol.corners,
        np.stack(displacement).reshape(2, modules, modules),
        symbol.patterns[0].inverted,
    )


def _align(picture: Pixels, grid: SamplingGrid, trusted: float, reach: float) -> SamplingGrid:
    """Correct the surface at the alignment patterns ahead.

    Far from the trusted part, the nearest grid line may be that of the next module.
    """
    side = grid.side
    distances = _distances(side, grid.corners)
    ahead = [
        (row, column)
        for row, column in alignment_centres(side)
        if trusted < distances[row + MARGIN, column + MARGIN] <= reach + LOOKAHEAD
    ]
    if not ahead:
        return grid
    rectified = grid.rectify(picture, PITCH)
    known = _inside(side) & (distances <= trusted)
    weights, offsets = known.astype(np.float32), np.zeros((2, *known.shape), np.float32)
    wrong = False
    for row, column in ahead:
        offset = alignment_pattern_offset(
            rectified, row + MARGIN, column + MARGIN, inverted=grid.inverted
        )
        if offset:
            here = (slice(row, row + 2 * MARGIN + 1), slice(column, column + 2 * MARGIN + 1))
            weights[here] = ALIGNMENT_WEIGHT
            offsets[:, *here] = np.reshape(offset, (2, 1, 1))
            wrong = wrong or max(map(abs, offset)) > MIN_CORRECTION
    if not wrong:
        return grid
    design, weighted = _design_matrix(side, 4), weights > 0
    displacement = [
        matvec(design, _fit(design[weighted.ravel()], target[weighted], weights[weighted]))
        for target in grid.displacement + offsets
    ]
    return replace(grid, displacement=np.reshape(displacement, grid.displacement.shape))


def _refine(picture: Pixels, grid: SamplingGrid, reach: float, degree: int) -> SamplingGrid:
    """Measure the offsets to the grid lines within reach, and fit the surface to them."""
    side = grid.side
    trusted = _inside(side) & (_distances(side, grid.corners) <= reach)
    design = _design_matrix(side, degree)
    near = design[trusted.ravel()]
    rectified = cv2.GaussianBlur(grid.rectify(picture, PITCH), (0, 0), 0.7)
    displacement = []
    for axis in (0, 1):
        gradients = np.asarray(cv2.Sobel(rectified, cv2.CV_32F, 1 - axis, axis), np.float32)
        offset, confidence = _phase_offsets(gradients, axis)
        before = grid.displacement[axis][trusted]
        surface = _fit(near, before + offset[trusted], confidence[trusted] ** 2, before)
        displacement.append(matvec(design, surface).reshape(trusted.shape))
    return replace(grid, displacement=np.stack(displacement))


def _phase_offsets(gradients: Field, axis: int) -> tuple[Field, Field]:
    """Measure the phase of the gradients at the frequency of the modules.

    Args:
        gradients: of the rectified symbol, `PITCH` pixels per module.
        axis: 0 for horizontal gradients, 1 for vertical ones.

    Returns:
        For each module, rows x columns, the offset to the nearest grid line in modules, -0.5 to
        0.5; and the confidence, 0 to 1.
    """
    edges = np.abs(gradients if axis == 0 else gradients.T)
    edges = np.minimum(edges, MAX_GRADIENT * cv2.mean(edges)[0])
    modules = len(edges) // PITCH
    folded = edges.reshape(modules, PITCH, modules, PITCH).sum(axis=1)
    angle = 2 * np.pi * (np.arange(PITCH) + 0.5) / PITCH
    basis = np.stack([np.cos(angle), np.sin(angle), np.ones(PITCH)], axis=1).astype(np.float32)
    sums = matmul(folded.reshape(-1, PITCH), basis)
    sums = np.asarray(cv2.GaussianBlur(sums.reshape(modules, modules, 3), (0, 0), SMOOTHING))
    real, imaginary, total = sums[..., 0], sums[..., 1], sums[..., 2]
    offset = np.arctan2(imaginary, real) / np.float32(2 * np.pi)
    floor = 0.2 * float(total.mean()) + 1e-3
    confidence = np.hypot(real, imaginary) / (total + np.float32(floor))
    both = np.stack([offset, confidence]).astype(np.float32)
    return (both[0], both[1]) if axis == 0 else (both[0].T, both[1].T)


def _fit(
    design: Matrix32, target: Vector32, weights: Vector32, guess: Vector32 | None = None
) -> Vector32:
    """Fit a polynomial surface by least squares, reweighted with Cauchy weights.

    Args:
        design: the surface's terms, samples x terms.
        target: the value of each sample.
        weights: how much each sample counts.
        guess: the values to measure residuals from at first; None to start unweighted.

    Returns:
        The coefficients.
    """
    ridge = np.repeat(RIDGE, np.arange(1, len(RIDGE) + 1))[: design.shape[1]] * len(design)
    surface = np.zeros(design.shape[1], np.float32)
    for _ in range(2):
        robust = (
            weights if guess is None else weights / (1 + np.square((target - guess) / CAUCHY_SCALE))
        )
        surface = least_squares(design, target, robust, ridge)
        guess = matvec(design, surface)
    return surface


def _monomials(x: NDArray[np.float64], y: NDArray[np.float64], degree: int) -> Matrix32:
    """Return the monomials of x and y up to a total degree, one point per row."""
    across, down = [np.ones_like(x)], [np.ones_like(y)]
    for _ in range(degree):
        across.append(across[-1] * x)
        down.append(down[-1] * y)
    terms = [
        (across[one] * down[whole - one]).ravel()
        for whole in range(degree + 1)
        for one in range(whole + 1)
    ]
    return np.stack(terms, axis=-1).astype(np.float32)


@lru_cache(maxsize=16)
def _design_matrix(side: int, degree: int) -> Matrix32:
    """Return the monomials at all modules' centres, from -1 to 1 over the symbol."""
    centres = _centres(side) / (side / 2) - 1
    return _monomials(centres[None, :], centres[:, None], degree)


@lru_cache(maxsize=16)
def _inside(side: int) -> NDArray[np.bool_]:
    return np.pad(np.ones((side, side), bool), MARGIN)


@lru_cache(maxsize=16)
def _distances(side: int, corners: tuple[tuple[int, int], ...]) -> NDArray[np.float64]:
    """Return each module's Chebyshev distance from the nearest known finder pattern's centre."""
    u = _centres(side) - _CENTRE
    spacing = side - FINDER_SIDE
    distances = [
        np.maximum(np.abs(u - right * spacing), np.abs(u[:, None] - below * spacing))
        for right, below in corners
    ]
    return np.asarray(np.min(distances, axis=0), np.float64)


def _centres(side: int) -> NDArray[np.float64]:
    return np.asarray(np.arange(-MARGIN, side + MARGIN) + 0.5, np.float64)


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
    first, size = _PATTERN_SIDE // 2 + SEARCH, (_PATTERN_SIDE + 2 * SEARCH) * PITCH
    top, left = (row - first) * PITCH, (column - first) * PITCH
    window = rectified[top : top + size, left : left + size]
    scores = np.asarray(cv2.matchTemplate(window, _TEMPLATES[inverted], cv2.TM_CCOEFF_NORMED))
    _, best, _, (x, y) = cv2.minMaxLoc(scores)
    return (x / PITCH - SEARCH, y / PITCH - SEARCH) if best >= MIN_CORRELATION else None


def _template(*, inverted: bool) -> Pixels:
    distance = np.abs(np.arange(_PATTERN_SIDE) - _PATTERN_SIDE // 2)
    ring = np.maximum(distance[:, None], distance[None, :])
    modules = np.where((ring == 1) != inverted, 255, 0).astype(np.uint8)
    large = modules.repeat(PITCH, 0).repeat(PITCH, 1)
    return np.asarray(cv2.GaussianBlur(large, (0, 0), _TEMPLATE_BLUR), np.uint8)


_TEMPLATES = (_template(inverted=False), _template(inverted=True))
