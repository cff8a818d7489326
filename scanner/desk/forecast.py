"""When the queue outside is in: the arrival curve so far, carried on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = 10
"""Minutes; the pace now is their mean, and it is compared with the ten before."""

_NEEDED = WINDOW
"""Admissions in the window: a pace of less than one a minute tells nothing of a queue."""

_NEARLY = 0.05
"""The part of those still to come whom nobody waits for: a curve that dies away never ends."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many more will come, and when they are in."""

    coming: int
    at: datetime
    per_minute: float


def forecast(counts: Sequence[int], left: int, now: datetime) -> Forecast | None:
    """Carry the curve on.

    While the pace holds or grows, all that are left come at the present pace. Once it falls, it
    goes on falling by the same part every ten minutes, so some of them won't come at all.

    Args:
        counts: admissions of the last whole minutes, oldest first; 20 of them.
        left: tickets that nobody has shown yet.
        now: the time, aware.

    Returns: nothing where next to nobody comes now, or nobody is left.
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
