"""What two passes read in one place must agree: a code says one thing. Pure.

One pass may well read two texts in one place: a small code lies in the middle of a large one.
"""

from collections.abc import Sequence

from scanner.qr.decoded import Corners, Reading


def agreed(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Return the readings without those at whose place another pass read something else.

    Where two differ nobody can tell which is wrong, so that neither is admitted.
    """
    return tuple(
        one
        for one in readings
        if not any(
            other.by != one.by
            and other.text != one.text
            and (_within(_middle(one.corners), other) or _within(_middle(other.corners), one))
            for other in readings
        )
    )


def _middle(corners: Corners) -> tuple[float, float]:
    return sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4


def _within(point: tuple[float, float], reading: Reading) -> bool:
    """Tell whether the point is in the inner half of the code's place."""
    x, y = _middle(reading.corners)
    half = tuple(
        (max(corner[axis] for corner in reading.corners) - min(c[axis] for c in reading.corners))
        / 4
        for axis in (0, 1)
    )
    return abs(point[0] - x) <= half[0] and abs(point[1] - y) <= half[1]
