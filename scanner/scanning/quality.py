"""How well codes can be read in a frame, for setting a camera up. Pure.

Dark and glaring mean what they mean for `scan_hints`. Sharpness is measured more exactly: here is
time to find the part of the frame that has detail.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from scanner.facts import Code
from scanner.qr.frame import Pixels
from scanner.qr.texture import textured_regions
from scanner.scanning.scan_hints import DARK, GLARE_SHARE, exposure_of
from scanner.scanning.unread_codes import BLURRED, Candidate, candidate_at

BRIGHT = 215.0
"""The mean grey level above which too little contrast is left."""

SOFT = 60.0
"""Variance of the Laplacian; below it a code of a few pixels a module is blurred."""

SMALL = 60
"""Pixels of a code's side: the smallest code has 21 modules, and three pixels each are read."""


class Advice(Code):
    """What to do when setting a camera up."""

    DARK = "scanning.view_dark"
    BRIGHT = "scanning.view_bright"
    GLARE = "scanning.view_glare"
    EMPTY = "scanning.view_empty"
    FAR = "scanning.view_far"
    BLURRED = "scanning.view_blurred"
    GOOD = "scanning.view_good"


@dataclass(frozen=True, slots=True)
class Quality:
    """One frame, measured.

    Attributes:
        light: the mean grey level, 0 to 255.
        glare: the share of overexposed samples, 0 to 1.
        sharpness: the variance of the Laplacian where the frame has most detail; blur lowers it.
        side: the longer side of that part, in pixels; None where there is no detail.
        candidate: what has a code's shape.
    """

    light: float
    glare: float
    sharpness: float
    side: int | None
    candidate: Candidate | None = None

    @property
    def advice(self) -> Advice:
        """What to do."""
        if self.light < DARK:
            return Advice.DARK
        if self.light > BRIGHT:
            return Advice.BRIGHT
        if self.glare > GLARE_SHARE or (self.candidate and self.candidate.glaring):
            return Advice.GLARE
        if self.side is None:
            return Advice.EMPTY
        if self.side < SMALL:
            return Advice.FAR
        # Noise raises the Laplacian's variance, but not a code's edges.
        if self.sharpness < SOFT or (self.candidate and self.candidate.edges < BLURRED):
            return Advice.BLURRED
        return Advice.GOOD


def measure(grey: Pixels) -> Quality:
    """Measure a frame: rows x columns, grey."""
    exposure = exposure_of(grey)
    patch = next(iter(textured_regions(grey, most=1)), None)
    part = grey[patch.top : patch.bottom, patch.left : patch.right] if patch else grey
    sharpness = float(cv2.Laplacian(np.ascontiguousarray(part), cv2.CV_64F).var())
    side = max(patch.right - patch.left, patch.bottom - patch.top) if patch else None
    candidate = candidate_at(grey, patch)
    return Quality(exposure.light, exposure.clipped, sharpness, side, candidate)
