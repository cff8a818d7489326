import sqlite3

from scanner.admission.claim import Claim, ClaimState, Entrant
from scanner.facts import Fact
from scanner.store import double_entries, journal
from scanner.store.database import transaction
from scanner.store.double_entries import DoubleEntry, Noted
from scanner.store.journal import JournalNote
from tests.store.worlds import SERIALS, admit, seconds

A, B = SERIALS[:2]
HERE = Entrant("7k3q door-1", "Ana", seconds(0), "a" * 32)
THERE = Entrant("9zzx door-2", "Bob", seconds(9), "b" * 32)
TAGS = {"7k3q", "former"}


def held_twice(serial: str, *entrants: Entrant) -> Claim:
    return Claim(serial, ClaimState.HELD, entrants[0], twice=entrants[1:])


def note(conn: sqlite3.Connection, *claims: Claim) -> int:
    with transaction(conn):
        return double_entries.note(conn, claims, TAGS, seconds(20))


def test_a_ticket_let_in_here_and_at_another_gate_is_noted_once(conn: sqlite3.Connection) -> None:
    row = admit(conn, A)
    claim = held_twice(A, THERE, HERE)
    assert [note(conn, claim), note(conn, claim)] == [1, 0]
    (found,) = double_entries.read(conn)
    assert found == DoubleEntry(found.noted, A, row, "door-2", "Bob", seconds(9))
    assert list(double_entries.read(conn, after=found.noted)) == []


def test_an_entry_that_is_claimed_again_is_not_noted_again(conn: sqlite3.Connection) -> None:
    admit(conn, A)
    again = THERE._replace(nonce="c" * 32)  # the engine had lost it
    assert [note(conn, held_twice(A, HERE, each)) for each in (THERE, again)] == [1, 0]


def test_one_who_asks_again_reads_each_row_once_and_misses_none(conn: sqlite3.Connection) -> None:
    admit(conn, A)
    noted = Noted()
    third = THERE._replace(device="8zzx door-3")
    with transaction(conn):
        claims = [held_twice(A, HERE, THERE)]
        assert double_entries.note(conn, claims, TAGS, seconds(20), noted) == 1
        assert double_entries.note(conn, claims, TAGS, seconds(20), noted) == 0
    assert note(conn, held_twice(A, HERE, third)) == 1  # by somebody else
    asked: list[str] = []
    conn.set_trace_callback(asked.append)
    assert len(noted.names(conn)) == 2
    assert len(noted.names(conn)) == 2
    read = [each for each in asked if "FROM journal WHERE id >" in each]
    assert [each.split("id > ")[1].split()[0] for each in read] == ["2", "3"]


def test_each_further_gate_of_a_double_entry_is_noted(conn: sqlite3.Connection) -> None:
    admit(conn, A)
    note(conn, held_twice(A, HERE, THERE))
    third = THERE._replace(device="8zzx door-3", nonce="c" * 32)
    assert note(conn, held_twice(A, HERE, THERE, third)) == 1
    assert [each.gate for each in double_entries.read(conn)] == ["door-2", "door-3"]


def test_what_others_did_alone_is_no_double_entry_here(conn: sqlite3.Connection) -> None:
    admit(conn, A)
    third = THERE._replace(device="8zzx door-3")
    assert note(conn, held_twice(A, THERE, third), held_twice(A, HERE)) == 0


def test_a_claim_that_nobody_was_let_in_with_makes_no_double_entry(
    conn: sqlite3.Connection,
) -> None:
    assert note(conn, held_twice(B, THERE, HERE)) == 0


def test_a_note_that_is_not_whole_is_passed_over(conn: sqlite3.Connection) -> None:
    with transaction(conn):
        journal.note(conn, Fact(JournalNote.DOUBLE_ENTRY, {"serial": A}), seconds(0))
    assert list(double_entries.read(conn)) == []
