import sqlite3

from scanner.admission.ticket import EarlierAdmission, Section, TicketStatus
from scanner.store import ledger, sessions, ticket_writes, tickets
from scanner.store.database import transaction
from scanner.store.ledger import State
from scanner.store.ticket_writes import PullPosition
from scanner.store.tickets import CachedSection, TicketRow
from tests.store.worlds import BALCONY, EVENT, FLOOR, NOW, SERIALS, admit, row, seconds

A, B, C = SERIALS[:3]
SAM = EarlierAdmission(NOW, "Sam", "door-2")


def write(conn: sqlite3.Connection, *rows: TicketRow, number: int = 1) -> None:
    with transaction(conn):
        ticket_writes.write_tickets(conn, rows, number)


def listed(conn: sqlite3.Connection, serial: str) -> bool:
    ticket = tickets.find_ticket(conn, serial)
    assert ticket
    return ticket.listed


def test_a_ticket_that_comes_again_is_changed_not_doubled(conn: sqlite3.Connection) -> None:
    changed = row(A, BALCONY, TicketStatus.REDEEMED, "BX-00000001")._replace(
        redeemed=seconds(3), name="Kim Roe"
    )
    write(conn, changed)
    ticket = tickets.find_ticket(conn, A)
    assert ticket
    assert ticket.section == Section(BALCONY, "Balcony")
    assert (ticket.status, ticket.redeemed) == (TicketStatus.REDEEMED, seconds(3))
    stored = conn.execute("SELECT owner, name FROM ticket WHERE serial = ?", (A,)).fetchall()
    assert stored == [("BX-00000001", "Kim Roe")]
    assert conn.execute("SELECT count(*) FROM ticket").fetchone() == (len(SERIALS),)


def test_of_a_ticket_that_comes_twice_at_once_the_later_row_stands(
    conn: sqlite3.Connection,
) -> None:
    write(conn, row(B, owner="P1"), row(A, owner="P3"), row(A, owner="P2"), row(B, owner="P1"))
    owners = conn.execute("SELECT owner FROM ticket WHERE serial = ?", (A,)).fetchall()
    assert owners == [("P2",)]
    assert conn.execute("SELECT count(*) FROM ticket").fetchone() == (len(SERIALS),)


def test_every_earlier_owner_is_remembered_once(conn: sqlite3.Connection) -> None:
    for owner in ("P2", "P1", "P2", "P3", "P3"):
        write(conn, row(A, owner=owner))
    owners = conn.execute("SELECT owner FROM former_owner ORDER BY owner").fetchall()
    assert owners == [("AZ-4918SF92",), ("P1",), ("P2",)]


def test_a_ticket_with_the_same_owner_has_no_earlier_one(conn: sqlite3.Connection) -> None:
    write(conn, *(row(serial) for serial in SERIALS), number=2)
    assert conn.execute("SELECT * FROM former_owner").fetchall() == []


def test_somebody_who_waits_is_let_pass_while_tickets_are_sorted_in(
    conn: sqlite3.Connection,
) -> None:
    tickets = [ticket_writes.incoming(row(f"DAWIER-BACK{number:08}")) for number in range(500)]
    asked: list[bool] = []
    with transaction(conn):
        ticket_writes.write_incoming(conn, tickets, 1, lambda: asked.append(conn.in_transaction))
    before = len(asked)
    assert before > 1
    conn.execute("SELECT count(*) FROM ticket AS a, ticket AS b").fetchone()
    assert len(asked) == before


def test_a_section_that_the_event_does_not_name_is_added_without_permission(
    conn: sqlite3.Connection,
) -> None:
    far = f"{EVENT}/sections/99"
    write(conn, row("DAWIER-FAR000000001", far)._replace(section_name="Far"))
    assert CachedSection(far, "Far", None, permitted=False) in tickets.read_sections(conn)
    write(conn, row(A)._replace(section_name="Renamed by a ticket"))
    assert tickets.read_sections(conn)[-1] == CachedSection(FLOOR, "Floor", 100, permitted=True)


def test_no_tickets_at_all_are_written_without_complaint(conn: sqlite3.Connection) -> None:
    write(conn)
    assert tickets.count_tickets(conn) == len(SERIALS)


def test_what_a_complete_pull_did_not_list_is_withdrawn_and_can_come_back(
    conn: sqlite3.Connection,
) -> None:
    write(conn, row("DAWIER-BALC00000001", BALCONY))
    number = ticket_writes.begin_pass(conn)
    write(conn, *(row(serial) for serial in SERIALS[2:]), number=number)
    assert ticket_writes.count_listed(conn, number) == len(SERIALS) - 2
    assert ticket_writes.withdraw_unlisted(conn, number) == 2
    assert [listed(conn, serial) for serial in (A, B, C)] == [False, False, True]
    assert listed(conn, "DAWIER-BALC00000001")  # the token's pull does not list that section
    assert ticket_writes.withdraw_unlisted(conn, number) == 0
    write(conn, row(A), number=0)
    assert listed(conn, A)


def test_a_ticket_seen_by_a_later_pull_is_not_withdrawn_by_an_earlier_number(
    conn: sqlite3.Connection,
) -> None:
    write(conn, row(A), number=7)
    write(conn, row(A), number=2)
    assert conn.execute("SELECT pass FROM ticket WHERE serial = ?", (A,)).fetchone() == (7,)


def test_passes_are_numbered_one_after_the_other(conn: sqlite3.Connection) -> None:
    first = ticket_writes.last_number(conn)
    assert ticket_writes.begin_pass(conn) == first + 1
    assert ticket_writes.begin_pass(conn) == first + 2
    assert ticket_writes.last_number(conn) == first + 2


def test_the_position_of_a_broken_off_pull_is_read_back(conn: sqlite3.Connection) -> None:
    assert ticket_writes.read_position(conn) is None
    for position in (PullPosition(2, 3, 500, 1200, NOW), PullPosition(2, 4, 250, None, None)):
        ticket_writes.write_position(conn, position)
        assert ticket_writes.read_position(conn) == position
    ticket_writes.forget_position(conn)
    assert ticket_writes.read_position(conn) is None
    ticket_writes.note_whole(conn, seconds(60))
    session = sessions.read_session(conn)
    assert session
    assert session.whole == seconds(60)


def test_a_finished_pull_notes_its_time_and_keeps_the_watermark_when_none_is_given(
    conn: sqlite3.Connection,
) -> None:
    ticket_writes.finish_pull(conn, synced=seconds(60), watermark=None)
    session = sessions.read_session(conn)
    assert session
    assert (session.synced, session.watermark) == (seconds(60), NOW)
    ticket_writes.finish_pull(conn, synced=seconds(90), watermark=seconds(70))
    session = sessions.read_session(conn)
    assert session
    assert (session.synced, session.watermark) == (seconds(90), seconds(70))


def test_a_pull_that_succeeds_opens_a_gate_whose_token_was_called_invalid(
    conn: sqlite3.Connection,
) -> None:
    sessions.note_token(conn, NOW)
    ticket_writes.finish_pull(conn, synced=seconds(60), watermark=None)
    assert sessions.read_standing(conn).closed is None


def test_the_latest_account_of_another_gates_admission_wins(conn: sqlite3.Connection) -> None:
    ticket_writes.write_others(conn, [(A, SAM), (B, EarlierAdmission(None, None, None))])
    later = EarlierAdmission(seconds(9), "Kim", None)
    ticket_writes.write_others(conn, [(A, later)])
    found = conn.execute("SELECT * FROM other_admission ORDER BY serial").fetchall()
    assert found == [(A, "Kim", None, seconds(9).isoformat()), (B, None, None, None)]


def test_the_apis_admissions_that_are_known_here_are_counted_and_named(
    conn: sqlite3.Connection,
) -> None:
    ticket_writes.write_others(conn, [(A, SAM)])
    for serial in (B, C):
        admit(conn, serial)
        ledger.mark_sending(conn, [serial], NOW)
    ledger.move(conn, B, State.CONFIRMED, NOW)
    assert ticket_writes.count_admissions(conn) == 2
    assert ticket_writes.known_admissions(conn, SERIALS) == {A, B}
    assert ticket_writes.known_admissions(conn, [C]) == set()
    assert ticket_writes.known_admissions(conn, []) == set()


def test_a_ticket_known_from_its_admission_alone_is_added_and_a_cached_one_kept(
    conn: sqlite3.Connection,
) -> None:
    new = "DAWIER-GONE00000001"
    with transaction(conn):
        ticket_writes.write_admitted(
            conn,
            [
                row(new, status=TicketStatus.REDEEMED),
                row(A, BALCONY, TicketStatus.REDEEMED, owner="BX-00000001"),
            ],
        )
    added, kept = tickets.find_ticket(conn, new), tickets.find_ticket(conn, A)
    assert added
    assert added.status is TicketStatus.REDEEMED
    assert kept
    assert (kept.status, kept.section.uri) == (TicketStatus.ISSUED, FLOOR)
    assert conn.execute("SELECT * FROM former_owner").fetchall() == []
