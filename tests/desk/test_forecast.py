from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.desk.forecast import Forecast, by_five_minutes, forecast, of_house
from scanner.store.statistics import Arrivals

NOW = datetime(2026, 6, 12, 21, 4, 7, tzinfo=UTC)


def test_a_steady_pace_brings_in_all_that_are_left() -> None:
    found = forecast([6] * 20, 60, NOW)
    assert found
    assert (found.coming, found.at, found.per_minute) == (60, NOW + timedelta(minutes=10), 6)


def test_a_pace_that_falls_by_half_dies_away_and_leaves_some_outside() -> None:
    found = forecast([8] * 10 + [4] * 10, 1_000, NOW)
    assert found
    assert found.coming == 40  # 20 + 10 + 5 + …
    assert timedelta(minutes=30) < found.at - NOW < timedelta(minutes=50)


@pytest.mark.parametrize(
    ("counts", "left"), [([0] * 20, 5), ([9] * 10 + [0] * 10, 5), ([3] * 20, 0)]
)
def test_where_nobody_comes_there_is_no_forecast(counts: list[int], left: int) -> None:
    assert forecast(counts, left, NOW) is None


@given(st.lists(st.integers(0, 300), min_size=20, max_size=20), st.integers(0, 200_000))
def test_nobody_is_forecast_twice_or_in_the_past(counts: list[int], left: int) -> None:
    found = forecast(counts, left, NOW)
    if found:
        assert 0 <= found.coming <= left
        assert NOW <= found.at <= NOW + timedelta(minutes=left / found.per_minute + 1)


def test_a_pace_of_less_than_one_a_minute_tells_nothing() -> None:
    assert forecast([0] * 11 + [1] * 9, 20_000, NOW) is None
    assert forecast([0] * 10 + [1] * 10, 20_000, NOW) is not None


def came(*counts: tuple[int, int]) -> list[Arrivals]:
    """Arrivals of the last minutes, here and in the house; the last pair is the running one's."""
    this = NOW.replace(second=0)
    minutes = range(len(counts) - 1, -1, -1)
    return [
        Arrivals(this - timedelta(minutes=back), here, house)
        for back, (here, house) in zip(minutes, counts, strict=True)
        if house
    ]


def test_the_forecast_is_the_houses_as_far_as_the_other_gates_are_known() -> None:
    arrivals = came(*[(1, 6)] * 15, *[(1, 1)] * 6)  # the others are known late
    heard = NOW - timedelta(minutes=6)
    found = of_house(arrivals, 600, NOW, heard)
    assert found
    assert (found.per_minute, found.coming) == (6, 600)
    assert found.at == heard + timedelta(minutes=100)


def test_a_gate_alone_needs_nobody_to_be_heard_of() -> None:
    found = of_house(came(*[(3, 3)] * 21), 60, NOW, NOW - timedelta(hours=1))
    assert found
    assert found.at == NOW + timedelta(minutes=20)


def test_five_minutes_are_slots_without_a_gap_up_to_now_and_the_forecast() -> None:
    arrivals = came((1, 4), *[(0, 0)] * 14, *[(2, 2)] * 10)
    found = Forecast(20, NOW + timedelta(minutes=9), 2.0)
    slots = by_five_minutes(arrivals, found, NOW, 60)
    assert [(f"{each.at:%H:%M}", each.here, each.elsewhere, each.expected) for each in slots] == [
        ("20:40", 1, 3, 0),
        ("20:45", 0, 0, 0),
        ("20:50", 0, 0, 0),
        ("20:55", 10, 0, 0),
        ("21:00", 10, 0, 2),
        ("21:05", 0, 0, 10),
        ("21:10", 0, 0, 8),
    ]


def test_who_tried_the_gate_at_noon_is_not_of_the_evening() -> None:
    noon = Arrivals(NOW - timedelta(hours=9), 1, 1)
    slots = by_five_minutes([noon, *came((1, 1))], None, NOW, 60)
    assert [each.here for each in slots] == [1]
    assert [each.here for each in by_five_minutes([noon], None, NOW, 60)] == [1]
    assert by_five_minutes([], None, NOW, 60) == []


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(9, 40)), min_size=1, max_size=200),
    st.integers(0, 5000),
    st.integers(3, 80),
)
def test_no_more_slots_are_drawn_than_there_is_room_for_and_the_newest_are_there(
    counts: list[tuple[int, int]], left: int, most: int
) -> None:
    arrivals = came(*counts)
    found = of_house(arrivals, left, NOW, NOW)
    slots = by_five_minutes(arrivals, found, NOW, most)
    assert len(slots) <= most
    assert any(each.at <= NOW < each.at + timedelta(minutes=5) for each in slots)
    assert sum(each.expected for each in slots) <= left
