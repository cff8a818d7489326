"""Colour contrast: a symbol whose two colours have one brightness is invisible in grey."""

import cv2
import numpy as np

from scanner.qr.frame import Pixels
from scanner.qr.passes import Prepared
from scanner.qr.regions import regions_of_interest
from scanner.qr.texture import densest, density, reduced

DOMINANCE = 2.0
"""How many times denser a channel's texture must be than grey's in the same place.

By the weights of grey (ITU-R BT.601) it is 1.0 for black on white and 1.4 for red on white, which
grey shows well, and 8.8 for yellow on white.
"""

MIN_EXCESS = 6
"""By how many levels the channel's texture must exceed that; less is a sensor's colour noise."""

_COLOUR = 3
"""Dimensions of a colour picture."""


def colour_regions(pixels: Pixels) -> list[Prepared]:
    """Crop the place where one colour channel shows much more than grey, in that channel.

    The reduced picture tells, so that it takes less than a millisecond where there is none.

    Args:
        pixels: rows x columns x 3 in blue, green, red; or grey, which has no such place.
    """
    small = reduced(pixels) if pixels.ndim == _COLOUR else None
    if small is None:
        return []
    in_grey = density(np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8))
    usual = cv2.convertScaleAbs(in_grey, alpha=DOMINANCE)
    excesses = [
        cv2.subtract(density(np.asarray(each, np.uint8)), usual) for each in cv2.split(small)
    ]
    peaks = [float(cv2.minMaxLoc(each)[1]) for each in excesses]
    best = int(np.argmax(peaks))
    if peaks[best] < MIN_EXCESS:
        return []
    channel = np.ascontiguousarray(pixels[:, :, best])
    regions = densest(np.asarray(excesses[best], np.uint8), 1)
    return list(regions_of_interest(channel, (), regions))
