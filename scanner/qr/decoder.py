"""The decoder: one frame in, all readings out, within the time that a camera leaves."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from scanner.qr.colour import colour_regions
from scanner.qr.decoded import Decoded, Reading, without_conflicts
from scanner.qr.finder_scan import has_finder_patterns
from scanner.qr.frame import Pixels
from scanner.qr.pass_runner import PassRunner, readings_of
from scanner.qr.passes import FIRST, Prepared
from scanner.qr.readers import Detection, Library, NoReader, readers
from scanner.qr.regions import is_isolated, looks_like_symbol, mask_symbols, regions_of_interest
from scanner.qr.scene_change import SceneChange
from scanner.qr.texture import Region, textured_regions
from scanner.qr.time_budget import Deadline, IdleBudget

FRAME_BUDGET_MS = 29.0
"""A camera of thirty frames per second leaves 33 ms for each. The rest is for what follows, and for
a pass that takes longer than estimated.
"""

UNLIMITED_MS = 10_000.0
"""The limit without a budget. A 12-megapixel photograph takes less, pure noise minutes."""

LOOK_AROUND_MS = 6.0
"""What `look_around` may take at least, even if reading took all of the frame's time."""

SMALLEST_SIDE = 21
"""Pixels: the smallest symbol has 21 modules per side (ISO/IEC 18004, 6.3.1)."""

SMALLEST_MS = 0.5
"""With less time left no search begins; scanning for finder patterns alone takes as long."""

_GREY = 2
"""Dimensions of a grey picture."""


class Decoder:
    """Reads QR codes: a fast pass on every frame, more passes where something looks like a symbol.

    It learns from frame to frame which pass works and what each costs. Use it from one thread at a
    time.

    Args:
        budget_ms: the time for one frame; a pass that has begun is finished. None for all the time
            that a picture needs: every pass is tried, within `UNLIMITED_MS`.
        clock: a monotonic clock, in seconds.

    Attributes:
        libraries: those that this decoder uses, the best first.

    Raises:
        NoReader: none of the libraries is installed.
    """

    def __init__(
        self,
        budget_ms: float | None = FRAME_BUDGET_MS,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        installed = readers()
        first = next((one for one in FIRST if one.reader in installed), None)
        if first is None:
            raise NoReader("no library that reads QR codes is installed")
        self.libraries = tuple(library for library in Library if library.value in installed)
        self._budget_ms = budget_ms
        self._clock = clock
        self._first = first
        self._first_by = first.by
        self._first_read = installed[first.reader]
        self._passes = PassRunner(installed, first, clock)
        self._idle_budget = IdleBudget(budget_ms or 0.0)
        self._scene = SceneChange()
        self._symbol_like = False

    def decode(self, pixels: Pixels) -> Decoded:
        """Read a picture.

        Args:
            pixels: rows x columns x 3 in blue, green, red; or rows x columns in grey.
        """
        begun = self._clock()
        if not pixels.size:
            return Decoded((), code_like=False, spent_ms=0.0)
        grey = to_grey(pixels)
        found = self._first_read(grey)
        if len(found) == 1 and found[0].text:  # by far the most common case, kept short
            only = (Reading(found[0].text, found[0].corners, self._first_by),)
            return Decoded(only, True, (self._clock() - begun) * 1e3)
        readings = readings_of(found, self._first)
        symbol_like = True
        if readings:
            if len(found) > len(readings):
                readings = self._read_undecoded(grey, readings, found, begun)
        elif min(grey.shape) < SMALLEST_SIDE:
            symbol_like = False
        else:
            readings, symbol_like = self._read_harder(pixels, grey, found, begun)
        spent_ms = (self._clock() - begun) * 1e3
        return Decoded(tuple(readings), symbol_like or bool(readings), spent_ms)

    def look_around(self, pixels: Pixels, decoded: Decoded) -> Decoded:
        """Search for another symbol beside those that were read, in the frame's remaining time.

        A first pass that reads something misses symbols that are harder to read. Before a symbol is
        taken for the only one in view, this is worth its time once.

        Args:
            pixels: the picture, as for `decode`.
            decoded: what `decode` returned for it.

        Returns:
            All readings, and whether another symbol is certainly there.
        """
        begun = self._clock()
        left_ms = max(LOOK_AROUND_MS, self._left_ms(begun) - decoded.spent_ms)
        deadline = Deadline(left_ms, self._clock)
        grey = to_grey(pixels)
        grey = mask_symbols(grey, (each.corners for each in decoded.readings))
        found: list[Reading] = []
        crowded = False
        for region in regions_of_interest(grey, (), textured_regions(grey)):
            likely = has_finder_patterns(region.pixels) is not False
            passes = sorted(self._passes.region[0], key=lambda one: not one.proves_symbol)
            if not likely:  # mostly clutter, which a rectifying pass rejects quickly
                passes = [one for one in passes if one.proves_symbol]
            self._passes.symbol_proved = False
            readings = self._passes.run(passes, passes, region, deadline)
            found += readings
            crowded = crowded or (self._passes.symbol_proved and not readings)
        readings = _each_text_once([*decoded.readings, *found])
        spent_ms = decoded.spent_ms + (self._clock() - begun) * 1e3
        return Decoded(tuple(readings), decoded.code_like, spent_ms, crowded)

    def _left_ms(self, begun: float) -> float:
        """Return the remaining time of a picture that was begun at a time."""
        allowed = UNLIMITED_MS if self._budget_ms is None else self._budget_ms
        return allowed - (self._clock() - begun) * 1e3

    def _read_undecoded(
        self, grey: Pixels, readings: list[Reading], found: list[Detection], begun: float
    ) -> list[Reading]:
        """Search where the first pass detected symbols beside those that it read."""
        undecoded = [each for each in found if not each.text]
        regions = list(regions_of_interest(grey, undecoded, ()))
        deadline = Deadline(self._left_ms(begun), self._clock)
        return self._read_others(readings, regions, deadline)

    def _read_harder(
        self, pixels: Pixels, grey: Pixels, found: list[Detection], begun: float
    ) -> tuple[list[Reading], bool]:
        """Search a picture of which the first pass read nothing.

        Returns:
            The readings, and whether something looks like a symbol.
        """
        if self._budget_ms is None:
            deadline = Deadline(self._left_ms(begun), self._clock)
            return self._search(pixels, grey, found, deadline), bool(found)
        first_ms = (self._clock() - begun) * 1e3
        left_ms = self._budget_ms - first_ms
        if found:
            return self._search(pixels, grey, found, Deadline(left_ms, self._clock)), True
        return self._search_idle(pixels, grey, begun, first_ms, left_ms), self._symbol_like

    def _search_idle(
        self, pixels: Pixels, grey: Pixels, begun: float, first_ms: float, left_ms: float
    ) -> list[Reading]:
        """Search a picture in which nothing was detected, within the idle budget.

        A new scene is worth a whole frame's time. Something that looks like a symbol is worth it
        each time that it has moved. A scene that was searched in vain gets what was saved.
        """
        self._idle_budget.refill(first_ms)
        new = self._scene.is_cut(grey)
        if new:
            self._idle_budget.cancel_debt()
        moved = self._scene.has_moved()
        places: _Places | None = None
        if moved:
            textured = textured_regions(grey)
            in_grey = looks_like_symbol(grey, textured)
            places = _Places.of(pixels, textured, in_grey=in_grey)
            self._symbol_like = in_grey or places.colour_symbol
        promising = moved and self._symbol_like
        look_ms = (self._clock() - begun) * 1e3 - first_ms
        isolated = places is not None and is_isolated(grey, places.textured)
        idle_ms = self._idle_budget.allowance(first_ms, new=new, isolated=isolated)
        allowance = left_ms if promising else idle_ms
        deadline = Deadline(min(allowance, left_ms) - look_ms, self._clock)
        readings = self._search(pixels, grey, [], deadline, places)
        if (new or promising) and not readings:
            self._scene.mark_exhausted()
        self._idle_budget.spend(
            look_ms if promising and not new else look_ms + deadline.elapsed_ms()
        )
        return readings

    def _search(
        self,
        pixels: Pixels,
        grey: Pixels,
        found: list[Detection],
        deadline: Deadline,
        places: "_Places | None" = None,
    ) -> list[Reading]:
        """Run the fast passes on regions of interest and the whole picture, then the slow ones.

        Args:
            pixels: the picture, in colour if it has any.
            grey: the same in grey.
            found: what the first pass detected.
            deadline: when to stop.
            places: where a symbol may be; None if that is not known yet.
        """
        if not deadline.allows(SMALLEST_MS):
            return []
        whole = Prepared(grey)
        places = places or _Places.of(pixels, textured_regions(grey), in_grey=bool(found))
        in_grey = regions_of_interest(grey, found, places.textured)
        regions = [*places.coloured, *in_grey]
        of_region, of_whole = self._passes.region, self._passes.whole
        for region_passes, whole_passes in zip(of_region, of_whole, strict=True):
            for region in regions:
                if readings := self._passes.run(region_passes, of_region[0], region, deadline):
                    others = [other for other in regions if other is not region]
                    return self._read_others(readings, others, deadline)
            if readings := self._passes.run(whole_passes, of_whole[0], whole, deadline):
                return readings
        return []

    def _read_others(
        self, readings: list[Reading], regions: list[Prepared], deadline: Deadline
    ) -> list[Reading]:
        """Read the other regions as well: of two symbols in view, neither is the only one.

        Where no finder pattern is found, only the pass that worked first is tried.
        """
        fast = self._passes.region[0]
        for region in regions:
            if not deadline.allows(SMALLEST_MS):
                break
            passes = fast[:1] if has_finder_patterns(region.pixels) is False else fast
            readings = [*readings, *self._passes.run(passes, passes, region, deadline)]
        return _each_text_once(readings)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where a symbol may be.

    Attributes:
        coloured: regions of one colour channel with more contrast than grey, and perhaps finder
            patterns.
        colour_symbol: whether one of them certainly has finder patterns.
        textured: the regions of dense texture in grey.
    """

    coloured: list[Prepared]
    colour_symbol: bool
    textured: list[Region]

    @classmethod
    def of(cls, pixels: Pixels, textured: list[Region], *, in_grey: bool) -> "_Places":
        """Look in the colour channels too, unless grey already shows a symbol.

        Args:
            pixels: the picture, in colour if it has any.
            textured: the regions of dense texture in grey.
            in_grey: whether grey shows a symbol.
        """
        coloured = () if in_grey else colour_regions(pixels)
        scanned = [(each, has_finder_patterns(each.pixels)) for each in coloured]
        possible = [each for each, patterns in scanned if patterns is not False]
        return cls(possible, any(patterns for _, patterns in scanned), textured)


def _each_text_once(readings: list[Reading]) -> list[Reading]:
    """Return the readings without conflicts, the first of each text."""
    once: dict[str, Reading] = {}
    for one in without_conflicts(readings):
        once.setdefault(one.text, one)
    return list(once.values())


def to_grey(pixels: Pixels) -> Pixels:
    """Return the picture in grey; it is not copied where it is."""
    if pixels.ndim == _GREY:
        return pixels
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8)
