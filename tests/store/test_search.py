import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.verdict import Kind
from scanner.store import search_text, ticket_writes
from scanner.store.database import transaction
from scanner.store.search import TicketSearch, read_found
from scanner.store.search_text import fold
from scanner.store.tickets import TicketRow
from tests.store.worlds import BALCONY, FLOOR, NOW, SERIALS, admit, row

NAMES = ("Jürgen Weiß", "Ana Łuczak", "Jo Doe", "Ngọc\nAnh", "Zoë Jones")


def write(conn: sqlite3.Connection, rows: Sequence[TicketRow]) -> None:
    with transaction(conn):
        ticket_writes.write_tickets(conn, rows, 1)


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
    conn: sqlite3.Connection, text: Path, query: str, *, names: bool = True, most: int = 50
) -> list[str]:
    """Search in a text that was made and in none: the same is found."""
    found = TicketSearch(text)
    without = found.find(conn, query, names=names, most=most)
    found.refresh(conn, names=names)
    assert text.exists()
    assert found.find(conn, query, names=names, most=most) == without
    return without


@pytest.fixture
def text(tmp_path: Path) -> Path:
    return tmp_path / "gate.sqlite3.search"


@pytest.mark.parametrize(
    ("query", "index"),
    [("jurgen", 0), ("WEISS", 0), ("anh ngoc", 3), ("zoe", 4), ("doe 002", 2), ("k00000003", 3)],
)
def test_a_ticket_is_found_by_parts_of_serial_and_name(
    named: sqlite3.Connection, text: Path, query: str, index: int
) -> None:
    assert looked(named, text, query) == [SERIALS[index]]


@pytest.mark.parametrize("query", ["", " ", "k", "zz", "\t", "\n", "jo weiss"])
def test_what_no_ticket_holds_finds_none(named: sqlite3.Connection, text: Path, query: str) -> None:
    assert looked(named, text, query) == []


def test_names_are_not_kept_where_they_may_not_be_searched(
    named: sqlite3.Connection, text: Path
) -> None:
    assert looked(named, text, "jurgen", names=False) == []
    assert len(looked(named, text, "dawier", names=False)) == len(SERIALS)
    assert b"jurgen" not in text.read_bytes()


def test_no_more_than_asked_for_are_found_in_any_number_of_pieces(
    named: sqlite3.Connection, text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_text, "_TICKETS", 5)
    monkeypatch.setattr(search_text, "_PIECE", 50)
    assert looked(named, text, "dawier") == list(SERIALS)
    assert looked(named, text, "dawier", most=7) == list(SERIALS[:7])


def test_a_ticket_that_came_later_is_found_at_once(conn: sqlite3.Connection, text: Path) -> None:
    found = TicketSearch(text)
    found.refresh(conn, names=False)
    write(conn, [row("DAWIER-NEWX00000001")])
    assert found.find(conn, "newx", names=False) == ["DAWIER-NEWX00000001"]
    assert len(found.find(conn, "dawier", names=False)) == len(SERIALS) + 1


def test_a_new_name_is_found_after_the_pull_that_brought_it(
    named: sqlite3.Connection, text: Path
) -> None:
    found = TicketSearch(text)
    found.refresh(named, names=True)
    write(named, [row(SERIALS[0])._replace(name="Mei Lin")])
    ticket_writes.finish_pull(named, synced=NOW + timedelta(seconds=15), watermark=None)
    found.refresh(named, names=True)
    assert (found.find(named, "mei lin", names=True), found.find(named, "jurgen", names=True)) == (
        [SERIALS[0]],
        [],
    )


def test_a_text_that_would_be_the_same_is_not_written_again(
    named: sqlite3.Connection, text: Path
) -> None:
    found = TicketSearch(text)
    found.refresh(named, names=True)
    before = text.stat()
    ticket_writes.finish_pull(named, synced=NOW + timedelta(seconds=15), watermark=None)
    found.refresh(named, names=True)
    assert text.stat().st_ino == before.st_ino
    found.refresh(named, names=True)
    assert found.find(named, "jurgen", names=True) == [SERIALS[0]]


def test_the_text_of_another_event_is_not_searched(named: sqlite3.Connection, text: Path) -> None:
    found = TicketSearch(text)
    found.refresh(named, names=True)
    named.execute("UPDATE session SET event = '/events/2'")
    named.execute("UPDATE ticket SET name = 'Mei Lin'")
    assert found.find(named, "jurgen", names=True) == []
    assert len(found.find(named, "mei", names=True)) == len(SERIALS)


@pytest.mark.parametrize("spoil", [b"", b"{}", b"[1]", b"\xff" * 600])
def test_a_text_that_is_damaged_is_not_searched_and_made_anew(
    named: sqlite3.Connection, text: Path, spoil: bytes
) -> None:
    text.write_bytes(spoil)
    assert looked(named, text, "jurgen") == [SERIALS[0]]
    text.write_bytes(text.read_bytes()[:-30])
    assert looked(named, text, "jurgen") == [SERIALS[0]]


def test_a_text_that_cannot_be_written_is_done_without(
    named: sqlite3.Connection, text: Path
) -> None:
    found = TicketSearch(text.parent / "missing" / "text")
    found.refresh(named, names=True)
    assert found.find(named, "jurgen", names=True) == [SERIALS[0]]


def test_only_its_owner_reads_the_text(named: sqlite3.Connection, text: Path) -> None:
    TicketSearch(text).refresh(named, names=True)
    assert text.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in text.parent.glob("*.partial")] == []


def test_what_is_found_tells_the_verdict_it_would_have(conn: sqlite3.Connection) -> None:
    write(conn, [row(SERIALS[1], BALCONY)])
    admit(conn, SERIALS[2])
    found = read_found(conn, list(SERIALS[:3]))
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
