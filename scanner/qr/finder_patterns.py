"""Finder patterns, told from what only looks like one by the rings around their middle.

Along any ray from a pattern's middle, its dark square ends after 1.5 modules, the light ring after
2.5 and the dark one after 3.5 (ISO/IEC 18004, 6.3.3), however it is turned, tilted or stretched. So
the rays also tell how long a module is in each direction, and where the grid's lines are.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.finder_scan import Points, crossing_lines, parted
from scanner.qr.frame import Pixels

EDGES = (1.5, 2.5, 3.5)
"""Modules from the middle to where a pattern's squares end."""

RAYS = 24
"""Directions that are looked in, evenly around."""

LONGEST = 400
"""Pixels of the side to which a part is shrunk before it is looked at."""

MOST = 10
"""Patterns that are kept, the clearest ones."""

_MOST_LOOKED_AT = 24
_MOST_LINES = 250
"""With more, it is all pattern: a part of the lines is looked at."""

_STEPS = 64
_FAR = 6.0
"""Modules that a ray is followed: 3.5 at a square's corner are 5."""

_SLACK = 0.65
"""How far an edge may be from its place, in modules."""

_CLEAR = 0.38
"""The share of the rays that must meet the edges where they should be; a thumb may hide the rest.
"""

_UNEVEN = 1.35
"""How much farther a pattern may reach one way than the other: it is tilted."""

_SHARES = (np.arange(_STEPS, dtype=np.float32) + 0.5) / _STEPS
_TURN = 2 * math.pi / RAYS
_DIRECTIONS = np.array(
    [(math.cos(_TURN * ray), math.sin(_TURN * ray)) for ray in range(RAYS)], np.float64
)


@dataclass(frozen=True, slots=True)
class Look:
    """One way to tell light from dark.

    Attributes:
        window: pixels of a part over which the mean is taken, an odd number. In more, the modules
            beside a pattern tell on it where it is blurred; in less, it is all that is there.
        soft: pixels that are evened out before: more take more grain away, and small patterns too.
        opened: whether bright lines of less than 3 pixels are taken away: cracks.
    """

    window: int
    soft: int = 3
    opened: bool = False


LOOKS = (Look(41), Look(25), Look(15), Look(31, soft=5), Look(25, opened=True))
"""Each is for where those before show no code."""

_LINE = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Ring:
    """A finder pattern.

    Attributes:
        x, y: its middle, in pixels of the part.
        clear: the share of the rays that met its edges where they should be, 0 to 1.
        light: whether its middle is light: the code is inverted.
        reaches: pixels to its outer edge, for each ray; not a number where that isn't clear.
        edges: one met edge a row: x and y from the middle in pixels, and one of `EDGES`.
    """

    x: float
    y: float
    clear: float
    light: bool
    reaches: tuple[float, ...]
    edges: NDArray[np.float64]

    def module(self, x: float, y: float) -> float:
        """Return a module's pixels in a direction and its opposite; not a number: unknown."""
        there, back = self._reach(x, y), self._reach(-x, -y)
        if math.isnan(there) or math.isnan(back):
            return (back if math.isnan(there) else there) / EDGES[2]
        return (there + back) / 2 / EDGES[2]

    def _reach(self, x: float, y: float) -> float:
        ray = math.atan2(y, x) % (2 * math.pi) / _TURN
        before = int(ray)
        one, other = self.reaches[before % RAYS], self.reaches[(before + 1) % RAYS]
        if math.isnan(one) or math.isnan(other):
            return other if math.isnan(one) else one
        return one + (other - one) * (ray - before)


def rings(part: Pixels, look: Look = LOOKS[0]) -> list[Ring]:
    """Return the finder patterns, the clearest first; the part may be shrunk first."""
    scale = min(1.0, LONGEST / max(part.shape))
    if scale < 1:
        small = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        part = np.asarray(small, np.uint8)
    if look.opened:
        part = np.asarray(cv2.morphologyEx(part, cv2.MORPH_OPEN, _LINE), np.uint8)
    light = parted(part, look.window, look.soft)
    places = _places(*crossing_lines(light))
    return _verified(light, places, 1 / scale) if len(places) else []


def _places(rows: Points, columns: Points) -> Points:
    """Gather lines that cross at one place: x and y of its middle, and the longer module."""
    rows = rows[:: len(rows) // _MOST_LINES + 1]
    columns = columns[:: len(columns) // _MOST_LINES + 1]
    near = np.maximum(*(np.abs(rows[:, None, axis] - rows[:, axis]) for axis in (0, 1)))
    same = near <= 2.5 * np.minimum(rows[:, None, 2], rows[:, 2])
    left = np.ones(len(rows), bool)
    places: list[tuple[float, float, float]] = []
    for most in np.argsort(-same.sum(axis=1), kind="stable").tolist():
        if len(places) == _MOST_LOOKED_AT:
            break
        if not left[most]:
            continue
        here = same[most] & left
        left &= ~here
        x, y, wide = rows[here].mean(axis=0).tolist()
        crossing = np.abs(columns[:, :2] - (x, y)).max(axis=1) <= 2.5 * wide
        if crossing.any():
            _, middle, tall = columns[crossing].mean(axis=0).tolist()
            places.append((x, middle, max(wide, tall)))
    return np.array(places).reshape(-1, 3)


def _verified(light: Pixels, places: Points, scale: float) -> list[Ring]:
    """Follow rays from each place, and keep those around which the edges come as they should."""
    far = (places[:, 2] * _FAR).astype(np.float32)
    steps = far[:, None] * _SHARES
    height, width = light.shape
    column, row = (
        np.clip(
            np.rint(places[:, axis, None, None] + _DIRECTIONS[:, axis, None] * steps[:, None, :]),
            0,
            (width, height)[axis] - 1,
        ).astype(np.int32)
        for axis in (0, 1)
    )
    along = light.ravel()[row * width + column]
    changes = (along[:, :, 1:] != along[:, :, :-1]).cumsum(axis=2, dtype=np.int8)
    edges = np.stack([_first(changes >= number) for number in (1, 2, 3)], axis=-1)
    edges *= (far / _STEPS)[:, None, None]
    good = _in_place(edges)
    found = [
        _ring(places[number], edges[number], good[number], bool(along[number, :, 0].mean() > 0.5))  # noqa: PLR2004 - of 0 and 1
        for number in np.flatnonzero(good.mean(axis=1) >= _CLEAR).tolist()
    ]
    return [_scaled(ring, scale) for ring in joined([], found)]


def _first(there: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the first step that is so; not a number where none is."""
    return np.where(there.any(axis=2), there.argmax(axis=2) + 1.0, np.nan)


def _in_place(edges: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell for each ray whether its edges are in a pattern's proportions."""
    outer = edges[:, :, 2]
    module = outer / EDGES[2]
    opposite = np.roll(outer, RAYS // 2, axis=1)
    return np.asarray(
        (np.abs(edges[:, :, 0] / module - EDGES[0]) < _SLACK)
        & (np.abs(edges[:, :, 1] / module - EDGES[1]) < _SLACK)
        & (np.maximum(outer, opposite) < _UNEVEN * np.minimum(outer, opposite))
    )


def _ring(
    place: NDArray[np.float64],
    edges: NDArray[np.float64],
    good: NDArray[np.bool_],
    light: bool,
) -> Ring:
    ways = _DIRECTIONS[good]
    met = [
        np.column_stack([ways * edges[good, number, None], np.full(len(ways), modules)])
        for number, modules in enumerate(EDGES)
    ]
    reaches = tuple(np.where(good, edges[:, 2], np.nan).tolist())
    return Ring(
        float(place[0]), float(place[1]), float(good.mean()), light, reaches, np.vstack(met)
    )


def joined(found: list[Ring], more: list[Ring]) -> list[Ring]:
    """Add what lies elsewhere than what was found before; of all, the clearest are kept."""
    kept = list(found)
    for ring in sorted(more, key=lambda each: -each.clear):
        size = max(each for each in ring.reaches if not math.isnan(each))
        if all(max(abs(ring.x - other.x), abs(ring.y - other.y)) > size for other in kept):
            kept.append(ring)
    return sorted(kept, key=lambda each: -each.clear)[:MOST]


def _scaled(ring: Ring, scale: float) -> Ring:
    edges = ring.edges * (scale, scale, 1.0)
    reaches = tuple(reach * scale for reach in ring.reaches)
    return Ring(ring.x * scale, ring.y * scale, ring.clear, ring.light, reaches, edges)
