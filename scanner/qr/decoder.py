"""One frame in, what can be read of it out, within a time that a camera allows."""

import time
from collections.abc import Callable, Iterable

import cv2
import numpy as np

from scanner.qr.agreement import agreed
from scanner.qr.decoded import Decoded, Reading
from scanner.qr.finder_scan import has_finders
from scanner.qr.frame import Pixels
from scanner.qr.passes import (
    CLOSE,
    CLOSEST,
    FIRST,
    HARDER,
    STEP_MS,
    WHOLE,
    WIDEST,
    Pass,
    Prepared,
)
from scanner.qr.readers import Found, Library, available, readers
from scanner.qr.regions import likely_code, parts, stands_out, without
from scanner.qr.scene_change import Scene
from scanner.qr.texture import Patch, patches
from scanner.qr.time_budget import Savings
from scanner.scanning.errors import NoDecoder

__all__ = ["FRAME_BUDGET_MS", "Decoder", "available"]

FRAME_BUDGET_MS = 29.0
"""A camera that gives thirty frames a second leaves 33 for each; the rest is for what follows, and
for a pass that takes longer than was thought.
"""

LEARN, FORGET = 0.2, 0.02
"""How fast a pass is found to be cheaper than was thought, and how fast a dear one is forgiven.

That it is dearer is learned at once: one of them takes seconds on a picture that is all noise.
"""

PATIENCE_MS = 10_000.0
"""What a picture may need: a photograph of twelve million pixels takes less; noise, minutes."""

GREY = 2
"""Dimensions of a picture without colours."""

AROUND_MS = 6.0
"""What a look around a code may take at least, when reading it took all of the frame's time."""

SMALLEST_SIDE = 21
"""Pixels: no code has fewer modules to a side (ISO/IEC 18004, 6.3.1), and in less there is none."""

SMALLEST_MS = 0.5
"""With less left, nothing is worth beginning; what tells finder patterns takes as long."""


class Decoder:
    """Reads QR codes: a cheap pass on every frame, harder ones while something looks like a code.

    Keeps what it learned from frame to frame (which pass worked last, what each costs), so one
    thread uses it at a time.

    Args:
        budget_ms: the time for one frame; the pass that has begun is let finish. Nothing stands
            for all that a picture needs: every pass is tried, within `PATIENCE_MS`.
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
        self._first_by = first.by
        self._first_read = self._readers[first.reader]
        self._near, self._far = (
            tuple([one for one in passes if self._can(one)] for passes in rounds)
            for rounds in ((CLOSE, CLOSEST), (WHOLE, WIDEST))
        )
        self._costs = {one.by: one.ms_per_megapixel for one in HARDER}
        self._savings = Savings(budget_ms or 0.0)
        self._scene = Scene()
        self._like = False
        self._drawn = False

    def _can(self, one: Pass) -> bool:
        return one.reader in self._readers and one.by != self._first.by

    @property
    def libraries(self) -> tuple[Library, ...]:
        """What this decoder reads with."""
        return tuple(library for library in Library if library.value in self._readers)

    def decode(self, pixels: Pixels) -> Decoded:
        """Read a picture: rows x columns x 3 in blue, green, red, or rows x columns in grey."""
        begun = self._clock()
        if not pixels.size:
            return Decoded((), code_like=False, spent_ms=0.0)
        grey = pixels if pixels.ndim == GREY else _grey(pixels)
        found = self._first_read(grey)
        if len(found) == 1 and found[0].text:  # by far the commonest; the rest is not even touched
            only = (Reading(found[0].text, found[0].corners, self._first_by),)
            return Decoded(only, True, (self._clock() - begun) * 1e3)
        readings = _readings(found, self._first)
        like = True
        if readings:
            if len(found) > len(readings):
                readings = self._look_beside(grey, readings, found, begun)
        elif min(grey.shape) < SMALLEST_SIDE:
            like = False
        else:
            readings, like = self._look_harder(grey, found, begun)
        return Decoded(tuple(readings), like or bool(readings), (self._clock() - begun) * 1e3)

    def look_around(self, pixels: Pixels, decoded: Decoded) -> Decoded:
        """Look for another code beside what was read, in what is left of the frame's time.

        The first pass is content with what it reads, and sees no code that is harder to read than
        that. Once, before a code is taken for the only one in view, this is worth its time.

        Args:
            pixels: the picture.
            decoded: what `decode` made of it.
        """
        begun = self._clock()
        left_ms = max(AROUND_MS, self._left_ms(begun) - decoded.spent_ms)
        purse = Purse(left_ms, self._clock)
        grey = pixels if pixels.ndim == GREY else _grey(pixels)
        grey = without(grey, (each.corners for each in decoded.readings))
        found: list[Reading] = []
        crowded = False
        for place in parts(grey, (), patches(grey)):
            likely = has_finders(place.pixels) is not False
            passes = sorted(self._near[0], key=lambda one: not one.sure)
            if not likely:  # most often it is clutter, in which nothing is drawn, and soon
                passes = [one for one in passes if one.sure]
            self._drawn = False
            there = self._try_passes(passes, passes, place, purse)
            found += there
            crowded = crowded or (self._drawn and not there)
        readings = _each_once([*decoded.readings, *found])
        spent_ms = decoded.spent_ms + (self._clock() - begun) * 1e3
        return Decoded(tuple(readings), decoded.code_like, spent_ms, crowded)

    def _look_beside(
        self, grey: Pixels, readings: list[Reading], found: list[Found], begun: float
    ) -> list[Reading]:
        """Look at what was only recognised as a code beside one that was read."""
        unread = [each for each in found if not each.text]
        places = list(parts(grey, unread, ()))
        return self._with_others(readings, places, Purse(self._left_ms(begun), self._clock))

    def _left_ms(self, begun: float) -> float:
        """Return what is left for a picture that was begun then."""
        allowed = PATIENCE_MS if self._budget_ms is None else self._budget_ms
        return allowed - (self._clock() - begun) * 1e3

    def _look_harder(
        self, grey: Pixels, found: list[Found], begun: float
    ) -> tuple[list[Reading], bool]:
        """Try the harder passes: first where a code was recognised, then where one may be.

        A new view is worth a whole frame's time, and so is what was recognised. What only looks
        like a code is worth it again when it has moved; a view that gave nothing gets what is
        saved up. Also returns whether something looked like a code.
        """
        if self._budget_ms is None:
            purse = Purse(self._left_ms(begun), self._clock)
            return self._search(grey, found, purse), bool(found)
        first_ms = (self._clock() - begun) * 1e3
        left_ms = self._budget_ms - first_ms
        if found:
            return self._search(grey, found, Purse(left_ms, self._clock)), True
        self._savings.earn(first_ms)
        new = self._scene.is_cut(grey)
        if new:
            self._savings.forgive()
        moved = self._scene.has_moved()
        dense: list[Patch] | None = None
        if moved:
            dense = patches(grey)
            self._like = likely_code(grey, dense)
        hopeful = moved and self._like
        look_ms = (self._clock() - begun) * 1e3 - first_ms
        hope = dense is not None and stands_out(grey, dense)
        lent = self._savings.allowance(first_ms, new=new, hope=hope)
        allowance = left_ms if hopeful else lent
        purse = Purse(min(allowance, left_ms) - look_ms, self._clock)
        readings = self._search(grey, found, purse, dense)
        if (new or hopeful) and not readings:
            self._scene.looked_in_vain()
        self._savings.spend(look_ms if hopeful and not new else look_ms + purse.spent_ms())
        return readings, self._like

    def _search(
        self,
        grey: Pixels,
        found: list[Found],
        purse: "Purse",
        dense: list[Patch] | None = None,
    ) -> list[Reading]:
        """Look at what may be a code, then at the whole picture; then at both with dear passes.

        The dense patches are looked for unless they are known.
        """
        if not purse.has(SMALLEST_MS):
            return []
        whole = Prepared(grey)
        places = list(parts(grey, found, patches(grey) if dense is None else dense))
        for near, far in zip(self._near, self._far, strict=True):
            for place in places:
                if readings := self._try_passes(near, self._near[0], place, purse):
                    others = [other for other in places if other is not place]
                    return self._with_others(readings, others, purse)
            if readings := self._try_passes(far, self._far[0], whole, purse):
                return readings
        return []

    def _with_others(
        self, readings: list[Reading], places: list[Prepared], purse: "Purse"
    ) -> list[Reading]:
        """Read what lies beside a code as well: of two in view neither may pass for the only one.

        Where no finder pattern is met, only what read the first is tried.
        """
        close = self._near[0]
        for place in places:
            if not purse.has(SMALLEST_MS):
                break
            passes = close[:1] if has_finders(place.pixels) is False else close
            readings = [*readings, *self._try_passes(passes, passes, place, purse)]
        return _each_once(readings)

    def _try_passes(
        self, passes: list[Pass], first: list[Pass], part: Prepared, purse: "Purse"
    ) -> list[Reading]:
        """Try each pass that the purse has room for; one that works is first among the first."""
        for one in tuple(passes):
            if not purse.has(self._cost_ms(one, part.pixels)):
                self._costs[one.by] += FORGET * (one.ms_per_megapixel - self._costs[one.by])
                continue
            readings = self._try(one, part.pixels, purse)
            if readings:
                readings = self._confirmed(readings, passes, part, purse)
                passes.remove(one)
                first.insert(0, one)
                return [each._replace(corners=part.at_home(each.corners)) for each in readings]
        return []

    def _confirmed(
        self, readings: list[Reading], passes: list[Pass], part: Prepared, purse: "Purse"
    ) -> list[Reading]:
        """Let a second pass look at what a harder one read: where they differ, neither counts."""
        second = next((one for one in passes if one.by != readings[0].by), None)
        if second is None or not purse.has(self._cost_ms(second, part.pixels)):
            return readings
        others = self._try(second, part.pixels, purse)
        return [one for one in agreed([*readings, *others]) if one in readings]

    def _cost_ms(self, one: Pass, grey: Pixels) -> float:
        return one.least_ms + self._costs[one.by] * grey.size / 1e6

    def _try(self, one: Pass, grey: Pixels, purse: "Purse") -> list[Reading]:
        """Read what the pass makes of a picture; one of many steps is left off for want of time."""
        begun = self._clock()
        for prepared in one.prepared(grey):
            if prepared is not None:
                self._drawn = self._drawn or one.sure
                found = self._readers[one.reader](prepared.pixels)
                at_home = (Found(each.text, prepared.at_home(each.corners)) for each in found)
                if readings := _readings(at_home, one):
                    self._learn(one, grey, begun)
                    return readings
            elif not purse.has(STEP_MS):
                return []
            else:
                begun = self._clock()
        self._learn(one, grey, begun)
        return []

    def _learn(self, one: Pass, grey: Pixels, begun: float) -> None:
        """Note what a pass, or the last of its steps, has cost."""
        spent = max(0.0, (self._clock() - begun) * 1e3 - one.least_ms) / (grey.size / 1e6)
        usual = self._costs[one.by]
        self._costs[one.by] = max(spent, usual + LEARN * (spent - usual))


class Purse:
    """The time that may be spent on one picture's harder passes, in milliseconds."""

    def __init__(self, ms: float, clock: Callable[[], float]) -> None:
        self._ms = ms
        self._clock = clock
        self._begun = clock()

    def spent_ms(self) -> float:
        """Return what is gone."""
        return (self._clock() - self._begun) * 1e3

    def has(self, ms: float) -> bool:
        """Return whether something that takes so long may begin."""
        return ms <= self._ms - self.spent_ms()


def _each_once(readings: list[Reading]) -> list[Reading]:
    """Keep one reading of each text, and none where passes differ."""
    once: dict[str, Reading] = {}
    for one in agreed(readings):
        once.setdefault(one.text, one)
    return list(once.values())


def _readings(found: Iterable[Found], one: Pass) -> list[Reading]:
    """Keep what was read, each text once."""
    read = {each.text: each.corners for each in found if each.text}
    by = one.by if read else ""
    return [Reading(text, corners, by) for text, corners in read.items()]


def _grey(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
