"""How good a view is to read codes in, to set a camera up by. Pure.

Dark and glaring are what they are to the gate's coach; sharpness is told more exactly here, where
there is time to look for the part of the view that has detail.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from scanner.qr.frame import Pixels
from scanner.qr.texture import textured_regions
from scanner.scanning.coaching import DARK, GLARE_SHARE
from scanner.scanning.coaching import measure as glance
from scanner.scanning.unread_codes import SOFT as SOFT_EDGES
from scanner.scanning.unread_codes import Suspect, suspect_at

BRIGHT = 215.0
"""The mean grey level above which a sensor has little left to tell codes by."""

SOFT = 60.0
"""Sharpness under which a code of some pixels a module is out of focus or moves."""

SMALL = 60
"""Pixels of a code's side: the smallest code has 21 modules, and three pixels each are read."""


@dataclass(frozen=True, slots=True)
class Quality:
    """One view, measured.

    Attributes:
        light: the mean grey level, 0 to 255.
        glare: the share of it that is burnt out, 0 to 1.
        sharpness: the variance of the Laplacian where the view has most detail; blur lowers it.
        side: the longer side of that part, in pixels; nothing where there is no detail.
        seen: what has a code's shape.
    """

    light: float
    glare: float
    sharpness: float
    side: int | None
    seen: Suspect | None = None

    @property
    def advice(self) -> str:
        """What to do, in one sentence."""
        if self.light < DARK:
            return "Too dark: turn a lamp on, or turn the camera to the light."
        if self.light > BRIGHT:
            return "Too bright: turn the camera away from the lamp or the window."
        if self.glare > GLARE_SHARE or (self.seen and self.seen.glaring):
            return "Glare: tilt the camera, or move the lamp."
        if self.side is None:
            return "Nothing to see: hold a ticket before the camera."
        if self.side < SMALL:
            return "Too far: hold the ticket closer."
        # Grain passes for detail, but not for a code's edges.
        if self.sharpness < SOFT or (self.seen and self.seen.edges < SOFT_EDGES):
            return "Not sharp: hold still, or move the ticket until it is in focus."
        return "Good."


def measure(grey: Pixels) -> Quality:
    """Measure a view: rows x columns, grey."""
    light = glance(grey)
    patch = next(iter(textured_regions(grey, most=1)), None)
    part = grey[patch.top : patch.bottom, patch.left : patch.right] if patch else grey
    sharpness = float(cv2.Laplacian(np.ascontiguousarray(part), cv2.CV_64F).var())
    side = max(patch.right - patch.left, patch.bottom - patch.top) if patch else None
    return Quality(light.light, light.burnt, sharpness, side, suspect_at(grey, patch))
