"""The results of decoding a picture. Pure; imports neither NumPy nor OpenCV."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

Point = tuple[float, float]
"""x, y: pixels from the left edge and from the top of the picture."""

Corners = tuple[Point, Point, Point, Point]
"""The four corners of a symbol, in order around it. Which one is first depends on the library."""


class Symbology(StrEnum):
    """A kind of code; the value is how a person writes it in a setting.

    UPC-A has no member of its own: it is an EAN-13 that begins with a zero, and read as one.
    """

    QR = "qr"
    MICRO_QR = "micro-qr"
    RMQR = "rmqr"
    AZTEC = "aztec"
    PDF417 = "pdf417"
    DATA_MATRIX = "data-matrix"
    CODE_128 = "code-128"
    CODE_39 = "code-39"
    CODE_93 = "code-93"
    CODABAR = "codabar"
    ITF = "itf"
    EAN_13 = "ean-13"
    EAN_8 = "ean-8"
    UPC_E = "upc-e"

    @property
    def label(self) -> str:
        """Its proper name, the same in every language."""
        return _LABELS.get(self, self.replace("-", " ").capitalize())

    @property
    def linear(self) -> bool:
        """Whether it is one-dimensional: a short one is soon read in a pattern that is no code."""
        return self in _LINEAR


_LABELS = {
    Symbology.QR: "QR",
    Symbology.MICRO_QR: "Micro QR",
    Symbology.RMQR: "rMQR",
    Symbology.PDF417: "PDF417",
    Symbology.DATA_MATRIX: "Data Matrix",
    Symbology.ITF: "ITF",
    Symbology.EAN_13: "EAN-13",
    Symbology.EAN_8: "EAN-8",
    Symbology.UPC_E: "UPC-E",
}

_LINEAR = frozenset(
    {
        Symbology.CODE_128,
        Symbology.CODE_39,
        Symbology.CODE_93,
        Symbology.CODABAR,
        Symbology.ITF,
        Symbology.EAN_13,
        Symbology.EAN_8,
        Symbology.UPC_E,
    }
)


class Reading(NamedTuple):
    """One decoded symbol.

    Attributes:
        text: the payload.
        corners: where the symbol is.
        by: the library and the pass that read it: "zxing", "zxing double", "zxing aztec".
        kind: its symbology.
    """

    text: str
    corners: Corners
    by: str
    kind: Symbology = Symbology.QR


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
