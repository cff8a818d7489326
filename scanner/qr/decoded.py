"""The results of decoding a picture. Pure; imports neither NumPy nor OpenCV."""

from collections.abc import Sequence
from typing import NamedTuple

Point = tuple[float, float]
"""x, y: pixels from the left edge and from the top of the picture."""

Corners = tuple[Point, Point, Point, Point]
"""The four corners of a symbol, in order around it. Which one is first depends on the library."""


class Reading(NamedTuple):
    """One decoded symbol.

    Attributes:
        text: the payload.
        corners: where the symbol is.
        by: the library and the pass that read it: "zxing", "zxing double", "zbar half".
    """

    text: str
    corners: Corners
    by: str


class Decoded(NamedTuple):
    """The result for one picture.

    Attributes:
        readings: each symbol once, even if several passes read it.
        code_like: whether something in the picture looks like a symbol, read or not.
        spent_ms: the time that decoding took, in milliseconds.
        crowded: whether there is certainly another symbol that could not be read.
    """

    readings: tuple[Reading, ...]
    code_like: bool
    spent_ms: float
    crowded: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """The payloads, in the order in which they were read."""
        return tuple(reading.text for reading in self.readings)


def without_conflicts(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Return the readings without those that two passes read differently at the same place.

    Neither of two conflicting readings can be trusted, so both are dropped. Two texts from the same
    pass don't conflict: a small symbol may lie inside a large one.
    """
    return tuple(
        one
        for one in readings
        if not any(
            other.by != one.by
            and other.text != one.text
            and (
                _in_inner_half(_centre(one.corners), other)
                or _in_inner_half(_centre(other.corners), one)
            )
            for other in readings
        )
    )


def _centre(corners: Corners) -> Point:
    return sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4


def _in_inner_half(point: Point, reading: Reading) -> bool:
    """Return whether the point is in the inner half of the symbol's bounding box."""
    x, y = _centre(reading.corners)
    half = tuple(
        (max(corner[axis] for corner in reading.corners) - min(c[axis] for c in reading.corners))
        / 4
        for axis in (0, 1)
    )
    return abs(point[0] - x) <= half[0] and abs(point[1] - y) <= half[1]
