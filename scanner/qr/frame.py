"""A picture, its number and its time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Rows x columns x 3 in blue, green, red; or rows x columns in grey."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One frame of a source.

    Attributes:
        pixels: the picture; read-only.
        number: the number of earlier frames of this source.
        at: when it was taken, in monotonic seconds: by the clock for a live source, by its own
            timeline for a file.
    """

    pixels: Pixels
    number: int
    at: float
