"""Draws a code anew, flat and clean, from a picture in which it is bent, slanted or blurred.

A reader lays a straight grid over a code and parts light from dark. Where the paper is bent, the
grid misses the modules, however sharp they are. Here the grid is followed over the bends, and what
is found of each module is drawn; the function patterns, which are known, as they should be. What
the code says is still for a reader to tell, and for the code's own error correction.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.deblur import steadied
from scanner.qr.equalizer import modules_of
from scanner.qr.finder_patterns import LOOKS, Look, Ring, joined, rings
from scanner.qr.frame import Pixels
from scanner.qr.sampling_grid import Matrix, SamplingGrid, begun, followed, straight
from scanner.qr.symbol import PATTERN, known_modules, without_pattern
from scanner.qr.symbol_geometry import (
    LOWER_LEFT,
    UPPER_LEFT,
    UPPER_RIGHT,
    Anchors,
    three,
    two,
)

MODULE = 3
"""Pixels that a module is drawn with."""

QUIET = 4
"""Modules of quiet zone (ISO/IEC 18004, 6.3.8)."""

_TO_MODULES = np.array([[1 / MODULE, 0, -QUIET], [0, 1 / MODULE, -QUIET], [0, 0, 1]])

FITS = 0.9
"""The share of the function patterns' modules that must be as they should: less is no code."""

FLAT = 0.78
"""The same on an even grid, even where the code is bent: that much of it lies at its patterns."""

DOUBTFUL = 6
"""So many modules that are neither light nor dark are drawn the other way, one at a time."""

STANDS: dict[tuple[tuple[int, int], ...], tuple[tuple[tuple[int, int], int], ...]] = {
    (UPPER_LEFT, UPPER_RIGHT): ((LOWER_LEFT, 0), (UPPER_RIGHT, 1)),
    (UPPER_RIGHT, LOWER_LEFT): ((UPPER_LEFT, 0), (UPPER_LEFT, 2)),
}
"""How a code may stand of which two patterns are seen there: the one that can't be seen, and the
quarter turns, against the clock, that set it upright.
"""

Drawn = tuple[Pixels, Matrix]


def redrawn(part: Pixels) -> Iterator[Drawn | None]:
    """Draw the part's code anew, one way after another: as it is, and after undoing a blur.

    Returns:
        Pictures and the 2 x 3 way back from their points, which leaves out the bends; the
        likeliest first. Nothing wherever the work may be broken off before it goes on.
    """
    sharp = _Search(part, 1.0)
    yield from sharp.by_three(LOOKS[:1])
    steady = _Search(*steadied(part))
    yield from steady.by_three(LOOKS[:2])
    yield from sharp.by_three(LOOKS[1:2])
    for search in (steady, sharp):
        yield from search.by_two()


def redrawn_again(part: Pixels) -> Iterator[Drawn | None]:
    """Draw it after looks for finder patterns that show fewer of them, but others; as `redrawn`."""
    searches = (_Search(part, 1.0), _Search(*steadied(part)))
    for search in searches:
        yield from search.by_three(LOOKS[2:])
    for search in searches:
        yield from search.by_two()


class _Search:
    """Looks for a code's finder patterns in a picture, and draws what lies between them.

    Args:
        picture: where to look.
        scale: how much larger it is than the part that it was made from.
    """

    def __init__(self, picture: Pixels, scale: float) -> None:
        self._picture = picture
        self._scale = scale
        self._found: list[Ring] = []
        self._tried: set[frozenset[Ring]] = set()
        self._fitted = False

    def by_three(self, looks: Sequence[Look]) -> Iterator[Drawn | None]:
        """Draw the code that each look's finder patterns show, with those of the looks before."""
        for look in looks:
            yield None
            self._found = joined(self._found, rings(self._picture, look))
            found = three(self._found)
            if found and frozenset(found.rings) not in self._tried:
                self._tried.add(frozenset(found.rings))
                yield from self._whole(found)

    def _whole(self, found: Anchors) -> Iterator[Drawn | None]:
        """Draw it as if it were flat, which takes a fifth of the time, then follow its bends."""
        best, most = found.nearest, 0.0
        for apart in found.likeliest():
            yield None
            values, fit = modules_of(self._picture, grid := straight(found, apart))
            if fit > FITS:
                yield from self._drawn(values, grid)
            if fit > most:
                best, most = apart, fit
        if most < FLAT:
            return
        yield None
        grid = followed(self._picture, begun(self._picture, found, best))
        values, fit = modules_of(self._picture, grid)
        if fit > FITS:
            yield from self._drawn(values, grid)

    def by_two(self) -> Iterator[Drawn | None]:
        """Draw a code whose third finder pattern can't be seen, on the side that has more edges.

        How it stands is told by what fits. Where three were a code's, two tell no more.
        """
        if self._fitted:
            return
        yield None
        sides = two(self._found)
        grids = [begun(self._picture, side, side.nearest) for side in sides]
        if not grids:
            return
        yield None
        grid = followed(self._picture, max(grids, key=lambda each: _edges(self._picture, each)))
        for hidden, turns in STANDS[grid.corners]:
            known = np.rot90(without_pattern(grid.side, *hidden), -turns)
            values, fit = modules_of(self._picture, grid, known)
            if fit > FITS:
                yield from self._drawn(np.rot90(values, turns), grid)

    def _drawn(self, values: NDArray[np.float32], grid: SamplingGrid) -> Iterator[Drawn]:
        """Draw what was found of each module; then with one that may be wrong the other way."""
        self._fitted = True
        known = known_modules(len(values))
        back = grid.back @ _TO_MODULES / self._scale
        dark = np.where(known >= 0, known == 1, values < 0)
        yield _picture(dark), back
        doubt = np.where(known >= 0, np.inf, np.abs(values))
        for place in np.argsort(doubt, axis=None)[:DOUBTFUL].tolist():
            other = dark.copy()
            other.flat[place] ^= True
            yield _picture(other), back


def _edges(part: Pixels, grid: SamplingGrid) -> float:
    """Return how many edges the code's place has, where it is not known to have some."""
    drawn = grid.drawn(part, 2)[2 * PATTERN :]
    return float(np.abs(np.asarray(cv2.Laplacian(drawn, cv2.CV_16S))).mean())


def _picture(dark: NDArray[np.bool_]) -> Pixels:
    light = np.where(dark, 0, 255).astype(np.uint8)
    whole = cv2.copyMakeBorder(light, *(QUIET,) * 4, cv2.BORDER_CONSTANT, value=255)
    large = cv2.resize(whole, None, fx=MODULE, fy=MODULE, interpolation=cv2.INTER_NEAREST)
    return np.asarray(large, np.uint8)
