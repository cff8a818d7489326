"""Regions of dense texture: where a symbol may be, before anything was recognized.

A symbol has many horizontal and many vertical edges, evenly over an area. Hardly anything else in a
view has. So this finds symbols that are too blurred, cracked or dim for their finder patterns.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from scanner.qr.frame import Pixels

SHRINK = 4
"""The picture is reduced by this factor: a symbol's module is then about one pixel or some."""

WINDOW = 11
"""Reduced pixels over which gradients are averaged: some modules of a near symbol."""

SHARE = 0.45
"""A region extends around its peak while the density is at least this share of the peak."""

EITHER_SHARE = 0.2
"""The same where edges in one direction are enough: a one-dimensional code's bars are here dense,
there sparse, and only the whole of them is read.
"""

MIN_DENSITY = 3
"""Mean grey levels between neighbouring pixels; less is the noise of a plain wall."""


@dataclass(frozen=True, slots=True)
class Region:
    """A textured part of a picture.

    Attributes:
        left: the first column, in pixels.
        top: the first row.
        right: the column after the last one.
        bottom: the row after the last one.
        density: the mean gradient at its peak, horizontal or vertical, 0 to 255: whichever is less
            or, with `either`, more.
    """

    left: int
    top: int
    right: int
    bottom: int
    density: float


def textured_regions(grey: Pixels, most: int = 2, *, either: bool = False) -> list[Region]:
    """Return the regions of densest texture, the densest first.

    Args:
        grey: rows x columns.
        most: how many regions to return at most.
        either: whether edges in one direction are enough, as a one-dimensional code has them.
    """
    small = reduced(grey)
    if small is None:
        return []
    return densest(density(small, either=either), most, EITHER_SHARE if either else SHARE)


def reduced(pixels: Pixels) -> Pixels | None:
    """Return a picture, grey or in colour, reduced by `SHRINK`; None if it is too small."""
    for _ in range(2):  # twice by half is far quicker than once by a quarter
        if min(pixels.shape[:2]) < 2 * WINDOW:
            return None
        height, width = (side // 2 * 2 for side in pixels.shape[:2])
        half = (width // 2, height // 2)
        pixels = np.asarray(
            cv2.resize(pixels[:height, :width], half, interpolation=cv2.INTER_AREA), np.uint8
        )
    return pixels


def density(small: Pixels, *, either: bool = False) -> Pixels:
    """Return the mean gradient around each pixel of a grey picture from `reduced`.

    Args:
        small: rows x columns.
        either: whether the stronger direction counts, and not the weaker one.
    """
    horizontal = cv2.absdiff(small[:-1, 1:], small[:-1, :-1])
    vertical = cv2.absdiff(small[1:, :-1], small[:-1, :-1])
    size = (WINDOW, WINDOW)
    chosen = cv2.max if either else cv2.min
    return np.asarray(chosen(cv2.blur(horizontal, size), cv2.blur(vertical, size)), np.uint8)


def densest(dense: Pixels, most: int, share: float = SHARE) -> list[Region]:
    """Return the regions around the peaks of a map from `density`, which is used up."""
    found = []
    for _ in range(most):
        region = _take_densest(dense, share)
        if region is None:
            break
        found.append(region)
    return found


def _take_densest(density: Pixels, share: float) -> Region | None:
    """Return the connected component around the peak, and set it to zero in the map."""
    _, peak, _, (x, y) = cv2.minMaxLoc(density)
    if peak < MIN_DENSITY:
        return None
    mask = np.asarray(density >= share * peak, np.uint8)
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(mask)
    label = labels[y, x]
    left, top, width, height, _ = boxes[label].tolist()
    part = density[top : top + height, left : left + width]
    part[labels[top : top + height, left : left + width] == label] = 0
    right, bottom = left + width, top + height
    return Region(left * SHRINK, top * SHRINK, right * SHRINK, bottom * SHRINK, float(peak))
