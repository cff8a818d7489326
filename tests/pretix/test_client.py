from typing import Any

import pytest

from scanner.pretix.client import count


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
