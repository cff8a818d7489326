"""Runs passes on a region within a deadline, and learns what each costs and which one works."""

from collections.abc import Callable, Iterable, Mapping

from scanner.qr.decoded import Reading, without_conflicts
from scanner.qr.frame import Pixels
from scanner.qr.passes import (
    HARDER,
    REGION_FAST,
    REGION_SLOW,
    STEP_MS,
    WHOLE_FAST,
    WHOLE_SLOW,
    Pass,
    Prepared,
)
from scanner.qr.readers import Detection, Reader
from scanner.qr.time_budget import Deadline

DECAY, RECOVERY = 0.2, 0.02
"""Smoothing factors of the cost estimates' exponential moving average.

The first applies where a pass was cheaper than estimated, the second where it was skipped as too
expensive. That a pass is more expensive is learned at once: one takes seconds on pure noise.
"""


class PassRunner:
    """The passes of the installed readers, with their estimated costs.

    Args:
        installed: the readers by name.
        first: the first pass, which is not run again.
        clock: a monotonic clock, in seconds.

    Attributes:
        region: the fast and the slow passes on regions of interest; those that worked come first.
        whole: the same on whole pictures.
        symbol_proved: whether a pass prepared what is certainly a symbol; callers reset it.
    """

    def __init__(
        self, installed: Mapping[str, Reader], first: Pass, clock: Callable[[], float]
    ) -> None:
        self._readers = installed
        self._clock = clock
        self.region, self.whole = (
            tuple(
                [one for one in passes if one.reader in installed and one.by != first.by]
                for passes in rounds
            )
            for rounds in ((REGION_FAST, REGION_SLOW), (WHOLE_FAST, WHOLE_SLOW))
        )
        self._costs = {one.by: one.ms_per_megapixel for one in HARDER}
        self.symbol_proved = False

    def run(
        self, passes: list[Pass], promoted: list[Pass], region: Prepared, deadline: Deadline
    ) -> list[Reading]:
        """Run the passes that fit into the deadline until one reads something.

        Args:
            passes: what to try; the one that works is removed.
            promoted: where the one that works is inserted as the first.
            region: where to look.
            deadline: passes with a larger estimated cost are skipped.

        Returns:
            The readings, with corners in the original picture.
        """
        for one in tuple(passes):
            if not deadline.allows(self._cost_ms(one, region.pixels)):
                self._costs[one.by] += RECOVERY * (one.ms_per_megapixel - self._costs[one.by])
                continue
            readings = self._read(one, region.pixels, deadline)
            if readings:
                readings = self._confirmed(readings, passes, region, deadline)
                passes.remove(one)
                promoted.insert(0, one)
                return [
                    each._replace(corners=region.to_original(each.corners)) for each in readings
                ]
        return []

    def _confirmed(
        self, readings: list[Reading], passes: list[Pass], region: Prepared, deadline: Deadline
    ) -> list[Reading]:
        """Run a second pass, and drop the readings that conflict with its own."""
        second = next((one for one in passes if one.by != readings[0].by), None)
        if second is None or not deadline.allows(self._cost_ms(second, region.pixels)):
            return readings
        others = self._read(second, region.pixels, deadline)
        return [one for one in without_conflicts([*readings, *others]) if one in readings]

    def _read(self, one: Pass, grey: Pixels, deadline: Deadline) -> list[Reading]:
        """Run one pass; it is interrupted where the deadline leaves no time for its next step."""
        begun = self._clock()
        for prepared in one.prepared(grey):
            if prepared is not None:
                self.symbol_proved = self.symbol_proved or one.proves_symbol
                found = self._readers[one.reader](prepared.pixels)
                original = (
                    Detection(each.text, prepared.to_original(each.corners)) for each in found
                )
                if readings := readings_of(original, one):
                    self._learn(one, grey, begun)
                    return readings
            elif not deadline.allows(STEP_MS):
                return []
            else:
                begun = self._clock()
        self._learn(one, grey, begun)
        return []

    def _cost_ms(self, one: Pass, grey: Pixels) -> float:
        return one.least_ms + self._costs[one.by] * grey.size / 1e6

    def _learn(self, one: Pass, grey: Pixels, begun: float) -> None:
        """Update the cost estimate with the time of a pass, or of the last of its steps."""
        spent = max(0.0, (self._clock() - begun) * 1e3 - one.least_ms) / (grey.size / 1e6)
        usual = self._costs[one.by]
        self._costs[one.by] = max(spent, usual + DECAY * (spent - usual))


def readings_of(found: Iterable[Detection], one: Pass) -> list[Reading]:
    """Return what the pass read, each text once."""
    read = {each.text: each.corners for each in found if each.text}
    by = one.by if read else ""
    return [Reading(text, corners, by) for text, corners in read.items()]
