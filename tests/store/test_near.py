"""What a person may have meant who mistyped a serial."""

import sqlite3
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.store import ticket_writes
from scanner.store.database import transaction
from scanner.store.search import FARTHEST, distances, nearest, read_ticket, read_typed
from tests.store.worlds import BALCONY, SERIALS, row

A = "DAWIER-BACK75580348"
BARRED = "DAWIER-BACK75580340"


@pytest.fixture
def listed(conn: sqlite3.Connection) -> sqlite3.Connection:
    with transaction(conn):
        others = map(row, ("DAWIER-HOPE11112222", "DAWIER-BACK99994444"))
        rows = [row(A), row(BARRED, BALCONY), *others]
        ticket_writes.write_tickets(conn, rows, 1)
    return conn


def by_hand(one: str, other: str) -> int:
    """Count typing mistakes cell by cell (optimal string alignment)."""
    rows = {(-1, j): j + 1 for j in range(-1, len(other))}
    rows |= {(i, -1): i + 1 for i in range(len(one))}
    for i, letter in enumerate(one):
        for j, opposite in enumerate(other):
            found = [rows[i - 1, j] + 1, rows[i, j - 1] + 1, rows[i - 1, j - 1]]
            found[2] += letter != opposite
            if i and j and (letter, one[i - 1]) == (other[j - 1], opposite):
                found.append(rows[i - 2, j - 2] + 1)
            rows[i, j] = min(found)
    return rows[len(one) - 1, len(other) - 1]


TEXTS = st.text(alphabet="AB0-", min_size=1, max_size=7)


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=6))
def test_few_typing_mistakes_are_counted_as_by_hand(text: str, others: list[str]) -> None:
    found = [min(by_hand(text, each), FARTHEST + 1) for each in others]
    assert distances(text, others) == found


@pytest.mark.parametrize(
    "typed",
    [
        "DAWIER-BACK7558O348",  # a letter for a digit
        "DAWIER-BACK7558348",  # one is missing
        "DAWIER-BACK755803488",  # one is too many
        "DAWIER-BACK75503848",  # two have changed places, twice
        "dawier back75580343",  # no hyphen, and one wrong
        "DAWEIR-BACK75580348",
    ],
)
def test_a_wrong_character_is_a_typing_mistake_first(
    listed: sqlite3.Connection, typed: str
) -> None:
    found = read_typed(listed, typed)
    assert not found.known
    assert [each.serial for each in found.near] == [A]


def test_tickets_of_sections_that_are_not_permitted_are_not_offered(
    listed: sqlite3.Connection,
) -> None:
    assert nearest(listed, BARRED[:-1] + "1") == [A]
    assert nearest(listed, "DAWIER-BACK75580111") == []


def test_what_is_on_the_list_or_far_from_it_is_left_to_the_gate(
    listed: sqlite3.Connection,
) -> None:
    assert read_typed(listed, A.lower()).known
    assert read_typed(listed, BARRED).known
    unknown = read_typed(listed, "DAWIER-NONE00000000")
    assert (unknown.known, unknown.formed, unknown.near) == (False, True, ())
    assert not read_typed(listed, "GENE").formed
    assert read_typed(listed, string.ascii_letters * 90).near == ()


def test_a_ticket_is_looked_at_without_a_record(listed: sqlite3.Connection) -> None:
    before = listed.execute("SELECT count(*) FROM journal").fetchone()
    view = read_ticket(listed, A)
    assert view
    assert (view.found.serial, view.own, view.other, view.again) == (A, None, None, ())
    assert read_ticket(listed, SERIALS[9][:-1] + "X") is None
    assert listed.execute("SELECT count(*) FROM journal").fetchone() == before
