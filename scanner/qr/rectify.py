"""Redraws a symbol flat and clean from a picture in which it is bent, tilted or blurred.

A reader samples a symbol on a straight grid and applies a threshold. On bent paper that grid misses
modules, however sharp they are. Here the sampling grid follows the paper, and an equalizer
classifies each module; the function patterns are drawn as the standard defines them. A reader then
decodes the drawing, so that the symbol's own error correction still decides.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.deblur import deblur
from scanner.qr.equalizer import equalize
from scanner.qr.finder_patterns import (
    BINARIZATIONS,
    Binarization,
    FinderPattern,
    locate_finder_patterns,
    merge_patterns,
)
from scanner.qr.frame import Pixels
from scanner.qr.function_patterns import FINDER_SIDE, function_patterns, without_finder_pattern
from scanner.qr.sampling_grid import Matrix, SamplingGrid, affine_grid, extend_grid, initial_grid
from scanner.qr.symbol_geometry import (
    LOWER_LEFT,
    UPPER_LEFT,
    UPPER_RIGHT,
    SymbolEstimate,
    symbol_of_three,
    symbols_of_two,
)

MODULE = 3
"""Pixels per module of the drawing."""

QUIET_ZONE = 4
"""Modules (ISO/IEC 18004, 6.3.8)."""

_PIXELS_TO_MODULES = np.array(
    [[1 / MODULE, 0, -QUIET_ZONE], [0, 1 / MODULE, -QUIET_ZONE], [0, 0, 1]]
)

MIN_AGREEMENT = 0.9
"""The share of function pattern modules that must be right; with less it is no symbol."""

MIN_AFFINE_AGREEMENT = 0.78
"""The same on an affine grid, which fits a bent symbol at its finder patterns at least."""

MOST_FLIPPED = 6
"""How many of the least certain modules are drawn flipped, one at a time."""

ORIENTATIONS: dict[tuple[tuple[int, int], ...], tuple[tuple[tuple[int, int], int], ...]] = {
    (UPPER_LEFT, UPPER_RIGHT): ((LOWER_LEFT, 0), (UPPER_RIGHT, 1)),
    (UPPER_RIGHT, LOWER_LEFT): ((UPPER_LEFT, 0), (UPPER_LEFT, 2)),
}
"""The possible orientations of a symbol with two visible finder patterns: the hidden pattern, and
the quarter turns, counterclockwise, that make the symbol upright.
"""

Rectified = tuple[Pixels, Matrix]
"""A drawing, and the 2 x 3 transform from its pixels to those of the original."""


def rectify(picture: Pixels) -> Iterator[Rectified | None]:
    """Redraw the symbol in a picture, as it is and after deblurring.

    Args:
        picture: rows x columns, grey.

    Yields:
        Drawings, the likeliest first, with a transform back that ignores the bends. None at each
        point where the work may be interrupted.
    """
    sharp = _Rectifier(picture, 1.0)
    yield from sharp.from_three(BINARIZATIONS[:1])
    deblurred = _Rectifier(*deblur(picture))
    yield from deblurred.from_three(BINARIZATIONS[:2])
    yield from sharp.from_three(BINARIZATIONS[1:2])
    for rectifier in (deblurred, sharp):
        yield from rectifier.from_two()


def rectify_again(picture: Pixels) -> Iterator[Rectified | None]:
    """Redraw the symbol like `rectify`, with the other binarizations for its finder patterns."""
    rectifiers = (_Rectifier(picture, 1.0), _Rectifier(*deblur(picture)))
    for rectifier in rectifiers:
        yield from rectifier.from_three(BINARIZATIONS[2:])
    for rectifier in rectifiers:
        yield from rectifier.from_two()


class _Rectifier:
    """Collects the finder patterns of a picture, and redraws the symbol between them.

    Args:
        picture: rows x columns, grey.
        scale: the factor by which it was enlarged from the original.
    """

    def __init__(self, picture: Pixels, scale: float) -> None:
        self._picture = picture
        self._scale = scale
        self._patterns: list[FinderPattern] = []
        self._tried: set[frozenset[FinderPattern]] = set()
        self._fitted = False

    def from_three(self, binarizations: Sequence[Binarization]) -> Iterator[Rectified | None]:
        """Redraw the symbol of three finder patterns, after each binarization that adds some."""
        for binarization in binarizations:
            yield None
            located = locate_finder_patterns(self._picture, binarization)
            self._patterns = merge_patterns(self._patterns, located)
            symbol = symbol_of_three(self._patterns)
            if symbol and frozenset(symbol.patterns) not in self._tried:
                self._tried.add(frozenset(symbol.patterns))
                yield from self._redraw(symbol)

    def _redraw(self, symbol: SymbolEstimate) -> Iterator[Rectified | None]:
        """Try affine grids, which take a fifth of the time, then the extended grid."""
        best, most = symbol.nearest_spacing, 0.0
        for spacing in symbol.likely_spacings():
            yield None
            values, agreement = equalize(self._picture, grid := affine_grid(symbol, spacing))
            if agreement > MIN_AGREEMENT:
                yield from self._draw(values, grid)
            if agreement > most:
                best, most = spacing, agreement
        if most < MIN_AFFINE_AGREEMENT:
            return
        yield None
        grid = extend_grid(self._picture, initial_grid(self._picture, symbol, best))
        values, agreement = equalize(self._picture, grid)
        if agreement > MIN_AGREEMENT:
            yield from self._draw(values, grid)

    def from_two(self) -> Iterator[Rectified | None]:
        """Redraw a symbol whose third finder pattern is hidden, on the side with more edges.

        The orientation is the one that agrees with the function patterns. Nothing is drawn where
        three patterns gave a symbol before.
        """
        if self._fitted:
            return
        yield None
        symbols = symbols_of_two(self._patterns)
        grids = [initial_grid(self._picture, each, each.nearest_spacing) for each in symbols]
        if not grids:
            return
        yield None
        densest = max(grids, key=lambda each: _edge_density(self._picture, each))
        grid = extend_grid(self._picture, densest)
        for hidden, turns in ORIENTATIONS[grid.corners]:
            known = np.rot90(without_finder_pattern(grid.side, *hidden), -turns)
            values, agreement = equalize(self._picture, grid, known)
            if agreement > MIN_AGREEMENT:
                yield from self._draw(np.rot90(values, turns), grid)

    def _draw(self, values: NDArray[np.float32], grid: SamplingGrid) -> Iterator[Rectified]:
        """Draw the modules as classified; then with each of the least certain ones flipped."""
        self._fitted = True
        known = function_patterns(len(values))
        back = grid.affine @ _PIXELS_TO_MODULES / self._scale
        dark = np.where(known >= 0, known == 1, values < 0)
        yield _drawing(dark), back
        certainty = np.where(known >= 0, np.inf, np.abs(values))
        for module in np.argsort(certainty, axis=None)[:MOST_FLIPPED].tolist():
            flipped = dark.copy()
            flipped.flat[module] ^= True
            yield _drawing(flipped), back


def _edge_density(picture: Pixels, grid: SamplingGrid) -> float:
    """Return the mean Laplacian of the symbol below its upper finder patterns."""
    rectified = grid.rectify(picture, 2)[2 * FINDER_SIDE :]
    return float(np.abs(np.asarray(cv2.Laplacian(rectified, cv2.CV_16S))).mean())


def _drawing(dark: NDArray[np.bool_]) -> Pixels:
    light = np.where(dark, 0, 255).astype(np.uint8)
    whole = cv2.copyMakeBorder(light, *(QUIET_ZONE,) * 4, cv2.BORDER_CONSTANT, value=255)
    large = cv2.resize(whole, None, fx=MODULE, fy=MODULE, interpolation=cv2.INTER_NEAREST)
    return np.asarray(large, np.uint8)
