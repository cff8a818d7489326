import sqlite3
from dataclasses import replace
from datetime import datetime

import pytest

from scanner.admission.serial import Fingerprint, LooksLike, NotATicket, Serial, fingerprint
from scanner.admission.ticket import (
    CachedTicket,
    EarlierAdmission,
    Knowledge,
    Section,
    TicketStatus,
)
from scanner.admission.verdict import Closed
from scanner.facts import Fact
from scanner.store import ledger, sessions, ticket_writes, tickets
from scanner.store.database import transaction
from scanner.store.sessions import Standing
from scanner.store.tickets import CachedSection
from tests.store.worlds import BALCONY, FLOOR, NOW, SERIALS, SESSION, admit, row, seconds

A, B, C = SERIALS[:3]
ELSEWHERE = "QWERTY-BACK00000000"
SOLD_TWICE = Fact("text", {"text": "it was sold twice"})
FIRST, SECOND = "AZ-4918SF92", "BX-00000001"


def open_again(conn: sqlite3.Connection, **changes: str) -> None:
    later: dict[str, str | datetime] = {"opened": seconds(60), **changes}
    with transaction(conn):
        sessions.open_session(conn, replace(SESSION, **later))  # type: ignore[arg-type] # any field


def take_over(conn: sqlite3.Connection) -> bool:
    """Give the cache to the session's event, as a pull does; tells whether it was emptied."""
    session = sessions.read_session(conn)
    assert session
    with transaction(conn):
        return tickets.belong_to(conn, session)


def write(conn: sqlite3.Connection, *rows: tickets.TicketRow, number: int = 1) -> None:
    with transaction(conn):
        ticket_writes.write_tickets(conn, rows, number)


def permitted(conn: sqlite3.Connection) -> set[str]:
    """Return the sections that an open gate admits to."""
    assert sessions.read_standing(conn).closed is None
    return {each.uri for each in tickets.read_sections(conn) if each.permitted}


def known(conn: sqlite3.Connection, serial: str) -> Knowledge:
    return tickets.look_up(conn, Serial(serial))


def by_code(conn: sqlite3.Connection, serial: str, owner: str) -> Knowledge:
    return tickets.look_up(conn, Fingerprint(fingerprint(serial, owner)))


def test_a_session_is_read_back_as_it_was_opened(conn: sqlite3.Connection) -> None:
    session = sessions.read_session(conn)
    assert session == replace(SESSION, synced=NOW, watermark=NOW)


def test_before_the_first_session_there_is_none(conn: sqlite3.Connection) -> None:
    conn.execute("DELETE FROM session")
    assert sessions.read_session(conn) is None
    assert sessions.read_standing(conn) == Standing()
    assert Standing().closed is Closed.NO_SESSION


def test_a_new_session_for_the_same_event_keeps_the_cache(conn: sqlite3.Connection) -> None:
    ticket_writes.write_others(conn, [(B, EarlierAdmission(NOW, "Sam", "door-2"))])
    write(conn, row(C, owner=SECOND))
    open_again(conn, name="Bo", device="door-7")
    session = sessions.read_session(conn)
    assert session
    assert (session.name, session.device, session.opened) == ("Bo", "door-7", seconds(60))
    assert session.synced == NOW
    assert sessions.read_standing(conn).closed is None
    assert tickets.count_tickets(conn) == len(SERIALS)
    assert known(conn, B).other
    assert by_code(conn, C, FIRST).ticket
    # The new token may have other sections, so the whole list is read again.
    assert session.watermark is None
    assert session.whole is None


@pytest.mark.parametrize("change", [{"event": "/events/7"}, {"api": "https://qa.example/v3/"}])
def test_a_session_for_another_event_empties_the_cache_and_leaves_the_ledger(
    conn: sqlite3.Connection, change: dict[str, str]
) -> None:
    ticket_writes.write_others(conn, [(B, EarlierAdmission(NOW, "Sam", "door-2"))])
    write(conn, row(C, owner=SECOND))
    admit(conn, A)
    open_again(conn, **change)
    assert sessions.read_standing(conn).closed is Closed.NEVER_SYNCED
    take_over(conn)
    assert sessions.read_standing(conn).closed is Closed.NEVER_SYNCED
    assert tickets.read_sections(conn) == []
    assert tickets.find_ticket(conn, A) is None
    assert known(conn, B) == Knowledge()
    assert by_code(conn, C, FIRST) == Knowledge()
    assert known(conn, A).local == EarlierAdmission(NOW, "Ana", "door-1")
    assert [each.serial for each in ledger.in_state(conn)] == [A]


def test_a_pull_that_broke_off_does_not_go_on_at_another_event(conn: sqlite3.Connection) -> None:
    ticket_writes.write_position(conn, ticket_writes.PullPosition(2, 3, 500, 900, NOW))
    assert not take_over(conn)
    assert ticket_writes.read_position(conn)
    open_again(conn, event="/events/7")
    assert take_over(conn)
    assert ticket_writes.read_position(conn) is None


def test_a_cache_that_is_another_events_closes_the_gate(conn: sqlite3.Connection) -> None:
    conn.execute("UPDATE origin SET event = '/events/7'")
    assert sessions.read_standing(conn).closed is Closed.NEVER_SYNCED
    assert take_over(conn)
    assert sessions.read_standing(conn).closed is None


def test_passes_are_numbered_on_over_sessions(conn: sqlite3.Connection) -> None:
    before = ticket_writes.begin_pass(conn)
    open_again(conn, event="/events/7")
    take_over(conn)
    assert ticket_writes.begin_pass(conn) > before


def test_a_dead_token_closes_the_gate_until_it_is_taken_or_a_session_is_opened(
    conn: sqlite3.Connection,
) -> None:
    sessions.note_token(conn, seconds(4))
    sessions.note_token(conn, None)
    assert sessions.read_standing(conn).closed is None
    sessions.note_token(conn, seconds(5))
    session = sessions.read_session(conn)
    assert session
    assert session.invalid == seconds(5)
    assert sessions.read_standing(conn).closed is Closed.TOKEN_INVALID
    open_again(conn)
    assert permitted(conn) == {FLOOR}


def test_the_gate_is_closed_until_the_first_pull_is_complete(conn: sqlite3.Connection) -> None:
    open_again(conn, event="/events/7")
    take_over(conn)
    with transaction(conn):
        tickets.write_sections(conn, [CachedSection(FLOOR, "Floor", None, permitted=True)])
    assert sessions.read_standing(conn).closed is Closed.NEVER_SYNCED
    ticket_writes.finish_pull(conn, synced=NOW, watermark=None)
    assert permitted(conn) == {FLOOR}


def test_the_clocks_offset_is_kept(conn: sqlite3.Connection) -> None:
    sessions.note_server_offset(conn, -2.5)
    session = sessions.read_session(conn)
    assert session
    assert session.server_offset == -2.5


def test_a_section_is_permitted_as_the_token_permits_now(conn: sqlite3.Connection) -> None:
    assert permitted(conn) == {FLOOR}
    both = [
        CachedSection(FLOOR, "Floor", 100, permitted=True),
        CachedSection(BALCONY, "Upper Balcony", 40, permitted=True),
    ]
    with transaction(conn):
        tickets.write_sections(conn, both)
    assert permitted(conn) == {FLOOR, BALCONY}
    assert tickets.read_sections(conn) == both
    with transaction(conn):
        tickets.write_sections(conn, both[1:])
    assert permitted(conn) == {BALCONY}


def test_listed_tickets_of_permitted_sections_are_counted(conn: sqlite3.Connection) -> None:
    write(conn, row("DAWIER-BALC00000001", BALCONY))
    assert tickets.count_tickets(conn) == len(SERIALS)
    conn.execute("UPDATE ticket SET listed = 0 WHERE serial = ?", (A,))
    assert tickets.count_tickets(conn) == len(SERIALS) - 1


def test_a_ticket_is_found_by_its_serial(conn: sqlite3.Connection) -> None:
    ticket = CachedTicket(A, Section(FLOOR, "Floor"), TicketStatus.ISSUED, permitted=True)
    assert known(conn, A) == Knowledge(ticket, event_known=True)
    assert tickets.find_ticket(conn, A) == ticket
    assert tickets.find_ticket(conn, ELSEWHERE) is None


def test_a_ticket_is_found_by_its_owners_code_and_no_one_elses(conn: sqlite3.Connection) -> None:
    assert by_code(conn, A, FIRST) == known(conn, A)
    assert by_code(conn, A, SECOND) == Knowledge()


def test_the_code_of_an_earlier_owner_is_known_as_such(conn: sqlite3.Connection) -> None:
    write(conn, row(A, owner=SECOND))
    former = by_code(conn, A, FIRST)
    assert former.ticket
    assert (former.ticket.serial, former.ticket.former_code) == (A, True)
    assert by_code(conn, A, SECOND) == known(conn, A)
    assert known(conn, A).ticket != former.ticket


def test_a_ticket_that_comes_back_to_its_owner_admits_with_the_old_code(
    conn: sqlite3.Connection,
) -> None:
    write(conn, row(A, owner=SECOND))
    write(conn, row(A, owner=FIRST))
    assert by_code(conn, A, FIRST) == known(conn, A)
    second = by_code(conn, A, SECOND).ticket
    assert second
    assert second.former_code


def test_a_digest_that_only_begins_like_a_tickets_finds_nothing(conn: sqlite3.Connection) -> None:
    digest = fingerprint(A, FIRST)
    alike = digest[:16] + "0" * 48
    assert tickets.look_up(conn, Fingerprint(alike)) == Knowledge()
    write(conn, row(A, owner=SECOND))
    assert tickets.look_up(conn, Fingerprint(alike)) == Knowledge()


def test_two_tickets_whose_digests_begin_alike_are_told_apart(conn: sqlite3.Connection) -> None:
    short = tickets.short_fingerprint(fingerprint(B, FIRST))
    conn.execute("UPDATE ticket SET fingerprint = ?", (short,))
    found = by_code(conn, B, FIRST).ticket
    assert found
    assert found.serial == B


@pytest.mark.parametrize("digest", ["0" * 64, "f" * 64, "7" + "f" * 63, "8" + "0" * 63])
def test_any_digest_fits_the_index(conn: sqlite3.Connection, digest: str) -> None:
    assert -(2**63) <= tickets.short_fingerprint(digest) < 2**63
    assert tickets.look_up(conn, Fingerprint(digest)) == Knowledge()


def test_a_ticket_without_an_owner_is_found_by_its_serial_alone(conn: sqlite3.Connection) -> None:
    write(conn, row("DAWIER-NOBODY000000", owner=None))
    assert known(conn, "DAWIER-NOBODY000000").ticket
    assert by_code(conn, "DAWIER-NOBODY000000", "None") == Knowledge()


def test_what_is_no_ticket_is_not_looked_for(conn: sqlite3.Connection) -> None:
    assert tickets.look_up(conn, NotATicket(LooksLike.WEB_ADDRESS)) == Knowledge()


def test_an_unlisted_serial_is_told_from_another_events(conn: sqlite3.Connection) -> None:
    assert known(conn, "DAWIER-BACK99999999") == Knowledge(event_known=True)
    assert known(conn, ELSEWHERE) == Knowledge(event_known=False)


def test_admissions_here_and_elsewhere_are_known(conn: sqlite3.Connection) -> None:
    admit(conn, A)
    ticket_writes.write_others(conn, [(A, EarlierAdmission(seconds(9), "Sam", "door-2"))])
    ticket_writes.write_others(conn, [(B, EarlierAdmission(None, None, None))])
    both = known(conn, A)
    assert both.local == EarlierAdmission(NOW, "Ana", "door-1")
    assert both.other == EarlierAdmission(seconds(9), "Sam", "door-2")
    assert by_code(conn, A, FIRST) == both
    assert known(conn, B).other == EarlierAdmission(None, None, None)
    assert known(conn, C).other is None


def test_an_admission_elsewhere_is_known_though_the_ticket_is_not_listed(
    conn: sqlite3.Connection,
) -> None:
    other = EarlierAdmission(seconds(9), "Sam", "door-2")
    ticket_writes.write_others(conn, [(ELSEWHERE, other)])
    assert known(conn, ELSEWHERE) == Knowledge(other=other)


@pytest.mark.parametrize("status", TicketStatus)
def test_every_status_is_read_back(conn: sqlite3.Connection, status: TicketStatus) -> None:
    write(conn, row(A, status=status)._replace(redeemed=seconds(3)))
    ticket = tickets.find_ticket(conn, A)
    assert ticket
    assert (ticket.status, ticket.redeemed) == (status, seconds(3))


def test_a_status_of_a_later_version_does_not_admit(conn: sqlite3.Connection) -> None:
    conn.execute("UPDATE ticket SET status = 'Blessed'")
    ticket = tickets.find_ticket(conn, A)
    assert ticket
    assert ticket.status is TicketStatus.OTHER


def test_a_refused_admission_is_known_of_a_ticket_that_left_the_cache(
    conn: sqlite3.Connection,
) -> None:
    admit(conn, A)
    ledger.withhold(conn, A, SOLD_TWICE)
    conn.execute("DELETE FROM ticket WHERE serial = ?", (A,))
    assert known(conn, A) == Knowledge(event_known=True, refusal=SOLD_TWICE)


FEW_ROWS = {
    "SCAN CONSTANT ROW",
    "SCAN installation",  # one row for each place, and only the last is read
    "SCAN admitted",  # the view's rows of one serial, which indexes found
}


def test_a_look_up_is_answered_by_indexes_alone(conn: sqlite3.Connection) -> None:
    asked: list[str] = []
    conn.set_trace_callback(asked.append)
    known(conn, A)
    known(conn, ELSEWHERE)
    by_code(conn, A, FIRST)
    by_code(conn, A, SECOND)
    conn.set_trace_callback(None)
    assert asked
    for statement in asked:
        plan = [step for *_, step in conn.execute(f"EXPLAIN QUERY PLAN {statement}")]
        scans = [step for step in plan if step.startswith("SCAN")]
        assert set(scans) <= FEW_ROWS, statement
