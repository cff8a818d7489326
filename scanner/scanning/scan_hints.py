"""What to tell a patron whose code isn't read, from measured frames: light, distance, motion."""

from dataclasses import dataclass

from scanner.facts import Code
from scanner.qr.decoded import Decoded
from scanner.qr.frame import Pixels
from scanner.scanning.unread_codes import BLURRED, CLIPPED, SMALL, Candidate

DARK = 35
"""Mean grey level (of 255) below which a webcam's noise is as strong as a code's contrast."""

GLARE_SHARE = 0.12
"""Share of overexposed samples at which a lamp or a reflection hides part of a code."""

NEEDED_FRAMES, FRAMES_KEPT = 6, 10
"""Hysteresis: a hint is given when this many of the last frames call for it, and kept until fewer
than half of that do. At 30 frames a second it comes after 0.2 s."""

_SAMPLES_A_SIDE = 160


class Hint(Code):
    """What a patron should do, in the order in which one goes before another."""

    TOO_DARK = "scanning.dark"
    GLARE = "scanning.glare"
    CLOSER = "scanning.closer"
    STILL = "scanning.still"


@dataclass(frozen=True, slots=True)
class Exposure:
    """One frame's light.

    Attributes:
        light: mean grey level, 0 to 255.
        clipped: share of the samples that are overexposed, 0 to 1.
    """

    light: float
    clipped: float


def exposure_of(pixels: Pixels) -> Exposure:
    """Measure a frame on a grid of samples; takes a fraction of a millisecond.

    Args:
        pixels: rows x columns, or rows x columns x 3.
    """
    grey = pixels if pixels.ndim == 2 else pixels[:, :, 1]  # noqa: PLR2004 - green is near grey
    height, width = grey.shape
    rows, columns = height // _SAMPLES_A_SIDE + 1, width // _SAMPLES_A_SIDE + 1
    samples = grey[::rows, ::columns]
    if not samples.size:
        return Exposure(0.0, 0.0)
    return Exposure(float(samples.mean()), float((samples >= CLIPPED).mean()))


def hint_for(
    exposure: Exposure, decoded: Decoded, candidate: Candidate | None = None
) -> Hint | None:
    """Return what keeps one frame from being read.

    None where a code was read and, unless it is dark, where nothing looks like a code.

    Args:
        exposure: the frame's light.
        decoded: what was read in it.
        candidate: what in it has a code's shape.
    """
    if decoded.readings:
        return None
    if exposure.light < DARK:
        return Hint.TOO_DARK
    glaring = decoded.code_like and exposure.clipped > GLARE_SHARE
    if glaring or (candidate and candidate.glaring):
        return Hint.GLARE
    if candidate and candidate.edges < BLURRED:
        return Hint.STILL
    # What is lit, sharp and still unread is most often too small.
    small = candidate and (decoded.code_like or candidate.side <= SMALL)
    return Hint.CLOSER if small else None


class ScanHints:
    """Gives a hint with hysteresis, so that it doesn't flicker from frame to frame."""

    def __init__(self) -> None:
        self._last: list[Hint | None] = []
        self._given: Hint | None = None

    @property
    def hint(self) -> Hint | None:
        """What to say now."""
        return self._given

    def update(self, hint: Hint | None, *, read: bool) -> Hint | None:
        """Take one frame's hint; return what to say now. A code that was read ends it at once."""
        if read:
            self._last.clear()
            self._given = None
            return None
        self._last = [*self._last[-FRAMES_KEPT + 1 :], hint]
        kept = self._given is not None and self._count(self._given) * 2 >= NEEDED_FRAMES
        if not kept:
            self._given = next((each for each in Hint if self._count(each) >= NEEDED_FRAMES), None)
        return self._given

    def _count(self, hint: Hint) -> int:
        return self._last.count(hint)
