"""Looks at frames with each library on its own and with the whole decoder, to set up a camera."""

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
from scanner.scanning.view import View

RATE_FRAMES = 30
"""The frame rate is told over so many frames."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one reader made of a frame: the texts, and its milliseconds."""

    by: str
    texts: tuple[str, ...]
    ms: float


@dataclass(frozen=True, slots=True)
class Look:
    """One frame, looked at from all sides.

    Attributes:
        number: the frame's.
        size: columns and rows.
        seen: the whole decoder first, then each library alone.
        rate: frames a second that arrive, by their own times; nothing after a single one, nor for
            a folder's pictures, which were not taken one after another.
        quality: light, sharpness and the advice that follows.
        view: the picture, with the codes that the decoder read in it.
    """

    number: int
    size: tuple[int, int]
    seen: tuple[Seen, ...]
    rate: float | None
    quality: Quality
    view: View


class Trial:
    """Looks at one frame after another; one thread uses it at a time."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._decoder = create_decoder()
        known = {library.value for library in Library}
        self._readers = {name: read for name, read in readers().items() if name in known}
        self._clock = clock
        self._times: deque[tuple[int, float]] = deque(maxlen=RATE_FRAMES)

    def look(self, frame: Frame) -> Look:
        """Read a frame with everything, and measure it."""
        pixels = frame.pixels
        if pixels.ndim > 2:  # noqa: PLR2004 - colour
            pixels = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
        decoded = self._decoder.decode(pixels)
        seen = [Seen("scanner", decoded.texts, decoded.spent_ms)]
        for name, read in self._readers.items():
            begun = self._clock()
            texts = tuple(found.text for found in read(pixels) if found.text)
            seen.append(Seen(name, texts, (self._clock() - begun) * 1e3))
        self._times.append((frame.number, frame.at))
        height, width = pixels.shape
        view = View(frame.pixels, tuple(reading.corners for reading in decoded.readings))
        size, quality = (width, height), measure(pixels)
        return Look(frame.number, size, tuple(seen), self._rate(), quality, view)

    def _rate(self) -> float | None:
        (first, begun), (last, ended) = self._times[0], self._times[-1]
        streaming = begun < ended < begun + (last - first) * SECONDS_A_PICTURE / 2
        return (last - first) / (ended - begun) if streaming else None
