from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.training.crowd import FIRST_SECONDS, apportion, arrival_times, draw_line
from scanner.training.records import read_library
from scanner.training.role import COPYING_ROLES, OUTAGE_ROLES, Role
from scanner.training.scenario import Arrivals, Incident, IncidentKind, Scenario
from tests.training.scenarios import scenario

SHIPPED = read_library(Path("/nowhere")).scenarios


def test_the_same_seed_brings_the_same_line_and_another_another() -> None:
    played = scenario(patrons=30)
    assert draw_line(played, 5) == draw_line(played, 5)
    assert draw_line(played, 5) != draw_line(played, 6)


@pytest.mark.parametrize("played", SHIPPED, ids=lambda each: each.key)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_line_has_all_that_its_scenario_says(played: Scenario, seed: int) -> None:
    line = draw_line(played, seed)
    assert len(line) == played.patrons
    assert {each.role for each in line} == set(played.crowd)
    assert [each.number for each in line] == list(range(len(line)))
    assert all(a.at <= b.at for a, b in pairwise(line))
    assert line[0].at <= FIRST_SECONDS


@pytest.mark.parametrize("seed", range(12))
def test_a_copy_is_of_a_valid_patron_before_and_the_touts_are_of_one(seed: int) -> None:
    crowd = {Role.VALID: 5.0, Role.PARTNER: 4.0, Role.TOUT: 4.0}
    line = draw_line(scenario(patrons=26, crowd=crowd), seed)
    for patron in line:
        if patron.role in COPYING_ROLES:
            assert patron.copy_of is not None
            assert patron.copy_of < patron.number
            assert line[patron.copy_of].role is Role.VALID
    assert len({each.copy_of for each in line if each.role is Role.TOUT}) == 1


@pytest.mark.parametrize("seed", range(12))
def test_who_belongs_to_an_outage_comes_in_it(seed: int) -> None:
    crowd = {Role.VALID: 8.0, Role.TWIN: 2.0, Role.FRESH_SALE: 2.0}
    incidents = (Incident(IncidentKind.NETWORK_DOWN, 5), Incident(IncidentKind.NETWORK_UP, 14))
    line = draw_line(scenario(patrons=20, crowd=crowd, incidents=incidents), seed)
    places = [each.number for each in line if each.role in OUTAGE_ROLES]
    assert places
    assert all(5 <= place < 14 for place in places)


@given(
    st.dictionaries(st.sampled_from(list(Role)), st.floats(0.1, 100), min_size=1),
    st.integers(1, 300),
)
def test_shares_divide_all_places_and_leave_nobody_out(
    shares: dict[Role, float], count: int
) -> None:
    counts = apportion(shares, count)
    assert sum(counts.values()) == count
    assert all(counts.values())
    assert len(counts) == min(len(shares), count)


def test_arrivals_follow_the_curve() -> None:
    import random

    rng = random.Random(3)
    times = arrival_times(Arrivals(minutes=4, curve=(1, 0, 3, 4)), 4000, rng)
    parts = [sum(60 * i <= each < 60 * (i + 1) for each in times) / 4000 for i in range(4)]
    assert parts == pytest.approx([0.125, 0, 0.375, 0.5], abs=0.03)


def test_a_stream_without_groups_is_as_irregular_as_poissons() -> None:
    import random
    import statistics

    times = arrival_times(Arrivals(minutes=60), 3000, random.Random(4))
    gaps = [b - a for a, b in pairwise(times)]
    spread = statistics.stdev(gaps) / statistics.mean(gaps)
    assert spread == pytest.approx(1, abs=0.08)  # exponential gaps


def test_groups_come_together() -> None:
    import random

    times = arrival_times(Arrivals(minutes=600, groups=(0, 0, 1)), 300, random.Random(5))
    near = sum(b - a <= 2 for a, b in pairwise(times))
    assert near >= 200  # two of three follow somebody
