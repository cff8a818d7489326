"""Lays a bent code flat, as one on cloth is.

A reader lays a straight grid over a code. Where the code is bent, the grid misses its modules,
however sharp they are. But the edges between modules still come at even steps, so that the place
of the nearest grid line can be measured everywhere, and what has moved be moved back.
"""

import itertools
import math

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.capture.finders import ALIKE, MOST, Finder, finders
from scanner.capture.frame import Pixels

PITCH = 6
"""Pixels that a module is drawn with, flat."""

AROUND = 9
"""Modules drawn beyond the middles of the finder patterns: 3.5 of the code, 4 of quiet zone, and
what a tilt adds.
"""

CODE = 4
"""Modules of the code beyond those middles, and a part of one."""

REACH = 1.6
"""Modules over which the steps are averaged: fewer follow sharper bends, more hold out more noise.
"""

APARTS = tuple(4 * version + 10 for version in range(1, 16))
"""Modules between the middles of two finder patterns, by version (ISO/IEC 18004)."""

SKEWED = 0.7
"""How far three patterns may be from a code's, all told: the corner's cosine, and the shares by
which its arms differ and the patterns' sizes. A tilt does that.
"""

Matrix = NDArray[np.float64]
Field = NDArray[np.float32]
Wheel = NDArray[np.complex64]


def unbent(part: Pixels) -> tuple[Pixels, Matrix] | None:
    """Return the code of the part, flat and upright, and the 2 x 3 way back from its points.

    The way back leaves out the bends. Nothing where no three finder patterns are a code's.
    """
    triple = _triple(finders(part))
    if triple is None:
        return None
    apart = (_modules(triple[0], triple[1]) + _modules(triple[0], triple[2])) / 2
    near = sorted(APARTS, key=lambda modules: abs(modules - apart))[:2]
    views = [_upright(part, triple, modules) for modules in near]
    wheels = [(_wheel(drawn, 0), _wheel(drawn, 1)) for drawn, _ in views]
    best = max((0, 1), key=lambda number: _evenness(wheels[number]))
    drawn, back = views[best]
    return _moved(drawn, *(_shifts(wheel, len(drawn)) for wheel in wheels[best])), back


def _triple(patterns: list[Finder]) -> tuple[Finder, Finder, Finder] | None:
    """Return the three that are most like a code's: the corner, the one right of it, one below."""
    best, least = None, SKEWED
    if len(patterns) > MOST:
        return None
    for corner in patterns:
        others = [each for each in patterns if each is not corner]
        for one, other in itertools.combinations(others, 2):
            off, clockwise = _skew(corner, one, other)
            if off < least:
                least, best = off, (corner, *((one, other) if clockwise else (other, one)))
    return best


def _skew(corner: Finder, one: Finder, other: Finder) -> tuple[float, bool]:
    """Return how far three alike are from a right angle with even arms; and whether clockwise."""
    sizes = [each.module for each in (corner, one, other)]
    a, b = one.x - corner.x, one.y - corner.y
    c, d = other.x - corner.x, other.y - corner.y
    short, long = sorted((math.hypot(a, b), math.hypot(c, d)))
    if max(sizes) > ALIKE * min(sizes) or short < APARTS[0] / 2 * min(sizes):
        return math.inf, True
    unlike = max(sizes) / min(sizes) - 1
    return abs(a * c + b * d) / (long * short) + (1 - short / long) + unlike, a * d > b * c


def _modules(one: Finder, other: Finder) -> float:
    """Return how many modules are between two; a slanted pattern is longer along the rows."""
    across, down = other.x - one.x, other.y - one.y
    apart = float(np.hypot(across, down))
    slant = max(abs(across), abs(down)) / apart
    return apart / ((one.module + other.module) / 2 * slant)


def _upright(
    part: Pixels, triple: tuple[Finder, Finder, Finder], modules: int
) -> tuple[Pixels, Matrix]:
    """Draw the code so that its three patterns lie where they should; and the way back."""
    corner, right, below = (np.array([each.x, each.y]) for each in triple)
    x, y = (right - corner) / (modules * PITCH), (below - corner) / (modules * PITCH)
    back = np.column_stack([x, y, corner - (x + y) * AROUND * PITCH])
    side = (modules + 2 * AROUND) * PITCH
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    drawn = cv2.warpAffine(part, back, (side, side), flags=how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(drawn, np.uint8), back


def _wheel(drawn: Pixels, axis: int) -> Wheel:
    """Return, for each module of the code, how strongly edges come and at which part of a step."""
    soft = cv2.GaussianBlur(drawn, (0, 0), 1.0)
    edges = np.abs(np.asarray(cv2.Sobel(soft, cv2.CV_32F, 1 - axis, axis)))
    side = len(drawn)
    modules = side // PITCH
    turn = np.tile(2 * np.pi / PITCH * np.arange(PITCH, dtype=np.float32), (side, modules))
    turn = turn if axis == 0 else np.ascontiguousarray(turn.T)
    folded = (
        cv2.resize(edges * part(turn), (modules, modules), interpolation=cv2.INTER_AREA)
        for part in (np.cos, np.sin)
    )
    real, imaginary = (np.asarray(cv2.GaussianBlur(each, (0, 0), REACH)) for each in folded)
    inside = slice(AROUND - CODE, modules - AROUND + CODE)
    strongest = max(1.0, cv2.mean(edges)[0])
    return np.asarray((real + 1j * imaginary)[inside, inside] / strongest, np.complex64)


def _evenness(wheels: tuple[Wheel, Wheel]) -> float:
    return min(float(np.abs(wheel).mean()) for wheel in wheels)


def _shifts(wheel: Wheel, side: int) -> Field:
    """Return how many pixels each place is off the grid."""
    rolled = _unrolled(np.asarray(np.angle(wheel), np.float32))
    rolled -= 2 * np.pi * np.round(rolled[CODE, CODE] / (2 * np.pi))
    off = np.pad(rolled * (PITCH / (2 * np.pi)), AROUND - CODE, mode="edge")
    move = cv2.resize(off.astype(np.float32), (side, side), interpolation=cv2.INTER_LINEAR)
    return np.asarray(move, np.float32)


def _moved(drawn: Pixels, right: Field, down: Field) -> Pixels:
    """Take each place from where it has moved to."""
    places = np.arange(len(drawn), dtype=np.float32)
    x, y = right + places[None, :], down + places[:, None]
    flat = cv2.remap(drawn, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat, np.uint8)


def _unrolled(angles: Field) -> Field:
    """Count full turns: the surface whose slopes are nearest to the angles' own, by least squares.

    Going along rows and columns instead would carry one place's mistake to all that follow.
    """
    down = _wrapped(np.diff(angles, axis=0))
    across = _wrapped(np.diff(angles, axis=1))
    spread = np.diff(down, axis=0, prepend=0.0, append=0.0)
    spread += np.diff(across, axis=1, prepend=0.0, append=0.0)
    waves = 2 * np.cos(np.pi * np.arange(len(angles)) / len(angles)) - 2
    stiffness = waves[:, None] + waves[None, :]
    stiffness[0, 0] = 1.0
    heard = np.asarray(cv2.dct(spread.astype(np.float32))) / stiffness
    heard[0, 0] = 0.0
    surface = np.asarray(cv2.idct(heard.astype(np.float32)))
    surface += _wrapped(angles - surface).mean()
    return np.asarray(surface + _wrapped(angles - surface), np.float32)


def _wrapped(angles: Field) -> Field:
    return np.asarray((angles + np.pi) % (2 * np.pi) - np.pi, np.float32)
