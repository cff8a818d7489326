"""One frame in, what can be read of it out, within a time that a camera allows."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.capture.decoded import Decoded, Reading
from scanner.capture.errors import NoDecoder
from scanner.capture.frame import Pixels
from scanner.capture.passes import FIRST, HARDER, Pass, Prepared
from scanner.capture.readers import Found, Library, available, readers

__all__ = ["FRAME_BUDGET_MS", "Decoder", "available"]

FRAME_BUDGET_MS = 33.0
"""One frame of a camera that gives thirty a second."""

IDLE_SHARE = 0.25
"""What may be spent on frames in which nothing looks like a code, over the first pass's time.

A code too blurred to be recognised as one is found by looking harder now and then; an empty gate
costs no more than this on top.
"""

LEARN, FORGET = 0.2, 0.02
"""How fast a pass is found to be cheaper than was thought, and how fast a dear one is forgiven.

That it is dearer is learned at once: one of them takes seconds on a picture that is all noise.
"""

CUT = 30
"""Grey levels by which a view differs, on average, from the last one where it is another view
altogether: no hand moves so much between two frames.
"""

ROOM = 0.4
"""What is cut out around a recognised code on each side, in its own sizes: a recognised corner may
be a wrong one, and the quiet zone belongs to the code.
"""

MOST = 0.6
"""A cut of this share of the picture saves too little to look twice."""


class Decoder:
    """Reads QR codes: a cheap pass on every frame, harder ones while something looks like a code.

    Keeps what it learned from frame to frame (which pass worked last, what each costs), so one
    thread uses it at a time.

    Args:
        budget_ms: the time for one frame; the pass that has begun is let finish. Nothing stands
            for no limit: every pass is tried.
        clock: seconds that only rise.

    Raises:
        NoDecoder: none of the libraries is installed.
    """

    def __init__(
        self,
        budget_ms: float | None = FRAME_BUDGET_MS,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._readers = readers()
        self._budget_ms = budget_ms
        self._clock = clock
        first = next((one for one in FIRST if one.reader in self._readers), None)
        if first is None:
            raise NoDecoder("No library that reads QR codes is here; install zxing-cpp.")
        self._first = first
        self._harder = [one for one in HARDER if one.reader in self._readers and one.by != first.by]
        self._costs = {one.by: one.ms_per_megapixel for one in HARDER}
        self._idle_ms = 0.0
        self._sketch: NDArray[np.int16] | None = None

    @property
    def libraries(self) -> tuple[Library, ...]:
        """What this decoder reads with."""
        return tuple(library for library in Library if library.value in self._readers)

    def decode(self, pixels: Pixels) -> Decoded:
        """Read a picture: rows x columns x 3 in blue, green, red, or rows x columns in grey."""
        begun = self._clock()
        if not pixels.size:
            return Decoded((), code_like=False, spent_ms=0.0)
        grey = _grey(pixels)
        found = self._readers[self._first.reader](grey)
        readings = _readings(found, self._first)
        if not readings:
            first_ms = (self._clock() - begun) * 1e3
            readings = self._look_harder(grey, found, first_ms)
        spent_ms = (self._clock() - begun) * 1e3
        return Decoded(tuple(readings), bool(found or readings), spent_ms)

    def _look_harder(self, grey: Pixels, found: list[Found], first_ms: float) -> list[Reading]:
        """Try the harder passes: first where a code was recognised, then on the whole picture.

        Where nothing was recognised, only what was saved up on earlier frames is spent; but a new
        view is worth a whole frame's time.
        """
        if self._budget_ms is None:
            purse = Purse(None, self._clock)
        elif found:
            purse = Purse(self._budget_ms - first_ms, self._clock)
        else:
            saved = self._idle_ms + IDLE_SHARE * first_ms
            self._idle_ms = self._budget_ms if self._is_cut(grey) else min(self._budget_ms, saved)
            purse = Purse(min(self._idle_ms, self._budget_ms - first_ms), self._clock)
        readings = self._look_around(grey, found, purse)
        if not found:
            self._idle_ms -= purse.spent_ms()
        return readings

    def _is_cut(self, grey: Pixels) -> bool:
        """Whether this view is another one than the last in which nothing was recognised."""
        height, width = grey.shape
        sketch = grey[:: height // 16 + 1, :: width // 16 + 1].astype(np.int16)
        last, self._sketch = self._sketch, sketch
        if last is None or last.shape != sketch.shape:
            return True
        return float(np.abs(sketch - last).mean()) > CUT

    def _look_around(self, grey: Pixels, found: list[Found], purse: "Purse") -> list[Reading]:
        part = around(found, grey)
        readings = self._try_passes(part, purse) if part else []
        return readings or self._try_passes(Prepared(grey), purse)

    def _try_passes(self, part: Prepared, purse: "Purse") -> list[Reading]:
        """Try each pass that the purse has room for, the one that worked last before all others."""
        megapixels = part.pixels.size / 1e6
        for one in tuple(self._harder):
            if not purse.has(self._costs[one.by] * megapixels):
                self._costs[one.by] += FORGET * (one.ms_per_megapixel - self._costs[one.by])
                continue
            readings = self._try(one, part.pixels)
            if readings:
                self._harder.remove(one)
                self._harder.insert(0, one)
                return [replace(each, corners=part.at_home(each.corners)) for each in readings]
        return []

    def _try(self, one: Pass, grey: Pixels) -> list[Reading]:
        begun = self._clock()
        prepared = one.prepare(grey)
        found = self._readers[one.reader](prepared.pixels)
        spent = (self._clock() - begun) * 1e3 / (grey.size / 1e6)
        usual = self._costs[one.by]
        self._costs[one.by] = max(spent, usual + LEARN * (spent - usual))
        at_home = (Found(each.text, prepared.at_home(each.corners)) for each in found)
        return _readings(at_home, one)


class Purse:
    """The time that may be spent on one picture's harder passes, in milliseconds; None: any."""

    def __init__(self, ms: float | None, clock: Callable[[], float]) -> None:
        self._ms = ms
        self._clock = clock
        self._begun = clock()

    def spent_ms(self) -> float:
        """Return what is gone."""
        return (self._clock() - self._begun) * 1e3

    def has(self, ms: float) -> bool:
        """Return whether something that takes so long may begin."""
        return self._ms is None or ms <= self._ms - self.spent_ms()


def around(found: Iterable[Found], grey: Pixels) -> Prepared | None:
    """Cut out what was recognised, with room around it; nothing where that is most of it all."""
    points = np.array([corner for each in found for corner in each.corners])
    if not len(points):
        return None
    room = ROOM * (points.max(axis=0) - points.min(axis=0)).max()
    left, top = np.maximum(points.min(axis=0) - room, 0).astype(int).tolist()
    right, bottom = np.ceil(points.max(axis=0) + room).astype(int).tolist()
    part = np.ascontiguousarray(grey[top:bottom, left:right])
    if not 0 < part.size < MOST * grey.size:
        return None
    return Prepared(part, np.array([[1.0, 0.0, left], [0.0, 1.0, top]]))


def _readings(found: Iterable[Found], one: Pass) -> list[Reading]:
    """Keep what was read, each text once."""
    read = {each.text: each for each in found if each.text}
    return [Reading(text, each.corners, one.by) for text, each in read.items()]


def _grey(pixels: Pixels) -> Pixels:
    if pixels.ndim == 2:  # noqa: PLR2004 - rows and columns: grey already
        return np.ascontiguousarray(pixels)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
