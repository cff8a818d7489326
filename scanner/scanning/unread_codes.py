"""Finds what has a code's shape though it wasn't read, and measures why: blur, glare, size.

A blurred or overexposed code has no finder patterns left. It is still about square, and its edges,
however soft, are spread evenly over it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.frame import Pixels
from scanner.qr.texture import Region, textured_regions

LONGEST_SHARE = 0.5
"""A code's longest side as a share of the frame's height: a page or a shirt is larger."""

SQUARENESS = 1.4
"""The largest aspect ratio: a code at a slant, or partly covered."""

EVENNESS, SMALL_EVENNESS = 0.32, 0.4
"""The mean gradient over the contrast, at least; the second for small candidates. That finds 36 of
40 unread gate frames with motion or defocus blur, and nothing blurred in 200 empty ones.
"""

BLURRED = 1.3
"""The 99th percentile of gradients over the contrast; below it edges are blurred. Unread frames
with motion or defocus blur have at most 1.23, those unread for other reasons 1.75 and more.
"""

SMALL = 72
"""Pixels of a side: such a code has one or two to a module."""

CLIPPED = 250
"""Grey levels from here on are overexposed: no detail is left in them."""

GLARING, FILLED = 0.25, 0.75
"""A square of this share of the side that is overexposed to this share is a lamp's reflection: no
code has a light square as large."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A part of a frame that may be a code.

    Attributes:
        side: its longer side, in pixels.
        edges: its 99th percentile of gradients over its contrast; blur lowers it.
        glaring: whether a reflection hides a part of it.
    """

    side: int
    edges: float
    glaring: bool


def find_candidate(pixels: Pixels) -> Candidate | None:
    """Return what looks most like a code; None where nothing does. Takes a millisecond.

    Args:
        pixels: rows x columns, or rows x columns x 3.
    """
    grey = pixels if pixels.ndim == 2 else np.asarray(cv2.extractChannel(pixels, 1), np.uint8)  # noqa: PLR2004 - green is near grey
    return candidate_at(grey, next(iter(textured_regions(grey, most=1)), None))


def candidate_at(grey: Pixels, patch: Region | None) -> Candidate | None:
    """Return the densest patch of a grey picture if it looks like a code, else None."""
    if patch is None or not _has_shape(patch, grey.shape[0]):
        return None
    part = grey[patch.top : patch.bottom, patch.left : patch.right]
    half = cv2.resize(part, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.int16)
    contrast = max(1.0, float(half.std()))
    side = max(patch.right - patch.left, patch.bottom - patch.top)
    if patch.density < (EVENNESS if side > SMALL else SMALL_EVENNESS) * contrast:
        return None
    edges = min(_strongest_gradient(np.diff(half, axis=axis)) for axis in (0, 1)) / contrast
    return Candidate(side, edges, _is_glaring(part))


def _has_shape(patch: Region, height: int) -> bool:
    short, long = sorted((patch.right - patch.left, patch.bottom - patch.top))
    return long <= SQUARENESS * short and long <= LONGEST_SHARE * height


def _strongest_gradient(steps: NDArray[np.int16]) -> float:
    return float(np.percentile(np.abs(steps), 99))


def _is_glaring(part: Pixels) -> bool:
    clipped = np.asarray(part >= CLIPPED, np.float32)
    side = max(3, int(GLARING * min(part.shape)))
    return float(cv2.blur(clipped, (side, side), borderType=cv2.BORDER_CONSTANT).max()) >= FILLED
