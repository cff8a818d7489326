"""One measured number, what it is measured against, and how good it has to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median as _median


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in `unit`, and how good it has to be.

    Attributes:
        what: what was measured.
        unit: of `measured` and of `floor`.
        measured: the number.
        limit: what counts may reach this at most, or must reach it at least.
        work: how many pieces of real work are behind the number.
        floor: what a bare loop took for the same; the ratio to it counts.
        at_least: whether the limit is to be reached.
        above: whether the difference to the floor counts, and not the ratio.
    """

    what: str
    unit: str
    measured: float
    limit: float
    work: int
    floor: float | None = None
    at_least: bool = False
    above: bool = False

    @property
    def counted(self) -> float:
        """The number that the limit is about."""
        if not self.floor:
            return self.measured
        return self.measured - self.floor if self.above else self.measured / self.floor

    @property
    def reached(self) -> bool:
        """Tell whether it is as good as it has to be."""
        return self.counted >= self.limit if self.at_least else self.counted <= self.limit


def median(seconds: Sequence[float]) -> float:
    """Return the median in milliseconds."""
    return _median(seconds) * 1000


def p95(seconds: Sequence[float]) -> float:
    """Return what 95 of 100 stay within, in milliseconds (nearest rank)."""
    return sorted(seconds)[ceil(len(seconds) * 0.95) - 1] * 1000


def p99(seconds: Sequence[float]) -> float:
    """Return what 99 of 100 stay within, in milliseconds (nearest rank)."""
    return sorted(seconds)[ceil(len(seconds) * 0.99) - 1] * 1000
