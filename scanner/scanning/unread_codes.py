"""What in a view has a code's shape though nothing was read there, and why it may not have been.

A blurred or dazzled code has no finder patterns to be known by. What it has still: it is about as
high as wide, and its edges, however soft, lie evenly over it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.frame import Pixels
from scanner.qr.texture import Region, textured_regions

LONGEST_SHARE = 0.5
"""Of the view's height, the most a code's side may be: a page or a shirt is larger."""

SQUARENESS = 1.4
"""How many times longer one side may be: a code at a slant, or partly covered."""

EVENNESS, SMALL_EVENNESS = 0.32, 0.4
"""Edges' mean step over the contrast, at least; and of what is small. With it, 36 of 40 smeared and
defocused gate frames that weren't read are met, and nothing blurred in 200 empty ones.
"""

SOFT = 1.3
"""Strongest steps over the contrast, below which edges are blurred: smeared and defocused frames
that weren't read have at most 1.23, those that failed for other reasons 1.75 and more.
"""

SMALL = 72
"""Pixels of a side, of a code with one or two a module."""

BURNT = 250
"""Grey levels from here on are burnt out: no detail is left in them."""

GLARING, FILLED = 0.25, 0.75
"""A square of this share of the side that is so far burnt out is no part of a code, none of which
has as large a light square, but a lamp's reflection."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A part of a view that may be a code.

    Attributes:
        side: its longer side, in pixels.
        edges: its strongest steps over its contrast: blur lowers it.
        glaring: whether a lamp hides a part of it.
    """

    side: int
    edges: float
    glaring: bool


def suspect(pixels: Pixels) -> Suspect | None:
    """Return what looks most like a code; nothing where nothing does. Takes a millisecond.

    Args:
        pixels: rows x columns, or rows x columns x 3.
    """
    grey = pixels if pixels.ndim == 2 else np.asarray(cv2.extractChannel(pixels, 1), np.uint8)  # noqa: PLR2004 - green is near grey
    return suspect_at(grey, next(iter(textured_regions(grey, most=1)), None))


def suspect_at(grey: Pixels, patch: Region | None) -> Suspect | None:
    """Return the densest patch of a grey picture if it looks like a code; nothing else."""
    if patch is None or not _has_shape(patch, grey.shape[0]):
        return None
    part = grey[patch.top : patch.bottom, patch.left : patch.right]
    half = cv2.resize(part, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA).astype(np.int16)
    contrast = max(1.0, float(half.std()))
    side = max(patch.right - patch.left, patch.bottom - patch.top)
    if patch.density < (EVENNESS if side > SMALL else SMALL_EVENNESS) * contrast:
        return None
    edges = min(_strongest(np.diff(half, axis=axis)) for axis in (0, 1)) / contrast
    return Suspect(side, edges, _is_glaring(part))


def _has_shape(patch: Region, height: int) -> bool:
    short, long = sorted((patch.right - patch.left, patch.bottom - patch.top))
    return long <= SQUARENESS * short and long <= LONGEST_SHARE * height


def _strongest(steps: NDArray[np.int16]) -> float:
    return float(np.percentile(np.abs(steps), 99))


def _is_glaring(part: Pixels) -> bool:
    burnt = np.asarray(part >= BURNT, np.float32)
    side = max(3, int(GLARING * min(part.shape)))
    return float(cv2.blur(burnt, (side, side), borderType=cv2.BORDER_CONSTANT).max()) >= FILLED
