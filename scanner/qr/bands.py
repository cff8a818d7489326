"""Removes bands: a dimmed display is dark in stripes where it is photographed.

An OLED display is dimmed by switching it on and off. A sensor exposes its rows one after another,
so some of them see the display while it is off. Each line along the bands has a gain of its own.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.frame import Pixels

Affine = NDArray[np.float64]

Tones = NDArray[np.float32]
"""Rows x columns: the logarithm of grey levels."""

LIGHT_SHARE, DARK_SHARE = 0.15, 0.04
"""The share of a line's pixels that are at least as light as its light tone, or as dark as its dark
one. Of a padded region's lines, a code's quiet zone and modules make a quarter light.
"""

MIN_PEAK = 1.5
"""How far the strongest wave in the picture must stand out from the next ones, as a ratio."""

MIN_DEPTH = 0.13
"""The standard deviation of the light tone's steps from line to line, as a share of its mean, from
which the wave is bands. Of 320 gate frames about one in twenty has as much, of regions behind drawn
bands nineteen in twenty.
"""

FEWEST, MOST = 2.9, 16.0
"""Bands across a padded region: fewer are its own outline, more a code's modules."""

LEAST_CONTRAST = 6.0
"""Levels between a line's two tones that it is stretched by at least; less is noise."""

_WINDOW_SHARE = 0.22
"""Along a line, the light tone is that of this share of it: in a padded region, just more than a
finder pattern's 7 modules.
"""

_SMALL = 96
"""Pixels of the longer side at which the direction is found."""

_SHORTEST = 21
"""Pixels of the shorter side at least: a symbol's least modules."""

_NOISE = 8.0
"""Levels of a sensor's noise; less light than this is not told from none."""

_COUNTS = np.fft.fftfreq(_SMALL) * _SMALL
_LENGTHS = np.hypot(_COUNTS[:, None], _COUNTS)
_LOOKED_AT = (_LENGTHS >= FEWEST) & (_LENGTHS <= MOST) & (_COUNTS >= 0)
_DOWN, _ACROSS = _COUNTS[_LOOKED_AT.nonzero()[0]], _COUNTS[_LOOKED_AT.nonzero()[1]]
"""Of the waves that are looked at, how many lie down and across the picture."""

_STEPS_DEGREES = (1.2, 0.6)
"""How the direction is refined; a pixel over a region's half is the finest step that shows."""

_PEAK_WIDTH, _OTHERS = 3.0, 6
"""How wide a peak is after the window, in waves; and how many others it is compared with."""


def without_bands(grey: Pixels) -> tuple[Pixels, Affine] | None:
    """Return the picture turned so that its bands are rows, without them; None where it has none.

    Args:
        grey: rows x columns.

    Returns:
        The picture, and a 2 x 3 transform of its points to the original.
    """
    if min(grey.shape) < _SHORTEST:
        return None
    factor = min(1.0, _SMALL / max(grey.shape))
    small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    angle = _direction(np.asarray(small, np.uint8))
    if angle is None:
        return None
    turned, back = _turned(grey, angle)
    return _levelled(turned), back


def _direction(small: Pixels) -> float | None:
    """Return the degrees by which a picture is turned to make its bands rows; None without bands.

    Bands are one wave through the whole picture, whichever way the code lies behind them.
    """
    wave = _strongest_wave(_windowed(small))
    if wave is None:
        return None
    best = -math.degrees(math.atan2(wave[1], wave[0]))
    deepest = _depth(small, best)
    if deepest < MIN_DEPTH:
        return None
    for step in _STEPS_DEGREES:
        for angle in (best - step, best + step):
            depth = _depth(small, angle)
            if depth > deepest:
                best, deepest = angle, depth
    return best


def _windowed(small: Pixels) -> Tones:
    """Take the logarithm, in which bands are a sum, and let it fade out towards the edges."""
    tones = np.asarray(cv2.log(small.astype(np.float32) + _NOISE), np.float32)
    height, width = small.shape
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    return np.asarray((tones - tones.mean()) * window, np.float32)


def _strongest_wave(tones: Tones) -> tuple[float, float] | None:
    """Count the strongest waves down and across `_SMALL` pixels; None if they don't stand out."""
    square = np.zeros((_SMALL, _SMALL), np.float32)
    square[: tones.shape[0], : tones.shape[1]] = tones
    real, imaginary = cv2.split(cv2.dft(square, flags=cv2.DFT_COMPLEX_OUTPUT))
    waves = np.hypot(real[_LOOKED_AT], imaginary[_LOOKED_AT])
    strongest = int(waves.argmax())
    down, across = float(_DOWN[strongest]), float(_ACROSS[strongest])
    apart = np.minimum(
        np.hypot(_DOWN - down, _ACROSS - across), np.hypot(_DOWN + down, _ACROSS + across)
    )
    others = np.sort(waves[apart > _PEAK_WIDTH])[-_OTHERS:].mean()
    if waves[strongest] < MIN_PEAK * others:
        return None

    def wave(more_down: int, more_across: int) -> float:
        at = (int(down) + more_down) % _SMALL, (int(across) + more_across) % _SMALL
        return math.hypot(real[at], imaginary[at])

    return (
        down + _between(wave(-1, 0), wave(0, 0), wave(1, 0)),
        across + _between(wave(0, -1), wave(0, 0), wave(0, 1)),
    )


def _between(before: float, peak: float, after: float) -> float:
    """Return where a parabola through three neighbours has its top, from the middle one."""
    bend = 2 * peak - before - after
    return max(-0.5, min(0.5, (after - before) / (2 * bend))) if bend > 0 else 0.0


def _depth(small: Pixels, angle: float) -> float:
    """Return how sharply the light tone varies from row to row in the middle, by its mean."""
    turned = _turned(small, angle)[0] if angle else small
    rows = len(turned)
    light = _darkest(turned[rows // 4 : rows - rows // 4], 1 - LIGHT_SHARE)
    return float(np.diff(light).std() / (light.mean() + 1))


def _levelled(grey: Pixels) -> Pixels:
    """Stretch each row between its own dark and light tone."""
    soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0), np.uint8)
    window = np.ones((1, int(soft.shape[1] * _WINDOW_SHARE) + 1), np.uint8)
    light = np.asarray(cv2.dilate(soft, window), np.float32)
    dark = _darkest(soft, DARK_SHARE)[:, None]
    stretched = (soft - dark) * (255 / np.maximum(light - dark, LEAST_CONTRAST))
    return np.asarray(np.clip(stretched, 0, 255), np.uint8)


def _darkest(grey: Pixels, share: float) -> NDArray[np.float32]:
    """Return the tone of each row that this share of its pixels are not lighter than."""
    rank = int(share * (grey.shape[1] - 1))
    return np.partition(grey, rank, axis=1)[:, rank].astype(np.float32)


def _turned(grey: Pixels, angle: float) -> tuple[Pixels, Affine]:
    """Rotate without cutting anything off, and return the transform back."""
    height, width = grey.shape
    there = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    cosine, sine = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
    size = (round(width * cosine + height * sine), round(width * sine + height * cosine))
    there[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    turned = cv2.warpAffine(grey, there, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8), np.asarray(cv2.invertAffineTransform(there), np.float64)
