"""Removes bands: a dimmed display is dark in stripes where it is photographed.

An OLED display is dimmed by switching it on and off. A sensor exposes its rows one after another,
so some of them see the display while it is off. Each line along the bands has a gain of its own.
"""

from math import cos, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.frame import Pixels

Affine = NDArray[np.float64]

LIGHT_SHARE, DARK_SHARE = 0.15, 0.04
"""The share of a line's pixels that are at least as light as its light tone, or as dark as its dark
one. Of a padded region's lines, a code's quiet zone and modules make a quarter light.
"""

MIN_DEPTH = 0.2
"""The standard deviation of the light tone's steps from line to line, as a share of its mean, from
which the lines are bands. A code without bands has 0.15 where it is turned, else hardly any.
"""

MIN_SIGN = 0.15
"""The same along rows or columns, whichever is more, from which other directions are tried."""

MIN_SIGN = 0.15
"""The same along rows or columns, whichever is more, from which other directions are tried."""

LEAST_CONTRAST = 6.0
"""Levels between a line's two tones that it is stretched by at least; less is noise."""

_WINDOW_SHARE = 3
"""Along a line, the light tone is that of a third of it: more than a finder pattern's 7 modules."""

_SMALL = 96
"""Pixels of the longer side at which the direction is found."""

_COARSE_DEGREES, _FINE_DEGREES = 15.0, 0.8
"""Steps of the direction: two pixels over a region's half are the finest that shows."""


def without_bands(grey: Pixels) -> tuple[Pixels, Affine] | None:
    """Return the picture turned so that its bands are rows, without them; None where it has none.

    Args:
        grey: rows x columns.

    Returns:
        The picture, and a 2 x 3 transform of its points to the original.
    """
    factor = min(1.0, _SMALL / max(grey.shape))
    small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    degrees = _direction(np.asarray(small, np.uint8))
    if degrees is None:
        return None
    turned, back = _turned(grey, degrees)
    return _levelled(turned), back


def _direction(small: Pixels) -> float | None:
    """Return the degrees by which a picture is turned to make its bands rows; None without bands.

    Some of a band's depth is seen at a wrong angle too: rows and columns tell whether to search,
    and a coarse search leads to a fine one.
    """
    if max(_depth(small, 0.0), _depth(np.ascontiguousarray(small.T), 0.0)) < MIN_SIGN:
        return None
    angles = np.arange(0.0, 180.0, _COARSE_DEGREES)
    depths = [_depth(small, angle) for angle in angles]
    best, deepest = float(angles[int(np.argmax(depths))]), max(depths)
    if deepest < MIN_DEPTH:
        return None
    step = _COARSE_DEGREES / 2
    while step > _FINE_DEGREES:
        for angle in (best - step, best + step):
            depth = _depth(small, angle)
            if depth > deepest:
                best, deepest = angle, depth
        step /= 2
    return best


def _depth(small: Pixels, degrees: float) -> float:
    """Return how sharply the light tone varies from row to row in the middle, by its mean."""
    turned = _turned(small, degrees)[0] if degrees else small
    rows = len(turned)
    light = _darkest(turned[rows // 4 : rows - rows // 4], 1 - LIGHT_SHARE)
    return float(np.diff(light).std() / (light.mean() + 1))


def _levelled(grey: Pixels) -> Pixels:
    """Stretch each row between its own dark and light tone."""
    soft = np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0), np.uint8)
    window = np.ones((1, soft.shape[1] // _WINDOW_SHARE + 1), np.uint8)
    light = np.asarray(cv2.dilate(soft, window), np.float32)
    dark = _darkest(soft, DARK_SHARE)[:, None]
    stretched = (soft - dark) * (255 / np.maximum(light - dark, LEAST_CONTRAST))
    return np.asarray(np.clip(stretched, 0, 255), np.uint8)


def _darkest(grey: Pixels, share: float) -> NDArray[np.float32]:
    """Return the tone of each row that this share of its pixels are not lighter than."""
    rank = int(share * (grey.shape[1] - 1))
    return np.partition(grey, rank, axis=1)[:, rank].astype(np.float32)


def _turned(grey: Pixels, degrees: float) -> tuple[Pixels, Affine]:
    """Rotate without cutting anything off, and return the transform back."""
    height, width = grey.shape
    there = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cosine, sine = abs(cos(radians(degrees))), abs(sin(radians(degrees)))
    size = (round(width * cosine + height * sine), round(width * sine + height * cosine))
    there[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    turned = cv2.warpAffine(grey, there, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8), np.asarray(cv2.invertAffineTransform(there), np.float64)
