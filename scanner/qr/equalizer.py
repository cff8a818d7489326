"""Tells dark modules from light ones, whatever a lens, a movement or a lamp did to them.

What a symbol's function patterns must look like is known: from how they do look, a filter is
learned that undoes what happened to them, and used on all modules. What it is sure of teaches it
more. So a blur need not be known, and shadows fall out. It is also shown the darkest and the
brightest of each module: a crack over a dark one leaves some of it dark.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.algebra import least_squares, product
from scanner.qr.frame import Pixels
from scanner.qr.sampling_grid import MARGIN, SamplingGrid
from scanner.qr.symbol import Modules, known_modules

REACH = 3
"""Halves of modules around one's middle that are looked at for it."""

LIGHT_REACH = 5.0
"""Modules over which light and contrast are averaged."""

ROUNDS = 3
"""How often the filter is learned; the first time from the function patterns alone."""

GRAIN = 1.5
"""Grey levels that are noise, so that even places stay so."""

STIFF = 0.005
"""How little a filter's weights may be bent to a single module's sake, beside its noise."""

_PITCH = 4
_HALF = _PITCH // 2
_NEAR = np.ones((3, 3), np.uint8)
"""Where a module's darkest and brightest are looked for: no farther than it reaches."""

Values = NDArray[np.float32]


def modules_of(
    part: Pixels, lattice: SamplingGrid, known: Modules | None = None
) -> tuple[Values, float]:
    """Return each module's value, above zero where it is light, and how well it fits, 0 to 1.

    That is the share of the known modules that are as they should be: half of them would be so by
    chance.

    Args:
        part: the picture.
        lattice: where the modules are in it.
        known: what is known of them; nothing: all function patterns.
    """
    looks = _looks(lattice.drawn(part, _PITCH), lattice.side)
    told = (known_modules(lattice.side) if known is None else known).ravel()
    sure = told >= 0
    wanted = np.where(told == 1, -1.0, 1.0).astype(np.float32)
    weight = sure.astype(np.float32)
    values = wanted
    for _ in range(ROUNDS):
        stiff = np.full(looks.shape[1], STIFF * float(weight.sum()))
        values = product(looks, least_squares(looks, wanted, weight, stiff))
        wanted = np.where(sure, wanted, np.sign(values)).astype(np.float32)
        weight = np.where(sure, 1, np.clip(1.5 * np.abs(values) - 0.25, 0, 1)).astype(np.float32)
    fit = float(((values > 0) == (wanted > 0))[sure].mean())
    return np.asarray(values.reshape(lattice.side, lattice.side), np.float32), fit


def _looks(drawn: Pixels, side: int) -> Values:
    """Return for each module, row by row, the values around its middle, its darkest and brightest,
    and a constant; every neighbourhood with the same mean and contrast.
    """
    steps = _in_steps(drawn)
    spread = LIGHT_REACH * _PITCH / _HALF
    mean = np.asarray(cv2.GaussianBlur(steps, (0, 0), spread))
    away = steps - mean
    contrast = np.sqrt(cv2.GaussianBlur(away * away, (0, 0), spread)) + GRAIN
    levelled = away / contrast
    first = 2 * MARGIN
    around = range(-REACH, REACH + 1)
    looks = [
        levelled[first + down :: 2, first + across :: 2][:side, :side]
        for down in around
        for across in around
        if down * down + across * across <= REACH * (REACH + 1)
    ]
    middle = slice(first, first + 2 * side, 2)
    for extreme in (cv2.erode(drawn, _NEAR), cv2.dilate(drawn, _NEAR)):
        off = _in_steps(np.asarray(extreme, np.uint8)) - mean
        looks.append((off / contrast)[middle, middle])
    flat = np.stack([*looks, np.ones((side, side), np.float32)], axis=-1)
    return np.asarray(flat.reshape(side * side, -1), np.float32)


def _in_steps(drawn: Pixels) -> Values:
    """Return its values at steps of half a module."""
    soft = cv2.boxFilter(drawn, cv2.CV_32F, (_HALF, _HALF))
    # A module's middle is before its third pixel, and the filter's before the pixel it is given to.
    return np.ascontiguousarray(soft[_HALF::_HALF, _HALF::_HALF], np.float32)
