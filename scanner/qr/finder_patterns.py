"""Locates finder patterns by casting rays from their centres.

Along any ray from the centre, the dark square ends after 1.5 modules, the light ring after 2.5 and
the dark ring after 3.5 (ISO/IEC 18004, 6.3.3), however the pattern is rotated, tilted or stretched.
So the rays reject false candidates, and measure a module's size in each direction and the edges'
positions.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.finder_scan import Crossings, binarize, scan_crossings
from scanner.qr.frame import Pixels

EDGES = (1.5, 2.5, 3.5)
"""Modules from the centre to the edges of a pattern's nested squares."""

RAYS = 24
"""Rays, evenly around the centre."""

LONGEST = 400
"""Pixels of the longer side to which a picture is reduced."""

MOST = 10
"""Patterns that are kept, those of highest score."""

_MOST_CANDIDATES = 24
_MOST_LINES = 250
"""With more crossings than this, only a sample of them is clustered."""

_STEPS = 64
_RAY_LENGTH = 6.0
"""Modules: 3.5 in the direction of a square's corner are 5."""

_TOLERANCE = 0.65
"""How far an edge may be from its nominal position, in modules."""

_MIN_SCORE = 0.38
"""The share of rays with edges at their positions; a thumb may hide the rest."""

_MAX_ASYMMETRY = 1.35
"""The largest ratio of two opposite rays; a tilt makes them differ."""

_SHARES = (np.arange(_STEPS, dtype=np.float32) + 0.5) / _STEPS
_RAY_ANGLE = 2 * math.pi / RAYS
_DIRECTIONS = np.array(
    [(math.cos(_RAY_ANGLE * ray), math.sin(_RAY_ANGLE * ray)) for ray in range(RAYS)], np.float64
)


@dataclass(frozen=True, slots=True)
class Binarization:
    """Parameters of a local adaptive threshold.

    Attributes:
        window: pixels of the neighbourhood's side, an odd number. In a large one, the modules
            beside a blurred pattern shift the mean; in a small one, the pattern itself does.
        smoothing: pixels of the box filter before; more removes noise, and small patterns too.
        opened: whether a morphological opening removes bright lines of less than 3 pixels: cracks.
    """

    window: int
    smoothing: int = 3
    opened: bool = False


BINARIZATIONS = (
    Binarization(41),
    Binarization(25),
    Binarization(15),
    Binarization(31, smoothing=5),
    Binarization(25, opened=True),
)
"""Each finds symbols that those before it miss."""

_SQUARE_3 = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class FinderPattern:
    """A located finder pattern.

    Attributes:
        x: the centre's distance from the left edge, in pixels.
        y: the centre's distance from the top, in pixels.
        score: the share of rays with edges at their nominal positions, 0 to 1.
        inverted: whether the centre is light.
        radii: pixels to the outer edge, for each ray; NaN where the ray failed.
        edges: one measured edge per row: x and y from the centre in pixels, and one of `EDGES`.
    """

    x: float
    y: float
    score: float
    inverted: bool
    radii: tuple[float, ...]
    edges: NDArray[np.float64]

    def module(self, x: float, y: float) -> float:
        """Return the size of a module in the direction (x, y), in pixels; NaN if unknown."""
        there, back = self._radius(x, y), self._radius(-x, -y)
        if math.isnan(there) or math.isnan(back):
            return (back if math.isnan(there) else there) / EDGES[2]
        return (there + back) / 2 / EDGES[2]

    def _radius(self, x: float, y: float) -> float:
        """Interpolate between the two nearest rays."""
        ray = math.atan2(y, x) % (2 * math.pi) / _RAY_ANGLE
        before = int(ray)
        one, other = self.radii[before % RAYS], self.radii[(before + 1) % RAYS]
        if math.isnan(one) or math.isnan(other):
            return other if math.isnan(one) else one
        return one + (other - one) * (ray - before)


def locate_finder_patterns(
    picture: Pixels, binarization: Binarization = BINARIZATIONS[0]
) -> list[FinderPattern]:
    """Return the finder patterns, those of highest score first.

    Args:
        picture: rows x columns, grey; a large one is reduced first.
        binarization: how dark and light are separated.
    """
    scale = min(1.0, LONGEST / max(picture.shape))
    if scale < 1:
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        picture = np.asarray(small, np.uint8)
    if binarization.opened:
        picture = np.asarray(cv2.morphologyEx(picture, cv2.MORPH_OPEN, _SQUARE_3), np.uint8)
    light = binarize(picture, binarization.window, binarization.smoothing)
    candidates = _candidates(*scan_crossings(light))
    return _verified(light, candidates, 1 / scale) if len(candidates) else []


def _candidates(rows: Crossings, columns: Crossings) -> Crossings:
    """Cluster crossing rows and columns: x and y of the centre, and the larger module size."""
    rows = rows[:: len(rows) // _MOST_LINES + 1]
    columns = columns[:: len(columns) // _MOST_LINES + 1]
    distance = np.maximum(*(np.abs(rows[:, None, axis] - rows[:, axis]) for axis in (0, 1)))
    same = distance <= 2.5 * np.minimum(rows[:, None, 2], rows[:, 2])
    left = np.ones(len(rows), bool)
    candidates: list[tuple[float, float, float]] = []
    for most in np.argsort(-same.sum(axis=1), kind="stable").tolist():
        if len(candidates) == _MOST_CANDIDATES:
            break
        if not left[most]:
            continue
        here = same[most] & left
        left &= ~here
        x, y, wide = rows[here].mean(axis=0).tolist()
        crossing = np.abs(columns[:, :2] - (x, y)).max(axis=1) <= 2.5 * wide
        if crossing.any():
            _, middle, tall = columns[crossing].mean(axis=0).tolist()
            candidates.append((x, middle, max(wide, tall)))
    return np.array(candidates).reshape(-1, 3)


def _verified(light: Pixels, candidates: Crossings, scale: float) -> list[FinderPattern]:
    """Cast rays from each candidate, and keep those with edges at their nominal positions."""
    length = (candidates[:, 2] * _RAY_LENGTH).astype(np.float32)
    samples = _ray_samples(light, candidates, length)
    changes = (samples[:, :, 1:] != samples[:, :, :-1]).cumsum(axis=2, dtype=np.int8)
    edges = np.stack([_first_step(changes >= number) for number in (1, 2, 3)], axis=-1)
    edges *= (length / _STEPS)[:, None, None]
    good = _in_proportion(edges)
    inverted = samples[:, :, 0].mean(axis=1) > 0.5  # noqa: PLR2004 - of 0 and 1
    found = [
        _pattern(candidates[number], edges[number], good[number], bool(inverted[number]))
        for number in np.flatnonzero(good.mean(axis=1) >= _MIN_SCORE).tolist()
    ]
    return [_scaled(pattern, scale) for pattern in merge_patterns([], found)]


def _ray_samples(light: Pixels, candidates: Crossings, length: NDArray[np.float32]) -> Pixels:
    """Return the binarized picture along the rays: candidates x rays x steps."""
    steps = length[:, None] * _SHARES
    height, width = light.shape
    column, row = (
        np.clip(
            np.rint(
                candidates[:, axis, None, None] + _DIRECTIONS[:, axis, None] * steps[:, None, :]
            ),
            0,
            (width, height)[axis] - 1,
        ).astype(np.int32)
        for axis in (0, 1)
    )
    return np.asarray(light.ravel()[row * width + column], np.uint8)


def _first_step(reached: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the first step along each ray that is true; NaN where none is."""
    return np.where(reached.any(axis=2), reached.argmax(axis=2) + 1.0, np.nan)


def _in_proportion(edges: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return for each ray whether its edges have a finder pattern's proportions."""
    outer = edges[:, :, 2]
    module = outer / EDGES[2]
    opposite = np.roll(outer, RAYS // 2, axis=1)
    return np.asarray(
        (np.abs(edges[:, :, 0] / module - EDGES[0]) < _TOLERANCE)
        & (np.abs(edges[:, :, 1] / module - EDGES[1]) < _TOLERANCE)
        & (np.maximum(outer, opposite) < _MAX_ASYMMETRY * np.minimum(outer, opposite))
    )


def _pattern(
    centre: NDArray[np.float64],
    edges: NDArray[np.float64],
    good: NDArray[np.bool_],
    inverted: bool,
) -> FinderPattern:
    directions = _DIRECTIONS[good]
    measured = [
        np.column_stack([directions * edges[good, number, None], np.full(len(directions), modules)])
        for number, modules in enumerate(EDGES)
    ]
    radii = tuple(np.where(good, edges[:, 2], np.nan).tolist())
    return FinderPattern(
        float(centre[0]),
        float(centre[1]),
        float(good.mean()),
        inverted,
        radii,
        np.vstack(measured),
    )


def merge_patterns(known: list[FinderPattern], more: list[FinderPattern]) -> list[FinderPattern]:
    """Add the patterns at new positions; keep the `MOST` of highest score."""
    kept = list(known)
    for pattern in sorted(more, key=lambda each: -each.score):
        size = max(each for each in pattern.radii if not math.isnan(each))
        if all(max(abs(pattern.x - other.x), abs(pattern.y - other.y)) > size for other in kept):
            kept.append(pattern)
    return sorted(kept, key=lambda each: -each.score)[:MOST]


def _scaled(pattern: FinderPattern, scale: float) -> FinderPattern:
    edges = pattern.edges * (scale, scale, 1.0)
    radii = tuple(radius * scale for radius in pattern.radii)
    return FinderPattern(
        pattern.x * scale, pattern.y * scale, pattern.score, pattern.inverted, radii, edges
    )
