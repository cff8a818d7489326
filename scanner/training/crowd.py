"""A seeded line of patrons: when each comes, in which group, in which role. Pure.

The stream is a Poisson process whose rate follows a curve, given its count: the times are then
independent draws from the curve (the order statistics property), so a scenario has exactly the
patrons that it says.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

from scanner.training.role import COPYING_ROLES, OUTAGE_ROLES, PARTS, Line, Question, Role
from scanner.training.scenario import Arrivals, Scenario

_GROUP_SECONDS = 2.0
"""A group arrives within this time."""

FIRST_SECONDS = 2.0
"""From the clock's start to the first patron."""


@dataclass(frozen=True, slots=True)
class Patron:
    """A patron.

    Attributes:
        number: from 0, in order of arrival.
        at: seconds after the doors' opening.
        patience: how many seconds this patron stays in the queue.
        says: a line; some need the owner's name and section.
        looks: the seed of the picture.
        copy_of: the number of the patron whose code this one copies, if it does.
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
    """Return `count` arrival times in seconds, ascending: groups follow the curve."""
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
    """Return the second at which this part (0 to 1) of all groups has arrived."""
    slices = len(arrivals.curve)
    sums = [0.0, *accumulate(arrivals.curve)]
    wanted = part * sums[-1]
    index = next(i for i in range(slices) if wanted < sums[i + 1] or i == slices - 1)
    within = (wanted - sums[index]) / arrivals.curve[index] if arrivals.curve[index] else 0.0
    return (index + within) / slices * arrivals.minutes * 60


def apportion(shares: Mapping[Role, float], count: int) -> dict[Role, int]:
    """Divide `count` by shares (largest remainder method); each share gets at least one.

    Where there are more roles than places, the smallest shares get none.
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
    """Shuffle the roles; an outage's roles come in the outage, a copy after its original."""
    every = [role for role in counts for _ in range(counts[role])]
    bound = [role for role in every if role in OUTAGE_ROLES]
    free = [role for role in every if role not in OUTAGE_ROLES]
    rng.shuffle(free)
    down, up = scenario.outage() or (0, scenario.patrons)
    places = set(rng.sample(range(down, up), min(len(bound), up - down)))
    rng.shuffle(bound)
    order = [bound.pop() if place in places else free.pop() for place in range(len(every))]
    first_valid = order.index(Role.VALID)
    first_copy = next((i for i, role in enumerate(order) if role in COPYING_ROLES), len(order))
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
    """Return the patron whose code is copied: the last for a partner, always one for the tout."""
    valid = [each.number for each in before if each.role is Role.VALID]
    if role not in COPYING_ROLES or not valid:
        return None
    if role is Role.PARTNER:
        return valid[-1]
    sold = [each.copy_of for each in before if each.role is Role.TOUT]
    return sold[0] if sold else valid[-1]
