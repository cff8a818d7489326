"""A seeded line of patrons: when each comes, with whom, in which part. Pure.

The stream is a Poisson process whose rate follows a curve, given its count: the times are then
independent draws from the curve (the order statistics property), so a scenario has exactly the
patrons that it says.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

from scanner.training.role import COPIES, OF_THE_OUTAGE, PARTS, Line, Question, Role
from scanner.training.scenario import Arrivals, Scenario

_GROUP_SECONDS = 2.0
"""Members of a group come within so many seconds of the first."""

FIRST_SECONDS = 2.0
"""The clock begins so long before the first patron comes."""


@dataclass(frozen=True, slots=True)
class Patron:
    """Who comes.

    Attributes:
        number: from 0, in order of arrival.
        at: seconds after the doors' opening.
        patience: how many seconds this patron stays in the queue.
        says: a line; some need the owner's name and section.
        looks: the seed of the picture.
        copy_of: the number of the patron whose code this one shows, where it is a copy.
    """

    number: int
    role: Role
    at: float
    patience: float
    says: Line
    looks: int
    bag: bool = False
    question: Question | None = None
    copy_of: int | None = None


def draw_line(scenario: Scenario, seed: int) -> tuple[Patron, ...]:
    """Return the scenario's patrons in order of arrival; the same seed gives the same line."""
    rng = random.Random(f"{seed} {scenario.key}")  # noqa: S311 - a crowd, not a secret
    times = arrival_times(scenario.arrivals, scenario.patrons, rng)
    late = max(0.0, times[0] - FIRST_SECONDS)  # nobody waits minutes for the first
    times = [round(each - late, 2) for each in times]
    roles = _order(apportion(scenario.crowd, scenario.patrons), scenario, rng)
    line: list[Patron] = []
    for number, (at, role) in enumerate(zip(times, roles, strict=True)):
        line.append(_patron(number, at, role, line, arrivals=scenario.arrivals, rng=rng))
    return tuple(line)


def arrival_times(arrivals: Arrivals, count: int, rng: random.Random) -> list[float]:
    """Return so many times in seconds, rising: groups along the curve, members close together."""
    sizes: list[int] = []
    while sum(sizes) < count:
        size = rng.choices(range(1, len(arrivals.groups) + 1), arrivals.groups)[0]
        sizes.append(min(size, count - sum(sizes)))
    times: list[float] = []
    for size in sizes:
        first = _along(arrivals, rng.random())
        times += [first, *(first + rng.uniform(0, _GROUP_SECONDS) for _ in range(size - 1))]
    return sorted(round(each, 2) for each in times)


def _along(arrivals: Arrivals, part: float) -> float:
    """Return the second by which this part of all groups has come, by the curve."""
    slices = len(arrivals.curve)
    sums = [0.0, *accumulate(arrivals.curve)]
    wanted = part * sums[-1]
    index = next(i for i in range(slices) if wanted < sums[i + 1] or i == slices - 1)
    within = (wanted - sums[index]) / arrivals.curve[index] if arrivals.curve[index] else 0.0
    return (index + within) / slices * arrivals.minutes * 60


def apportion(shares: Mapping[Role, float], count: int) -> dict[Role, int]:
    """Divide `count` by shares, largest remainder first; whoever has a share has one at least.

    Where there are more roles than places, the smallest shares have none.
    """
    wanted = sorted((role for role in shares if shares[role] > 0), key=lambda r: -shares[r])[:count]
    whole = sum(shares[role] for role in wanted)
    exact = {role: shares[role] / whole * count for role in wanted}
    counts = {role: max(1, int(exact[role])) for role in wanted}
    while (missing := count - sum(counts.values())) != 0:
        if missing > 0:
            role = max(wanted, key=lambda r: exact[r] - counts[r])
            counts[role] += 1
        else:
            role = max(
                (r for r in wanted if counts[r] > 1), key=lambda r: (counts[r] - exact[r], exact[r])
            )
            counts[role] -= 1
    return counts


def _order(counts: Mapping[Role, int], scenario: Scenario, rng: random.Random) -> list[Role]:
    """Shuffle the parts; an outage's come in the outage, a copy after somebody to copy."""
    every = [role for role in counts for _ in range(counts[role])]
    bound = [role for role in every if role in OF_THE_OUTAGE]
    free = [role for role in every if role not in OF_THE_OUTAGE]
    rng.shuffle(free)
    down, up = scenario.outage() or (0, scenario.patrons)
    places = set(rng.sample(range(down, up), min(len(bound), up - down)))
    rng.shuffle(bound)
    order = [bound.pop() if place in places else free.pop() for place in range(len(every))]
    first_valid = order.index(Role.VALID)
    first_copy = next((i for i, role in enumerate(order) if role in COPIES), len(order))
    if first_copy < first_valid:
        order[first_copy], order[first_valid] = order[first_valid], order[first_copy]
    return order


def _patron(
    number: int,
    at: float,
    role: Role,
    before: list[Patron],
    *,
    arrivals: Arrivals,
    rng: random.Random,
) -> Patron:
    lines = PARTS[role].lines
    return Patron(
        number=number,
        role=role,
        at=at,
        patience=round(rng.uniform(*arrivals.patience), 1),
        says=rng.choice(lines),
        looks=rng.randrange(1_000_000),
        bag=rng.random() < arrivals.bags,
        question=rng.choice(tuple(Question)) if rng.random() < arrivals.questions else None,
        copy_of=_original(role, before),
    )


def _original(role: Role, before: list[Patron]) -> int | None:
    """Return whose code a copy shows: a partner's the last one's, the tout's always the same."""
    valid = [each.number for each in before if each.role is Role.VALID]
    if role not in COPIES or not valid:
        return None
    if role is Role.PARTNER:
        return valid[-1]
    sold = [each.copy_of for each in before if each.role is Role.TOUT]
    return sold[0] if sold else valid[-1]
