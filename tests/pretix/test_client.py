from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.platform.connection import Answer
from scanner.pretix.client import count, generated

ANSWERED = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "entries"),
    [
        ({"count": 7}, 7),
        ({"count": 0}, 0),
        ({"count": -1}, 0),
        ({"count": True}, 0),
        ({"count": "7"}, 0),
        ({"count": 10**30}, 0),  # no database takes it
        ({}, 0),
        ([], 0),
    ],
)
def test_a_list_has_so_many_entries_as_it_says_if_that_can_be(body: Any, entries: int) -> None:
    found = count(body)
    assert (type(found), found) == (int, entries)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("2026-05-01T19:59:59.5Z", datetime(2026, 5, 1, 19, 59, 59, 500000, tzinfo=UTC)),
        ("2026-05-01T21:59:59+02:00", datetime(2026, 5, 1, 19, 59, 59, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999999Z", ANSWERED),  # a second later there is no time
        ("0001-01-01T00:01:00Z", ANSWERED),
        ("0001-01-01T00:00:00+14:00", ANSWERED),
        ("yesterday", ANSWERED),
    ],
)
def test_a_page_is_as_old_as_it_says_if_that_can_be(told: str, read: datetime) -> None:
    assert generated(Answer(200, {}, ANSWERED, {"x-page-generated": told})) == read
