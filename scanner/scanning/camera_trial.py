"""Reads frames with each library and with the whole decoder, and measures them, to set up a camera.

Dark and glaring mean what they mean for `scan_hints`. Sharpness is measured more exactly: here is
time to find the part of the frame that has detail.
"""

import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass

import cv2
import numpy as np

from scanner.facts import Code, Fact
from scanner.qr.decoded import Symbology
from scanner.qr.frame import Frame, Pixels
from scanner.qr.readers import Library, readers
from scanner.qr.texture import textured_regions
from scanner.scanning.frame_processor import create_decoder
from scanner.scanning.picture_pages import SECONDS_A_PICTURE
from scanner.scanning.scan_hints import DARK, GLARE_SHARE, exposure_of
from scanner.scanning.scan_source import View
from scanner.scanning.symbologies import UnreadKinds
from scanner.scanning.unread_codes import BLURRED, Candidate, candidate_at

RATE_FRAMES = 30
"""The frame rate is measured over this many frames."""


BRIGHT = 215.0
"""The mean grey level above which too little contrast is left."""

SOFT = 60.0
"""Variance of the Laplacian; below it a code of a few pixels a module is blurred."""

SMALL = 60
"""Pixels of a code's side: the smallest code has 21 modules, and three pixels each are read."""


class Advice(Code):
    """What to do when setting a camera up."""

    DARK = "scanning.view_dark"
    BRIGHT = "scanning.view_bright"
    GLARE = "scanning.view_glare"
    EMPTY = "scanning.view_empty"
    FAR = "scanning.view_far"
    BLURRED = "scanning.view_blurred"
    GOOD = "scanning.view_good"


@dataclass(frozen=True, slots=True)
class Quality:
    """One frame, measured.

    Attributes:
        light: the mean grey level, 0 to 255.
        glare: the share of overexposed samples, 0 to 1.
        sharpness: the variance of the Laplacian where the frame has most detail; blur lowers it.
        side: the longer side of that part, in pixels; None where there is no detail.
        candidate: what has a code's shape.
    """

    light: float
    glare: float
    sharpness: float
    side: int | None
    candidate: Candidate | None = None

    @property
    def advice(self) -> Advice:
        """What to do."""
        if self.light < DARK:
            return Advice.DARK
        if self.light > BRIGHT:
            return Advice.BRIGHT
        if self.glare > GLARE_SHARE or (self.candidate and self.candidate.glaring):
            return Advice.GLARE
        if self.side is None:
            return Advice.EMPTY
        if self.side < SMALL:
            return Advice.FAR
        # Noise raises the Laplacian's variance, but not a code's edges.
        if self.sharpness < SOFT or (self.candidate and self.candidate.edges < BLURRED):
            return Advice.BLURRED
        return Advice.GOOD


def measure(grey: Pixels) -> Quality:
    """Measure a frame: rows x columns, grey."""
    exposure = exposure_of(grey)
    patch = next(iter(textured_regions(grey, most=1)), None)
    part = grey[patch.top : patch.bottom, patch.left : patch.right] if patch else grey
    sharpness = float(cv2.Laplacian(np.ascontiguousarray(part), cv2.CV_64F).var())
    side = max(patch.right - patch.left, patch.bottom - patch.top) if patch else None
    candidate = candidate_at(grey, patch)
    return Quality(exposure.light, exposure.clipped, sharpness, side, candidate)


@dataclass(frozen=True, slots=True)
class ReaderResult:
    """What one reader read in a frame: the texts, and its milliseconds."""

    by: str
    texts: tuple[str, ...]
    ms: float


@dataclass(frozen=True, slots=True)
class Inspection:
    """One frame, read by every reader and measured.

    Attributes:
        number: the frame's.
        size: columns and rows.
        results: the whole decoder first, then each library alone.
        rate: frames a second, by their own times; None for the first frame and for a folder's
            pictures, which aren't a stream.
        quality: light, sharpness and the advice that follows.
        view: the frame, with the codes that the decoder read in it.
        unread: what kind of code it shows that isn't read; None where that isn't known.
    """

    number: int
    size: tuple[int, int]
    results: tuple[ReaderResult, ...]
    rate: float | None
    quality: Quality
    view: View
    unread: Fact | None = None


class Trial:
    """Inspects one frame after another; one thread uses it at a time.

    Args:
        codes: the symbologies to read.
        clock: a monotonic clock, in seconds.

    Raises:
        NoDecoder: no library that reads codes is installed.
    """

    def __init__(
        self,
        codes: Collection[Symbology] = (Symbology.QR,),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._decoder = create_decoder(codes=codes)
        self._unread = UnreadKinds(codes)
        known = {library.value for library in Library}
        self._readers = {name: read for name, read in readers().items() if name in known}
        self._clock = clock
        self._times: deque[tuple[int, float]] = deque(maxlen=RATE_FRAMES)

    def inspect(self, frame: Frame) -> Inspection:
        """Read a frame with every reader, and measure it."""
        pixels = frame.pixels
        if pixels.ndim > 2:  # noqa: PLR2004 - colour
            pixels = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
        decoded = self._decoder.decode(pixels)
        results = [ReaderResult("scanner", decoded.texts, decoded.spent_ms)]
        for name, read in self._readers.items():
            begun = self._clock()
            texts = tuple(found.text for found in read(pixels) if found.text)
            results.append(ReaderResult(name, texts, (self._clock() - begun) * 1e3))
        self._times.append((frame.number, frame.at))
        height, width = pixels.shape
        view = View(frame.pixels, tuple(reading.corners for reading in decoded.readings))
        size, quality, rate = (width, height), measure(pixels), self._rate()
        unread = None if decoded.readings else self._name_unread(pixels, frame.at, rate)
        return Inspection(frame.number, size, tuple(results), rate, quality, view, unread)

    def _name_unread(self, grey: Pixels, at: float, rate: float | None) -> Fact | None:
        if rate is None:  # no stream, in which it could stand still
            return self._unread.find(grey)
        self._unread.search(grey, at)
        return self._unread.fact

    def _rate(self) -> float | None:
        (first, begun), (last, ended) = self._times[0], self._times[-1]
        streaming = begun < ended < begun + (last - first) * SECONDS_A_PICTURE / 2
        return (last - first) / (ended - begun) if streaming else None
