"""Forecasts when the queue outside is in, by extrapolating the arrivals so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = 10
"""Minutes of the moving average; the pace now is compared with that of the ten before."""

_NEEDED = WINDOW
"""The fewest admissions in the window: less than one a minute is no queue."""

_NEARLY = 0.05
"""The share of those still to come that is left out: an exponential decay never ends."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many more will come, when they are in (aware), and how many come per minute now."""

    coming: int
    at: datetime
    per_minute: float


def forecast(counts: Sequence[int], left: int, now: datetime) -> Forecast | None:
    """Extrapolate the arrivals.

    While the pace is steady or rises, all that are left come at the present pace. Once it falls,
    it decays exponentially, by the same factor every ten minutes; some then never come.

    Args:
        counts: admissions of the last whole minutes, oldest first; 20 of them.
        left: tickets that nobody has shown yet.
        now: the time, aware.

    Returns: `None` where almost nobody comes now, or nobody is left.
    """
    recent, before = sum(counts[-WINDOW:]), sum(counts[-2 * WINDOW : -WINDOW])
    if recent < _NEEDED or left <= 0:
        return None
    pace = recent / WINDOW
    steady = timedelta(minutes=left / pace)
    if recent >= before:
        return Forecast(left, now + steady, pace)
    keeps = recent / before
    coming = min(left, round(recent * keeps / (1 - keeps)))
    minutes, rest, window = 0.0, float(coming), float(recent)
    while rest > coming * _NEARLY and window * keeps >= 1:
        window *= keeps
        part = min(1.0, (rest - coming * _NEARLY) / window)
        minutes += WINDOW * part
        rest -= window * part
    return Forecast(coming, now + min(steady, timedelta(minutes=minutes)), pace)
