"""What the guard should tell the patron, from measured frames: too dark, closer, still, glare."""

from dataclasses import dataclass
from enum import Enum

from scanner.qr.decoded import Decoded
from scanner.qr.frame import Pixels
from scanner.scanning.unread_codes import BURNT, SMALL, SOFT, Suspect

DARK = 35
"""Mean grey level (of 255) below which a webcam's noise is as strong as a code's contrast."""

GLARE_SHARE = 0.12
"""Share of burnt-out samples at which a lamp or a screen's reflection hides part of a code."""

NEEDED_FRAMES, FRAMES_KEPT = 6, 10
"""An advice is given when this many of the last frames call for it, and kept until fewer than half
of that do: at 30 frames a second after 0.2 s."""

_SAMPLES_A_SIDE = 160


class Advice(Enum):
    """What to say; the values are the words."""

    TOO_DARK = "Too dark: turn on a light, or the phone's screen up."
    GLARE = "Glare: tilt the code away from the light."
    CLOSER = "Hold closer."
    STILL = "Hold still."


@dataclass(frozen=True, slots=True)
class Measured:
    """What one frame looks like.

    Attributes:
        light: mean grey level, 0 to 255.
        burnt: share of the samples that are burnt out, 0 to 1.
    """

    light: float
    burnt: float


def measure(pixels: Pixels) -> Measured:
    """Measure a frame on a grid of samples; takes a fraction of a millisecond.

    Args:
        pixels: rows x columns, or rows x columns x 3.
    """
    grey = pixels if pixels.ndim == 2 else pixels[:, :, 1]  # noqa: PLR2004 - green is near grey
    height, width = grey.shape
    rows, columns = height // _SAMPLES_A_SIDE + 1, width // _SAMPLES_A_SIDE + 1
    here = grey[::rows, ::columns]
    if not here.size:
        return Measured(0.0, 0.0)
    return Measured(float(here.mean()), float((here >= BURNT).mean()))


def advise(measured: Measured, decoded: Decoded, seen: Suspect | None = None) -> Advice | None:
    """Say what stands in the way of reading, judging by one frame.

    Nothing where a code was read, and, but for the dark, where nothing looks like a code.

    Args:
        measured: the frame's light.
        decoded: what was read in it.
        seen: what in it has a code's shape.
    """
    if decoded.readings:
        return None
    if measured.light < DARK:
        return Advice.TOO_DARK
    if (seen and seen.glaring) or (decoded.code_like and measured.burnt > GLARE_SHARE):
        return Advice.GLARE
    if seen and seen.edges < SOFT:
        return Advice.STILL
    # What is lit, sharp and still unread is too small, more often than anything else.
    return Advice.CLOSER if seen and (decoded.code_like or seen.side <= SMALL) else None


class ScanHints:
    """Gives an advice when it holds for a moment, and keeps it for a moment: it doesn't flicker."""

    def __init__(self) -> None:
        self._last: list[Advice | None] = []
        self._given: Advice | None = None

    @property
    def advice(self) -> Advice | None:
        """What to say now."""
        return self._given

    def hear(self, advice: Advice | None, *, read: bool) -> Advice | None:
        """Take one frame's advice; return what to say now. A code that was read ends it at once."""
        if read:
            self._last.clear()
            self._given = None
            return None
        self._last = [*self._last[-FRAMES_KEPT + 1 :], advice]
        kept = self._given is not None and self._count(self._given) * 2 >= NEEDED_FRAMES
        if not kept:
            self._given = next(
                (each for each in Advice if self._count(each) >= NEEDED_FRAMES), None
            )
        return self._given

    def _count(self, advice: Advice) -> int:
        return self._last.count(advice)
