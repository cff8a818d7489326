"""Where in a picture something lies that could be a code, before anything was recognised.

A code is full of edges both across and down, evenly, over an area: hardly anything else in a view
is. This finds codes that are too blurred, cracked or dim for their finder patterns to be met.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from scanner.qr.frame import Pixels

SHRINK = 4
"""Looked at in a quarter of the size: a module of a code in view is some pixels then, or one."""

REACH = 11
"""Over so many small pixels edges are averaged: some modules of a code that is near."""

SHARE = 0.45
"""What lies around the densest place belongs to it while it is so dense as this share of it."""

FAINTEST = 3
"""Grey levels between neighbours, on average; less is a wall's grain."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A part of a picture, in its pixels, and how dense edges are in it: 0 to 255."""

    left: int
    top: int
    right: int
    bottom: int
    density: float


def patches(grey: Pixels, most: int = 2) -> list[Patch]:
    """Return the parts that are most like a code's inside, the densest first."""
    small = grey
    for _ in range(2):  # by half is far quicker than by a quarter
        if min(small.shape) < 2 * REACH:
            return []
        height, width = (side // 2 * 2 for side in small.shape)
        small = np.asarray(
            cv2.resize(
                small[:height, :width], (width // 2, height // 2), interpolation=cv2.INTER_AREA
            ),
            np.uint8,
        )
    across = cv2.absdiff(small[:-1, 1:], small[:-1, :-1])
    down = cv2.absdiff(small[1:, :-1], small[:-1, :-1])
    size = (REACH, REACH)
    density = np.asarray(cv2.min(cv2.blur(across, size), cv2.blur(down, size)), np.uint8)
    found = []
    for _ in range(most):
        patch = _take_densest(density)
        if patch is None:
            break
        found.append(patch)
    return found


def _take_densest(density: Pixels) -> Patch | None:
    """Return the densest part, and blank it."""
    _, peak, _, (x, y) = cv2.minMaxLoc(density)
    if peak < FAINTEST:
        return None
    mask = np.asarray(density >= SHARE * peak, np.uint8)
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(mask)
    label = labels[y, x]
    left, top, width, height, _ = boxes[label].tolist()
    part = density[top : top + height, left : left + width]
    part[labels[top : top + height, left : left + width] == label] = 0
    right, bottom = left + width, top + height
    return Patch(left * SHRINK, top * SHRINK, right * SHRINK, bottom * SHRINK, float(peak))
