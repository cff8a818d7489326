import pytest

from scanner.bench.figure import Figure, median, p99


@pytest.mark.parametrize(("measured", "reached"), [(1.5, True), (3.0, True), (3.1, False)])
def test_a_time_is_held_against_its_floor(measured: float, reached: bool) -> None:
    assert Figure("a", "ms", measured, 1.5, 1, 2.0).reached is reached


@pytest.mark.parametrize(("measured", "reached"), [(2.5, True), (2.75, False)])
def test_a_time_may_be_held_against_how_much_it_is_above_its_floor(
    measured: float, reached: bool
) -> None:
    assert Figure("a", "ms", measured, 0.5, 1, 2.0, above=True).reached is reached


@pytest.mark.parametrize(("measured", "reached"), [(80.0, True), (79.0, False)])
def test_a_rate_must_reach_its_share_of_the_floor(measured: float, reached: bool) -> None:
    assert Figure("a", "1/s", measured, 0.8, 1, 100.0, at_least=True).reached is reached


def test_a_figure_without_a_floor_is_held_against_the_limit_itself() -> None:
    assert Figure("a", "MB", 199.0, 200.0, 1).reached
    assert not Figure("a", "MB", 201.0, 200.0, 1).reached


def test_of_a_hundred_times_the_second_longest_is_the_p99() -> None:
    seconds = [each / 1000 for each in range(1, 101)]
    assert p99(seconds) == pytest.approx(99.0)
    assert median(seconds) == pytest.approx(50.5)
