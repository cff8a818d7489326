"""How good a view is to read codes in, and what the guard can do about it. Pure."""

from dataclasses import dataclass

import cv2
import numpy as np

from scanner.capture.frame import Pixels
from scanner.capture.texture import patches

DARK, BRIGHT = 40.0, 215.0
"""Mean grey levels below and above which a sensor has little left to tell codes by."""

GLARE_SHARE = 0.06
"""The share of the view that may be as bright as can be: a lamp, or its reflection."""

SOFT = 60.0
"""Sharpness under which a code of some pixels a module is out of focus or moves."""

SMALL = 60
"""Pixels of a code's side: the smallest code has 21 modules, and three pixels each are read."""

_WHITE = 250


@dataclass(frozen=True, slots=True)
class Quality:
    """One view, measured.

    Attributes:
        light: the mean grey level, 0 to 255.
        glare: the share of pixels that are as bright as can be, 0 to 1.
        sharpness: the variance of the Laplacian where the view has most detail; blur lowers it.
        side: the longer side of that part, in pixels; nothing where there is no detail.
    """

    light: float
    glare: float
    sharpness: float
    side: int | None

    @property
    def advice(self) -> str:
        """What to do, in one sentence."""
        if self.light < DARK:
            return "Too dark: turn a lamp on, or turn the camera to the light."
        if self.light > BRIGHT:
            return "Too bright: turn the camera away from the lamp or the window."
        if self.glare > GLARE_SHARE:
            return "Glare: tilt the camera, or move the lamp."
        if self.side is None:
            return "Nothing to see: hold a ticket before the camera."
        if self.side < SMALL:
            return "Too far: hold the ticket closer."
        if self.sharpness < SOFT:
            return "Not sharp: hold still, or move the ticket until it is in focus."
        return "Good."


def measure(grey: Pixels) -> Quality:
    """Measure a view: rows x columns, grey."""
    glare = float(np.count_nonzero(grey >= _WHITE)) / max(1, grey.size)
    patch = next(iter(patches(grey, most=1)), None)
    part = grey[patch.top : patch.bottom, patch.left : patch.right] if patch else grey
    sharpness = float(cv2.Laplacian(np.ascontiguousarray(part), cv2.CV_64F).var())
    side = max(patch.right - patch.left, patch.bottom - patch.top) if patch else None
    return Quality(float(grey.mean()), glare, sharpness, side)
