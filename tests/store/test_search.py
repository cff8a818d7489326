import sqlite3
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.verdict import Kind
from scanner.store import pulled, search
from scanner.store.cache import TicketRow
from scanner.store.database import transaction
from scanner.store.search import TicketSearch, fold, read_found
from tests.store.worlds import BALCONY, FLOOR, NOW, SERIALS, admit, row

NAMES = ("Jürgen Weiß", "Ana Łuczak", "Jo Doe", "Ngọc\nAnh", "Zoë Jones")


def write(conn: sqlite3.Connection, rows: Sequence[TicketRow]) -> None:
    with transaction(conn):
        pulled.write_tickets(conn, rows, 1)


@pytest.fixture
def named(conn: sqlite3.Connection) -> sqlite3.Connection:
    rows = [
        TicketRow(serial, FLOOR, "Floor", each.status, None, each.owner, name)
        for serial, name in zip(SERIALS, NAMES, strict=False)
        for each in [row(serial)]
    ]
    write(conn, rows)
    return conn


def looked(
    conn: sqlite3.Connection, query: str, *, names: bool = True, most: int = 50
) -> list[str]:
    found = TicketSearch(names=names)
    found.refresh(conn)
    return found.find(query, most)


@pytest.mark.parametrize(
    ("query", "index"),
    [("jurgen", 0), ("WEISS", 0), ("anh ngoc", 3), ("zoe", 4), ("doe 002", 2), ("k00000003", 3)],
)
def test_a_ticket_is_found_by_parts_of_serial_and_name(
    named: sqlite3.Connection, query: str, index: int
) -> None:
    assert looked(named, query) == [SERIALS[index]]


@pytest.mark.parametrize("query", ["", " ", "k", "zz", "\t", "\n", "jo weiss"])
def test_what_no_ticket_holds_finds_none(named: sqlite3.Connection, query: str) -> None:
    assert looked(named, query) == []


def test_names_are_not_kept_where_they_may_not_be_searched(named: sqlite3.Connection) -> None:
    assert looked(named, "jurgen", names=False) == []
    assert len(looked(named, "dawier", names=False)) == len(SERIALS)


def test_no_more_than_asked_for_are_found_in_any_number_of_chunks(
    named: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_CHUNK", 5)
    assert looked(named, "dawier") == list(SERIALS)
    assert looked(named, "dawier", most=7) == list(SERIALS[:7])


def test_a_ticket_that_came_later_is_found_after_a_refresh(
    conn: sqlite3.Connection, file: object
) -> None:
    found = TicketSearch()
    found.refresh(conn)
    write(conn, [row("DAWIER-NEWX00000001")])
    assert found.find("newx") == []
    other = TicketSearch()
    other.refresh(conn)
    assert other.find("newx") == ["DAWIER-NEWX00000001"]


def test_what_is_found_tells_the_verdict_it_would_have(conn: sqlite3.Connection) -> None:
    write(conn, [row(SERIALS[1], BALCONY)])
    admit(conn, SERIALS[2])
    found = read_found(conn, list(SERIALS[:3]), NOW)
    assert [each.verdict.kind for each in found] == [
        Kind.ADMITTED,
        Kind.WRONG_SECTION,
        Kind.ALREADY_ADMITTED,
    ]
    assert (found[1].name, found[1].section) == ("Jo Doe", "Balcony")


@given(st.text())
def test_folding_twice_is_folding_once_for_what_is_looked_for(text: str) -> None:
    assert fold(fold(text).upper()) == fold(fold(fold(text).upper()))


def test_folding_takes_letters_for_one_that_people_do() -> None:
    assert fold("JÜRGEN Weiß ÉŁ") == "jurgen weiss eł"
