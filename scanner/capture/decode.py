"""One frame in, what can be read of it out, within a time that a camera allows."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

import cv2
import numpy as np

from scanner.capture.agreement import agreed
from scanner.capture.decoded import Decoded, Reading
from scanner.capture.errors import NoDecoder
from scanner.capture.frame import Pixels
from scanner.capture.parts import likely_code, parts
from scanner.capture.passes import CLOSE, FIRST, HARDER, Pass, Prepared
from scanner.capture.readers import Found, Library, available, readers
from scanner.capture.scene import Scene
from scanner.capture.thrift import Savings

__all__ = ["FRAME_BUDGET_MS", "Decoder", "available"]

FRAME_BUDGET_MS = 33.0
"""One frame of a camera that gives thirty a second."""

LEARN, FORGET = 0.2, 0.02
"""How fast a pass is found to be cheaper than was thought, and how fast a dear one is forgiven.

That it is dearer is learned at once: one of them takes seconds on a picture that is all noise.
"""

SMALLEST_MS = 0.5
"""With less left, nothing is worth beginning."""


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
        self._close, self._whole = (
            [one for one in passes if one.reader in self._readers] for passes in (CLOSE, HARDER)
        )
        self._whole = [one for one in self._whole if one.by != first.by]
        self._costs = {one.by: one.ms_per_megapixel for one in (*HARDER, *CLOSE)}
        self._savings = Savings(budget_ms or 0.0)
        self._scene = Scene()

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
        like = bool(found)
        if not readings:
            readings, like = self._look_harder(grey, found, begun)
        spent_ms = (self._clock() - begun) * 1e3
        return Decoded(tuple(readings), like or bool(readings), spent_ms)

    def _look_harder(
        self, grey: Pixels, found: list[Found], begun: float
    ) -> tuple[list[Reading], bool]:
        """Try the harder passes: first where a code was recognised, then where one may be.

        Where nothing looks like a code, only what was saved up on earlier frames is spent; but a
        new view is worth a whole frame's time. Also returns whether something looked like a code.
        """
        if self._budget_ms is None:
            return self._search(grey, found, Purse(None, self._clock)), bool(found)
        first_ms = (self._clock() - begun) * 1e3
        left_ms = self._budget_ms - first_ms
        if found:
            return self._search(grey, found, Purse(left_ms, self._clock)), True
        self._savings.earn(first_ms)
        new = self._scene.is_cut(grey)
        if new:
            self._savings.forgive()
        like = not self._savings.in_debt and likely_code(grey)
        look_ms = (self._clock() - begun) * 1e3 - first_ms
        allowance = left_ms if like else self._savings.allowance(first_ms, new=new)
        purse = Purse(min(allowance, left_ms) - look_ms, self._clock)
        readings = self._search(grey, found, purse)
        self._savings.spend(look_ms if like else look_ms + purse.spent_ms())
        return readings, like

    def _search(self, grey: Pixels, found: list[Found], purse: "Purse") -> list[Reading]:
        if not purse.has(SMALLEST_MS):
            return []
        for part in parts(grey, found):
            readings = self._try_passes(self._close, part, purse)
            if readings:
                return readings
        return self._try_passes(self._whole, Prepared(grey), purse)

    def _try_passes(self, passes: list[Pass], part: Prepared, purse: "Purse") -> list[Reading]:
        """Try each pass that the purse has room for, the one that worked last before all others."""
        megapixels = part.pixels.size / 1e6
        for one in tuple(passes):
            if not purse.has(self._costs[one.by] * megapixels):
                self._costs[one.by] += FORGET * (one.ms_per_megapixel - self._costs[one.by])
                continue
            readings = self._try(one, part.pixels)
            if readings:
                readings = self._confirmed(readings, passes, part, purse)
                passes.remove(one)
                passes.insert(0, one)
                return [replace(each, corners=part.at_home(each.corners)) for each in readings]
        return []

    def _confirmed(
        self, readings: list[Reading], passes: list[Pass], part: Prepared, purse: "Purse"
    ) -> list[Reading]:
        """Let a second pass look at what a harder one read: where they differ, neither counts."""
        second = next(one for one in passes if one.by != readings[0].by)
        if not purse.has(self._costs[second.by] * part.pixels.size / 1e6):
            return readings
        others = self._try(second, part.pixels)
        return [one for one in agreed([*readings, *others]) if one in readings]

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


def _readings(found: Iterable[Found], one: Pass) -> list[Reading]:
    """Keep what was read, each text once."""
    read = {each.text: each for each in found if each.text}
    return [Reading(text, each.corners, one.by) for text, each in read.items()]


def _grey(pixels: Pixels) -> Pixels:
    if pixels.ndim == 2:  # noqa: PLR2004 - rows and columns: grey already
        return np.ascontiguousarray(pixels)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
