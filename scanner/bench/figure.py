"""One measured number, what it is measured against, and how good it has to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median as _median


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in `unit`; with a `floor` in the same unit, their ratio is what counts.

    `limit` is what the number, or the ratio, may reach at most, or must reach at least; `work`
    is how many pieces of real work were counted behind it.
    """

    what: str
    unit: str
    measured: float
    limit: float
    work: int
    floor: float | None = None
    at_least: bool = False

    @property
    def counted(self) -> float:
        """The number that the limit is about."""
        return self.measured / self.floor if self.floor else self.measured

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
