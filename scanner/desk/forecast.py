"""Arrivals by five minutes, and a forecast of when the queue outside is in."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scanner.store.statistics import MINUTES, Arrivals, series

WINDOW = 10
"""Minutes of the moving average; the pace now is compared with that of the ten before."""

_NEEDED = WINDOW
"""The fewest admissions in the window: less than one a minute is no queue."""

_NEARLY = 0.05
"""The share of those still to come that is left out: an exponential decay never ends."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many more will come, when they are in (aware), and how many come per minute now.

    `keeps` is what is left of the pace after every ten minutes: 1 while it does not fall.
    """

    coming: int
    at: datetime
    per_minute: float
    keeps: float = 1.0

    def within(self, minutes: float) -> float:
        """Tell how many come within so many minutes from now."""
        came, window = 0.0, self.per_minute * WINDOW
        while minutes > 0 and window >= 1:
            window *= self.keeps
            came += window * min(1.0, minutes / WINDOW)
            minutes -= WINDOW
        return min(came, self.coming)


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
    return Forecast(coming, now + min(steady, timedelta(minutes=minutes)), pace, keeps)


def of_house(
    arrivals: Sequence[Arrivals], to_come: int, now: datetime, heard: datetime | None
) -> Forecast | None:
    """Forecast with all gates' arrivals, up to when the other gates were last heard of.

    Args:
        arrivals: of the evening's minutes, oldest first.
        to_come: tickets that nobody has shown yet.
        now: the time, aware.
        heard: the last sync (aware); what others let in since is not known here.
    """
    alone = all(each.house == each.here for each in arrivals)
    until = now if alone or heard is None else min(now, heard)
    counts = {each.minute: each.house for each in arrivals}
    return forecast(series(counts, until, MINUTES), to_come, until)


SLOT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Slot:
    """Five minutes (UTC, their start): who came here, who came at other gates, who is expected."""

    at: datetime
    here: int = 0
    elsewhere: int = 0
    expected: int = 0


def by_five_minutes(
    arrivals: Sequence[Arrivals], found: Forecast | None, now: datetime, most: int
) -> list[Slot]:
    """Return the slots since the first patron, without a gap, and those of the forecast.

    Who came before a pause of an hour is not in it: somebody tried the gate at noon.

    Args:
        arrivals: of the evening's minutes, oldest first.
        found: the forecast, where there is one.
        now: the time, aware.
        most: how many slots there is room for; the forecast gets a third of it at most.
    """
    here, house = Counter[datetime](), Counter[datetime]()
    for each in arrivals:
        here[_slot(each.minute)] += each.here
        house[_slot(each.minute)] += each.house
    if not house:
        return []
    expected = _expected(found, now, most // 3)
    last = max(house)
    if expected or _slot(now) - last < _BREAK:
        last = max([last, _slot(now), *expected])
    first = max(_first(sorted(house)), last - SLOT * (most - 1))
    return [
        Slot(at, here[at], house[at] - here[at], expected[at])
        for at in (first + SLOT * number for number in range((last - first) // SLOT + 1))
    ]


def _slot(at: datetime) -> datetime:
    return at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)


_BREAK = timedelta(hours=1)


def _first(came: Sequence[datetime]) -> datetime:
    """Return the first slot after the last long pause."""
    first = came[-1]
    for each in reversed(came):
        if first - each >= _BREAK:
            break
        first = each
    return first


def _expected(found: Forecast | None, now: datetime, most: int) -> Counter[datetime]:
    """Return who is expected in each slot from the present one on, as whole patrons."""
    expected, so_far = Counter[datetime](), 0
    if found is None:
        return expected
    for number in range(most):
        at = _slot(now) + SLOT * number
        if at > found.at:
            break
        until = round(found.within((at + SLOT - now) / timedelta(minutes=1)))
        if until > so_far:
            expected[at] = until - so_far
        so_far = until
    return expected
