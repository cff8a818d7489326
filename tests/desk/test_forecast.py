from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.desk.forecast import forecast

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
