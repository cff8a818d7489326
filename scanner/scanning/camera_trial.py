"""Reads frames with each library on its own and with the whole decoder, to set up a camera."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from scanner.qr.frame import Frame
from scanner.qr.readers import Library, readers
from scanner.scanning.frame_processor import create_decoder
from scanner.scanning.picture_files import SECONDS_A_PICTURE
from scanner.scanning.quality import Quality, measure
from scanner.scanning.scan_source import View

RATE_FRAMES = 30
"""The frame rate is measured over this many frames."""


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
    """

    number: int
    size: tuple[int, int]
    results: tuple[ReaderResult, ...]
    rate: float | None
    quality: Quality
    view: View


class Trial:
    """Inspects one frame after another; one thread uses it at a time.

    Raises:
        NoDecoder: no library that reads codes is installed.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._decoder = create_decoder()
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
        size, quality = (width, height), measure(pixels)
        return Inspection(frame.number, size, tuple(results), self._rate(), quality, view)

    def _rate(self) -> float | None:
        (first, begun), (last, ended) = self._times[0], self._times[-1]
        streaming = begun < ended < begun + (last - first) * SECONDS_A_PICTURE / 2
        return (last - first) / (ended - begun) if streaming else None
