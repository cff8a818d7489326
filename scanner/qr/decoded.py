"""What was read from one picture."""

from typing import NamedTuple

Point = tuple[float, float]
"""Pixels from the left edge and from the top of the picture."""

Corners = tuple[Point, Point, Point, Point]
"""A code's four corners, going round it; which one comes first depends on the decoder."""


class Reading(NamedTuple):
    """One code, read with its own error correction intact.

    Attributes:
        text: the payload as it stands in the code.
        corners: where the code is.
        by: the library and the pass that read it: "zxing", "zxing double", "zbar half".
    """

    text: str
    corners: Corners
    by: str


class Decoded(NamedTuple):
    """The outcome of one picture.

    Attributes:
        readings: each code once, however many passes saw it.
        code_like: whether something in view looks like a code, read or not.
        spent_ms: the time it took, in milliseconds.
        crowded: whether another code is in view for sure that could not be read.
    """

    readings: tuple[Reading, ...]
    code_like: bool
    spent_ms: float
    crowded: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """The payloads, in the order in which they were read."""
        return tuple(reading.text for reading in self.readings)
