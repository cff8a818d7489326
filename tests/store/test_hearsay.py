"""What other gates tell is checked before it reaches a file."""

from typing import Any

import pytest

from scanner.facts import Fact
from scanner.store import hearsay

HALF = "\ud800"
"""Half of a surrogate pair: JSON has a way to write it, and no file takes it."""


@pytest.mark.parametrize("found", [None, 1, [], HALF, "x" * 5000])
def test_a_text_is_one_that_a_file_takes(found: Any) -> None:
    with pytest.raises(ValueError):
        hearsay.text(found)
    assert hearsay.text("Zoë 🎟") == "Zoë 🎟"


@pytest.mark.parametrize("found", [None, "1", 1.0, 1 << 63])
def test_a_number_is_one_that_a_column_takes(found: Any) -> None:
    with pytest.raises(ValueError):
        hearsay.number(found)


@pytest.mark.parametrize(
    "found",
    [None, "now", "2026-07-01T20:00:00", "0001-01-01T00:00+23:59", "9999-12-31T23:59-14:00"],
)
def test_a_time_has_a_zone_and_is_near_an_evening(found: Any) -> None:
    with pytest.raises(ValueError):
        hearsay.time(found)


def test_a_ticket_may_count_to_the_end_of_the_calendar() -> None:
    assert hearsay.limit_or_none("9999-12-31T23:59:59+00:00")
    with pytest.raises(ValueError):
        hearsay.limit_or_none("9999-12-31T23:59:59")


@pytest.mark.parametrize(
    "found",
    [
        None,
        {"code": 1, "params": {}},
        {"code": "a.b", "params": []},
        {"code": "a.b", "params": {"x": []}},
        {"code": "a.b", "params": {"x": HALF}},
        {"code": "a.b", "params": {"x": float("nan")}},
        {"code": "a.b", "params": {"x": {"code": "c.d", "params": {"y": {}}}}},
    ],
)
def test_a_fact_has_parameters_that_can_be_worded(found: Any) -> None:
    with pytest.raises(ValueError):
        hearsay.fact(found)


def test_a_fact_comes_back_as_it_was_told() -> None:
    fact = Fact("a.b", {"x": "y", "n": 1, "f": 0.5, "none": None, "why": Fact("c.d", {})})
    assert hearsay.fact(fact.as_json()) == fact
