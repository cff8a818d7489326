"""A picture and where it comes from."""

from dataclasses import dataclass
from typing import Protocol

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


class Source(Protocol):
    """Where frames come from: a camera, a file, a folder, the demo's stage."""

    @property
    def name(self) -> str:
        """What a person calls it, fit to begin a sentence: "Camera 0"."""
        ...

    @property
    def live(self) -> bool:
        """Whether the world sets the pace, so that only the newest frame is worth a look."""
        ...

    def read(self) -> Frame | None:
        """Wait for the next frame; nothing when there will be no more.

        Raises:
            CameraAway: the camera stopped giving pictures.
        """
        ...

    def close(self) -> None:
        """Give the device or the file back; harmless when that was done before."""
        ...
