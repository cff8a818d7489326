"""Follows a code's grid over paper that is bent, curled or seen at a slant.

The edges between modules come at even steps, so that the place of the nearest grid line can be
measured everywhere, but for whole steps. At the finder patterns the grid is known: from there it is
followed outwards, each time no farther than a smooth surface through what is known foretells to
less than half a step, and where they come alignment patterns show what was missed all the same.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.algebra import Row, Table, least_squares, product, products
from scanner.qr.alignment_patterns import PITCH, pattern_off
from scanner.qr.frame import Pixels
from scanner.qr.symbol import PATTERN, alignment_patterns
from scanner.qr.symbol_geometry import Anchors, grid_at

MARGIN = 2
"""Modules around the code that the grid goes on for."""

NEAR = 4.5
"""Modules from a finder pattern's middle in which the grid is trusted at first."""

FURTHER = 8.0, 0.4
"""Modules that the grid is followed further each time; or this share of the code's side. Half of it
where a finder pattern is missing: nothing holds the surface there.
"""

AHEAD = 12.0
"""Modules beyond that in which alignment patterns are looked for."""

LEADS, STRAYED = 4.0, 0.3
"""Times that an alignment pattern's module counts, and modules off that are worth bending for."""

REACH = 1.3
"""Modules over which the steps are averaged: fewer follow sharper bends, more hold out more noise.
"""

STRONGEST = 6.0
"""Times the mean: a stronger edge counts as this, so that one at a lamp's rim is not all."""

OFF = 0.15
"""Modules: what is farther from the surface than this counts for less."""

STIFF = (1e-6, 1e-6, 1e-5, 1e-4, 1e-3)
"""How stiff a surface is against bends of each degree; those of the highest must be shown."""

_MIDDLE = PATTERN / 2
_SPREAD = np.array([(u, v, 1) for u in (-_MIDDLE, 0, _MIDDLE) for v in (-_MIDDLE, 0, _MIDDLE)])
"""Places of a finder pattern, from its middle, by which its grid is told."""

Matrix = NDArray[np.float64]
Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SamplingGrid:
    """Where the modules of a code are.

    Attributes:
        side: modules of the code's side.
        back: 2 x 3, from modules to pixels of the part, as if it were flat.
        corners: which finder patterns are known.
        shift: 2 x rows x columns: how many modules each module's middle is off that, across and
            down, from `MARGIN` before the first one to `MARGIN` after the last.
        light: whether it is inverted.
    """

    side: int
    back: Matrix
    corners: tuple[tuple[int, int], ...]
    shift: Field
    light: bool

    def drawn(self, part: Pixels, pitch: int) -> Pixels:
        """Draw the code flat, with its margin, in so many pixels a module."""
        places = _middles(self.side)
        u, v = self.shift[0] + places, self.shift[1] + places[:, None]
        size = (len(places) * pitch,) * 2
        x, y = (
            cv2.resize((a * u + b * v + c).astype(np.float32), size)
            for a, b, c in self.back.tolist()
        )
        how, edge = cv2.INTER_LINEAR, cv2.BORDER_REPLICATE
        return np.asarray(cv2.remap(part, x, y, how, borderMode=edge), np.uint8)


def straight(found: Anchors, apart: int) -> SamplingGrid:
    """Lay an even grid through a code's three finder patterns, for one of so many modules between.

    It is as good as there is where the paper is flat and seen straight on.
    """
    first, right, below = (np.array([ring.x, ring.y]) for ring in found.rings)
    arms = np.column_stack([right - first, below - first]) / apart
    origin = first - arms @ (_MIDDLE, _MIDDLE)
    modules = apart + PATTERN + 2 * MARGIN
    shift = np.zeros((2, modules, modules), np.float32)
    back = np.column_stack([arms, origin])
    return SamplingGrid(apart + PATTERN, back, found.corners, shift, found.rings[0].light)


def begun(part: Pixels, found: Anchors, apart: int) -> SamplingGrid:
    """Lay a grid for a code of so many modules between its patterns, and look at these only."""
    return _step(part, _first(found, apart), NEAR, 3)


def followed(part: Pixels, lattice: SamplingGrid) -> SamplingGrid:
    """Follow a grid that was begun over the whole code."""
    side = lattice.side
    farthest = float(_away(side, lattice.corners)[_inside(side)].max())
    further = max(FURTHER[0], FURTHER[1] * side) / (1 if len(lattice.corners) == 3 else 2)  # noqa: PLR2004 - all of a code's
    reach = NEAR
    while reach < farthest:
        trusted, reach = reach, min(farthest, reach + further)
        lattice = _led(part, lattice, trusted, reach)
        lattice = _step(part, lattice, reach, 4 if reach == farthest else 3)
    return lattice


def _first(found: Anchors, apart: int) -> SamplingGrid:
    """Fit a surface through the finder patterns and how the grid lies at each."""
    side = apart + PATTERN
    across, down = (each * found.apart / apart for each in (found.across, found.down))
    straight = np.column_stack([across, down])
    first = np.array([found.rings[0].x, found.rings[0].y])
    origin = first - straight @ (_MIDDLE + np.array(found.corners[0]) * apart)
    back = np.column_stack([straight, origin])
    places, seen = [], []
    for ring, corner in zip(found.rings, found.corners, strict=True):
        pixels = _SPREAD @ grid_at(ring, across, down).T + (ring.x, ring.y)
        places.append(_SPREAD[:, :2] + _MIDDLE + np.array(corner) * apart)
        seen.append(np.linalg.solve(straight, (pixels - back[:, 2]).T).T)
    told = np.vstack(places)
    x, y = (told / (side / 2) - 1).T
    terms = _terms(x, y, 3)
    shift = [
        product(_bases(side, 3), _fitted(terms, off, np.ones(len(off), np.float32)))
        for off in (np.vstack(seen) - told).T.astype(np.float32)
    ]
    modules = side + 2 * MARGIN
    return SamplingGrid(
        side,
        back,
        found.corners,
        np.stack(shift).reshape(2, modules, modules),
        found.rings[0].light,
    )


def _led(part: Pixels, lattice: SamplingGrid, trusted: float, reach: float) -> SamplingGrid:
    """Bend the surface to the alignment patterns that come next: the nearest grid line may be the
    next module's where the grid was followed for long.
    """
    side = lattice.side
    away = _away(side, lattice.corners)
    coming = [
        (row, column)
        for row, column in alignment_patterns(side)
        if trusted < away[row + MARGIN, column + MARGIN] <= reach + AHEAD
    ]
    if not coming:
        return lattice
    drawn = lattice.drawn(part, PITCH)
    known = _inside(side) & (away <= trusted)
    weight, off = known.astype(np.float32), np.zeros((2, *known.shape), np.float32)
    astray = False
    for row, column in coming:
        seen = pattern_off(drawn, row + MARGIN, column + MARGIN, light=lattice.light)
        if seen:
            here = (slice(row, row + 2 * MARGIN + 1), slice(column, column + 2 * MARGIN + 1))
            weight[here], off[:, *here] = LEADS, np.reshape(seen, (2, 1, 1))
            astray = astray or max(map(abs, seen)) > STRAYED
    if not astray:
        return lattice
    bases, heavy = _bases(side, 4), weight > 0
    shift = [
        product(bases, _fitted(bases[heavy.ravel()], wanted[heavy], weight[heavy]))
        for wanted in lattice.shift + off
    ]
    return replace(lattice, shift=np.reshape(shift, lattice.shift.shape))


def _step(part: Pixels, lattice: SamplingGrid, reach: float, degree: int) -> SamplingGrid:
    """Measure how far the grid's lines are off, and bend the surface there."""
    side = lattice.side
    trusted = _inside(side) & (_away(side, lattice.corners) <= reach)
    bases = _bases(side, degree)
    near = bases[trusted.ravel()]
    drawn = cv2.GaussianBlur(lattice.drawn(part, PITCH), (0, 0), 0.7)
    shift = []
    for axis in (0, 1):
        off, sure = _steps(np.asarray(cv2.Sobel(drawn, cv2.CV_32F, 1 - axis, axis)), axis)
        was = lattice.shift[axis][trusted]
        bent = _fitted(near, was + off[trusted], sure[trusted] ** 2, was)
        shift.append(product(bases, bent).reshape(trusted.shape))
    return replace(lattice, shift=np.stack(shift))


def _steps(slopes: Field, axis: int) -> tuple[Field, Field]:
    """Return for each module how far the nearest grid line is off, and how sure that is.

    Args:
        slopes: the drawn code's, across or down.
        axis: 0 where they are across; 1: down.
    """
    edges = np.abs(slopes if axis == 0 else slopes.T)
    edges = np.minimum(edges, STRONGEST * cv2.mean(edges)[0])
    modules = len(edges) // PITCH
    folded = edges.reshape(modules, PITCH, modules, PITCH).sum(axis=1)
    turn = 2 * np.pi * (np.arange(PITCH) + 0.5) / PITCH
    basis = np.stack([np.cos(turn), np.sin(turn), np.ones(PITCH)], axis=1).astype(np.float32)
    waves = products(folded.reshape(-1, PITCH), basis)
    waves = np.asarray(cv2.GaussianBlur(waves.reshape(modules, modules, 3), (0, 0), REACH))
    real, imaginary, all_of_it = waves[..., 0], waves[..., 1], waves[..., 2]
    off = np.arctan2(imaginary, real) / np.float32(2 * np.pi)
    faintest = 0.2 * float(all_of_it.mean()) + 1e-3
    sure = np.hypot(real, imaginary) / (all_of_it + np.float32(faintest))
    both = np.stack([off, sure]).astype(np.float32)
    return (both[0], both[1]) if axis == 0 else (both[0].T, both[1].T)


def _fitted(terms: Table, wanted: Row, weight: Row, guess: Row | None = None) -> Row:
    """Return the surface nearest to what is wanted.

    What strays from the guess, and then from the first fit, counts for less.
    """
    stiff = np.repeat(STIFF, np.arange(1, len(STIFF) + 1))[: terms.shape[1]] * len(terms)
    surface = np.zeros(terms.shape[1], np.float32)
    for _ in range(2):
        light = weight if guess is None else weight / (1 + np.square((wanted - guess) / OFF))
        surface = least_squares(terms, wanted, light, stiff)
        guess = product(terms, surface)
    return surface


def _terms(x: NDArray[np.float64], y: NDArray[np.float64], degree: int) -> Table:
    """Return the products of powers of places, -1 to 1 across and down, one place a row."""
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
def _bases(side: int, degree: int) -> Table:
    places = _middles(side) / (side / 2) - 1
    return _terms(places[None, :], places[:, None], degree)


@lru_cache(maxsize=16)
def _inside(side: int) -> NDArray[np.bool_]:
    return np.pad(np.ones((side, side), bool), MARGIN)


@lru_cache(maxsize=16)
def _away(side: int, corners: tuple[tuple[int, int], ...]) -> NDArray[np.float64]:
    """Return how many modules each place is from the nearest known finder pattern's middle."""
    u = _middles(side) - _MIDDLE
    apart = side - PATTERN
    away = [
        np.maximum(np.abs(u - right * apart), np.abs(u[:, None] - below * apart))
        for right, below in corners
    ]
    return np.asarray(np.min(away, axis=0), np.float64)


def _middles(side: int) -> NDArray[np.float64]:
    return np.asarray(np.arange(-MARGIN, side + MARGIN) + 0.5, np.float64)
