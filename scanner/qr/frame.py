"""A picture, its number and its time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Rows x columns x 3 in blue, green, red; or rows x columns in grey."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a source.

    Attributes:
        pixels: what is seen; nobody changes it.
        number: how many frames of this source came before it.
        at: when it was taken, in seconds that only rise: a live source's by the monotonic clock,
            a file's by its own time.
    """

    pixels: Pixels
    number: int
    at: float
