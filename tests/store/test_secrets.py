"""Tickets whose codes are opaque: found as they are, or as one other keyboard typed them."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from scanner.admission.code_form import CodeForm
from scanner.admission.keyboards import Keyboard, Typing, arrives
from scanner.admission.serial import Secret
from scanner.admission.ticket import Knowledge
from scanner.admission.verdict import Kind
from scanner.store import sessions, ticket_writes, tickets
from scanner.store.database import transaction
from scanner.store.search import SHORTEST_SECRET, TicketSearch, nearest, read_found, read_typed
from tests.admission.worlds import secrets
from tests.store.worlds import BALCONY, SESSION, row

LOW = "qx7k3m9d2h5fj8w4bzt6vy1nac0prsgl"
OTHER = LOW[::-1]
MIXED = "Yk3/u+9Qd.T-w_aZ=="
SHORT = "10000012"


@pytest.fixture
def opaque(conn: sqlite3.Connection) -> sqlite3.Connection:
    with transaction(conn):
        sessions.open_session(conn, replace(SESSION, form=CodeForm.SECRET))
    write(conn, LOW, OTHER, MIXED, SHORT)
    return conn


def write(conn: sqlite3.Connection, *codes: str, section: str | None = None) -> None:
    rows = [row(code, section, owner=None) if section else row(code, owner=None) for code in codes]
    with transaction(conn):
        ticket_writes.write_tickets(conn, rows, 1)


def found(conn: sqlite3.Connection, text: str) -> str | None:
    return tickets.find_serial(conn, Secret(text))[0]


@pytest.mark.parametrize("code", [LOW, MIXED, SHORT])
def test_a_code_is_found_as_it_is(opaque: sqlite3.Connection, code: str) -> None:
    assert found(opaque, code) == code
    known = tickets.look_up(opaque, Secret(code))
    assert known.ticket
    assert known.ticket.serial == code


@pytest.mark.parametrize("keyboard", [Keyboard.GERMAN, Keyboard.FRENCH, Keyboard.CZECH])
def test_a_code_is_found_as_another_keyboard_typed_it(
    opaque: sqlite3.Connection, keyboard: Keyboard
) -> None:
    for code in (LOW, OTHER):
        arrived = arrives(code, Typing(Keyboard.US, keyboard))
        assert arrived != code
        assert found(opaque, arrived) == code
        assert found(opaque, arrived.swapcase()) == code


def test_a_code_is_found_with_caps_lock_on_and_with_wide_letters(
    opaque: sqlite3.Connection,
) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) for char in LOW)
    assert found(opaque, LOW.upper()) == found(opaque, wide) == LOW
    assert found(opaque, MIXED.swapcase()) == MIXED


def test_the_code_itself_comes_before_any_other_spelling(opaque: sqlite3.Connection) -> None:
    write(opaque, LOW.upper())
    assert found(opaque, LOW) == LOW
    assert found(opaque, LOW.upper()) == LOW.upper()


def test_where_two_tickets_may_have_been_meant_none_was(opaque: sqlite3.Connection) -> None:
    write(opaque, "ay")
    assert found(opaque, "AZ") == "ay"
    write(opaque, "az")
    assert found(opaque, "AZ") is None


@pytest.mark.parametrize("text", [LOW[:-1], f"{LOW}0", f"x {LOW}", LOW.title(), "", "nobody's"])
def test_nothing_less_than_the_whole_code_finds_a_ticket(
    opaque: sqlite3.Connection, text: str
) -> None:
    assert tickets.look_up(opaque, Secret(text)) == Knowledge()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(secrets())
def test_any_code_finds_its_own_ticket_or_none(opaque: sqlite3.Connection, code: str) -> None:
    serial = found(opaque, code)
    assert serial in {None, LOW, OTHER, MIXED, SHORT}
    if serial:
        assert len(serial) == len(code)


@pytest.mark.parametrize("query", ["YK3/u+9", "q7x yk3", LOW[:6].upper()])
def test_a_code_is_searched_in_any_case_and_told_in_its_own(
    opaque: sqlite3.Connection, tmp_path: Path, query: str
) -> None:
    codes = TicketSearch(tmp_path / "text").find(opaque, query, names=True)
    assert codes == [code for code in (LOW, MIXED) if query.casefold() in code.casefold()]


def test_what_is_found_tells_the_verdict_it_would_have(opaque: sqlite3.Connection) -> None:
    write(opaque, "there", section=BALCONY)
    kinds = [each.verdict.kind for each in read_found(opaque, [LOW, MIXED, "there"])]
    assert kinds == [Kind.ADMITTED, Kind.ADMITTED, Kind.WRONG_SECTION]


def test_a_mistyped_code_has_its_ticket_near_and_a_short_one_none(
    opaque: sqlite3.Connection,
) -> None:
    assert read_typed(opaque, LOW).known
    mistyped = read_typed(opaque, f"{LOW[:-1]}0")
    assert (mistyped.known, mistyped.formed) == (False, True)
    assert [each.serial for each in mistyped.near] == [LOW]
    short = read_typed(opaque, "10000013")
    assert len(SHORT) < SHORTEST_SECRET
    assert (short.known, short.near) == (False, ())
    assert nearest(opaque, "10000013") == [SHORT]  # else it would be offered
    assert read_typed(opaque, "https://shop.example/x").formed  # the gate says what it is
