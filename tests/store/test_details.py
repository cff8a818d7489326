"""What only some platforms tell: hours, orders, notices, codes that took another's place, exits."""

import sqlite3
from dataclasses import replace

import pytest

from scanner.admission.code_form import CodeForm
from scanner.admission.door import DoorRules, Notice, Unjudged
from scanner.admission.serial import Secret, Serial
from scanner.admission.ticket import EarlierAdmission, Knowledge, TicketStatus
from scanner.admission.verdict import Reason
from scanner.store import details, ledger, sessions, statistics, ticket_writes, tickets
from scanner.store.database import transaction
from scanner.store.details import Companion, TicketDetail
from scanner.store.ledger import State
from tests.store.worlds import BALCONY, NOW, SERIALS, SESSION, admit, row, seconds

A, B, C, D = SERIALS[:4]
MIXED, SMALL = "Gate7Ticket", "c5h3kz9qy2m8r4w7t6x1v0b9n3d8f5g2"
WHOLE = TicketDetail(
    "17",
    "ZQ7K3",
    seconds(-60),
    seconds(60),
    attention=True,
    notice="Table 5",
    unjudged=frozenset(Unjudged),
)
THERE = EarlierAdmission(seconds(5), "Sam", "door-2")


def write(conn: sqlite3.Connection, *rows: tickets.TicketRow) -> None:
    with transaction(conn):
        ticket_writes.write_tickets(conn, rows, 1)


def detailed(serial: str, **told: object) -> tickets.TicketRow:
    return row(serial)._replace(detail=TicketDetail(**told))  # type: ignore[arg-type] # any field


def known(conn: sqlite3.Connection, serial: str) -> Knowledge:
    return tickets.look_up(conn, Serial(serial))


def status(conn: sqlite3.Connection, serial: str) -> TicketStatus:
    ticket = tickets.find_ticket(conn, serial)
    assert ticket
    return ticket.status


def leave(conn: sqlite3.Connection, serial: str, at: float) -> int:
    return admit(conn, serial, seconds(at), kind="exited", reason=str(Reason.EXITED))


def come_back(conn: sqlite3.Connection, serial: str, at: float) -> int:
    return admit(conn, serial, seconds(at), kind="reentry", reason=str(Reason.BACK_AFTER_EXIT))


def test_what_is_told_of_a_ticket_is_read_back(conn: sqlite3.Connection) -> None:
    write(conn, row(A)._replace(detail=WHOLE))
    found, notice = tickets.look_up_with_notice(conn, Serial(A))
    assert found.ticket
    assert (found.ticket.valid_from, found.ticket.valid_until) == (seconds(-60), seconds(60))
    assert found.ticket.unjudged == frozenset(Unjudged)
    assert notice == Notice(True, "Table 5", frozenset(Unjudged))
    write(conn, row(A)._replace(detail=TicketDetail("17", "ZQ7K3")))
    found, notice = tickets.look_up_with_notice(conn, Serial(A))
    assert notice is None
    assert found.ticket
    assert (found.ticket.valid_from, found.ticket.unjudged) == (None, frozenset())


def test_a_ticket_of_which_no_more_is_told_costs_no_row(conn: sqlite3.Connection) -> None:
    assert tickets.look_up_with_notice(conn, Serial(A)) == (known(conn, A), None)
    assert conn.execute("SELECT count(*) FROM detail").fetchone() == (0,)


def test_a_demand_of_a_later_version_is_one_that_this_gate_cannot_judge(
    conn: sqlite3.Connection,
) -> None:
    write(conn, detailed(A, unjudged=frozenset({Unjudged.QUESTIONS})))
    conn.execute("UPDATE detail SET unjudged = 'questions horoscope'")
    ticket = known(conn, A).ticket
    assert ticket
    assert ticket.unjudged == frozenset(Unjudged)


def test_what_the_door_may_do_is_known_with_every_ticket(conn: sqlite3.Connection) -> None:
    assert known(conn, A).door == details.read_door(conn) == DoorRules()
    rules = DoorRules(multiple_entries=True, entry_after_exit=False, custom_rules=True)
    with transaction(conn):
        details.write_door(conn, rules)
        details.write_door(conn, rules)
    found, notice = tickets.look_up_with_notice(conn, Serial(A))
    assert found.door == details.read_door(conn) == rules
    assert notice == Notice(unjudged=frozenset({Unjudged.RULES}))


def test_another_events_cache_begins_without_details_exits_and_rules(
    conn: sqlite3.Connection,
) -> None:
    write(conn, row(A)._replace(detail=WHOLE))
    ticket_writes.write_exits(conn, [(A, THERE)])
    details.write_door(conn, DoorRules(True, True, True))
    with transaction(conn):
        assert tickets.belong_to(conn, replace(SESSION, event="/events/7"))
    for table in ("detail", "other_exit", "door"):
        assert conn.execute(f"SELECT * FROM {table}").fetchall() == []


def test_the_code_that_another_took_the_place_of_is_reissued(conn: sqlite3.Connection) -> None:
    write(conn, detailed(A, key="17"), detailed(B, key="18"))
    write(conn, detailed(C, key="17"))
    assert [status(conn, each) for each in (A, B, C)] == [
        TicketStatus.REISSUED,
        TicketStatus.ISSUED,
        TicketStatus.ISSUED,
    ]
    write(conn, detailed(A, key="17"))
    assert (status(conn, A), status(conn, C)) == (TicketStatus.ISSUED, TicketStatus.REISSUED)


def test_of_a_key_that_comes_twice_at_once_the_later_code_counts(conn: sqlite3.Connection) -> None:
    write(conn, detailed(A, key="17"), detailed(B, key="17"))
    assert (status(conn, A), status(conn, B)) == (TicketStatus.REISSUED, TicketStatus.ISSUED)


def test_tickets_without_a_key_take_nobodys_place(conn: sqlite3.Connection) -> None:
    write(conn, detailed(A, party="ZQ7K3"), detailed(B, party="ZQ7K3"))
    assert (status(conn, A), status(conn, B)) == (TicketStatus.ISSUED, TicketStatus.ISSUED)


def test_who_came_in_with_a_former_code_is_not_let_in_with_the_new_one(
    conn: sqlite3.Connection,
) -> None:
    write(conn, detailed(A, key="17"), detailed(B, key="18"))
    row_of_a = admit(conn, A)
    ticket_writes.write_others(conn, [(B, THERE)])
    write(conn, detailed(C, key="17"), detailed(D, key="18"))
    write(conn, detailed(SERIALS[5], key="17"))  # and once more
    found = known(conn, SERIALS[5])
    assert (found.local, found.unshown) == (EarlierAdmission(NOW, "Ana", "door-1"), True)
    assert known(conn, D).other == THERE
    ledger.note_shown(conn, A, row_of_a)
    assert not known(conn, SERIALS[5]).unshown


def test_what_other_gates_noted_of_a_former_code_is_the_new_ones_and_counts_once(
    conn: sqlite3.Connection,
) -> None:
    write(conn, detailed(A, key="17"), detailed(B, key="18"))
    ticket_writes.write_others(conn, [(A, THERE), (B, THERE)])
    ticket_writes.write_exits(conn, [(A, replace(THERE, at=seconds(9)))])
    write(conn, detailed(C, key="17"))
    found = known(conn, C)
    assert (found.other, found.left) == (THERE, replace(THERE, at=seconds(9)))
    assert known(conn, B).other == THERE
    assert statistics.admitted(conn).everywhere == 2


def test_an_admission_under_a_former_code_is_found_by_the_new_one(
    conn: sqlite3.Connection,
) -> None:
    write(conn, detailed(A, key="17"), detailed(B, key="18"))
    for serial in (A, SERIALS[8]):
        admit(conn, serial)
    ledger.enqueue(conn)
    write(conn, detailed(C, key="17"), detailed(D, key="18"))
    assert details.admitted_as(conn, [*SERIALS, "x"]) == {C: A}
    ledger.mark_sending(conn, [A], seconds(1))
    ledger.move(conn, A, State.CONFIRMED, seconds(2))
    ledger.move(conn, A, State.UNDONE, seconds(3))
    assert details.admitted_as(conn, SERIALS) == {}


def test_the_others_of_an_order_are_told_with_who_is_inside(conn: sqlite3.Connection) -> None:
    others = [detailed(each, key=each, party="ZQ7K3") for each in SERIALS[:5]]
    others[3] = others[3]._replace(section=BALCONY, section_name="Balcony", name="Bo Li")
    write(conn, *others, detailed(SERIALS[7], key="9", party="OTHER"))
    write(conn, detailed(SERIALS[8], key=SERIALS[4], party="ZQ7K3"))  # made anew
    admit(conn, B)
    admit(conn, C)
    leave(conn, C, 9)
    assert tickets.party(conn, A) == [
        Companion(B, "Jo Doe", "Floor", TicketStatus.ISSUED, inside=True),
        Companion(C, "Jo Doe", "Floor", TicketStatus.ISSUED, inside=False),
        Companion(D, "Bo Li", "Balcony", TicketStatus.ISSUED, inside=False),
        Companion(SERIALS[8], "Jo Doe", "Floor", TicketStatus.ISSUED, inside=False),
    ]
    assert tickets.party(conn, SERIALS[9]) == []


@pytest.mark.parametrize("typed", [MIXED, SMALL])
def test_an_opaque_code_is_found_as_it_is(conn: sqlite3.Connection, typed: str) -> None:
    write(conn, row(MIXED), row(SMALL))
    found = tickets.look_up(conn, Secret(typed))
    assert found.ticket
    assert found.ticket.serial == typed
    assert tickets.find_serial(conn, Secret(typed)) == (typed, False)


def test_an_opaque_code_under_caps_lock_or_another_keyboard_is_found(
    conn: sqlite3.Connection,
) -> None:
    write(conn, row(MIXED), row(SMALL))
    assert tickets.find_serial(conn, Secret("gATE7tICKET")) == (MIXED, False)
    other_keyboard = SMALL.translate(str.maketrans("zy", "yz"))  # typed for a German computer
    assert tickets.find_serial(conn, Secret(other_keyboard)) == (SMALL, False)


def test_an_opaque_code_that_may_be_two_tickets_is_neither(conn: sqlite3.Connection) -> None:
    write(conn, row("azy1"), row("AYZ1"))  # the one typed for a German computer, the other shifted
    assert tickets.look_up(conn, Secret("ayz1")) == Knowledge()
    conn.execute("DELETE FROM ticket WHERE serial = 'azy1'")
    assert tickets.find_serial(conn, Secret("ayz1")) == ("AYZ1", False)


@pytest.mark.parametrize("text", ["", "%", "https://x.example/", f" {SMALL}x", "ß"])
def test_no_text_that_is_no_code_leads_to_a_ticket(conn: sqlite3.Connection, text: str) -> None:
    write(conn, row(SMALL))
    assert tickets.look_up_with_notice(conn, Secret(text)) == (Knowledge(), None)


def test_opaque_codes_say_nothing_of_the_events_serials(conn: sqlite3.Connection) -> None:
    write(conn, row(SMALL))
    assert not tickets.is_of_the_event(conn, SMALL[:6] + "-BACK00000000")


LOCAL, REENTRY, EXIT, OTHER_IN, OTHER_OUT = "local", "reentry", "exit", "other", "other exit"


@pytest.mark.parametrize(
    ("moves", "left_at"),
    [
        ([], None),
        ([LOCAL], None),
        ([EXIT], 0),
        ([LOCAL, EXIT], 1),
        ([LOCAL, EXIT, REENTRY], None),
        ([LOCAL, EXIT, REENTRY, EXIT], 3),
        ([EXIT, LOCAL], None),
        ([OTHER_IN, OTHER_OUT], 1),
        ([OTHER_OUT, OTHER_IN], None),
        ([LOCAL, OTHER_OUT], 1),
        ([LOCAL, OTHER_OUT, REENTRY], None),
        ([LOCAL, EXIT, OTHER_IN], None),
        ([OTHER_IN, EXIT], 1),
        ([OTHER_IN, EXIT, OTHER_OUT], 2),
    ],
)
def test_a_patron_has_left_where_the_last_that_is_known_is_an_exit(
    conn: sqlite3.Connection, moves: list[str], left_at: int | None
) -> None:
    for at, move in enumerate(moves):
        elsewhere = [(A, EarlierAdmission(seconds(at), "Sam", "7k3q door-2"))]
        match move:
            case "local":
                admit(conn, A, seconds(at))
            case "reentry":
                come_back(conn, A, at)
            case "exit":
                leave(conn, A, at)
            case "other":
                ticket_writes.write_others(conn, elsewhere)
            case "other exit":
                ticket_writes.write_exits(conn, elsewhere)
    left = known(conn, A).left
    assert (left.at if left else None) == (None if left_at is None else seconds(left_at))
    if left and moves[-1] is OTHER_OUT:
        assert left.device == "door-2"


def test_at_one_gate_the_journal_tells_what_came_last_and_not_a_clock(
    conn: sqlite3.Connection,
) -> None:
    admit(conn, A, seconds(90))
    leave(conn, A, 10)  # after the clock was set back
    assert known(conn, A).left == EarlierAdmission(seconds(10), "Ana", "door-1")


def test_an_admission_that_was_undone_brought_nobody_back(conn: sqlite3.Connection) -> None:
    leave(conn, A, 1)
    admit(conn, A, seconds(2))
    assert known(conn, A).left is None
    ledger.mark_sending(conn, [A], seconds(3))
    ledger.move(conn, A, State.CONFIRMED, seconds(4))
    ledger.move(conn, A, State.UNDONE, seconds(5))
    assert known(conn, A).left


def test_a_session_keeps_its_platform_and_form(conn: sqlite3.Connection) -> None:
    pretix = replace(SESSION, platform="pretix", form=CodeForm.SECRET, passages=True)
    with transaction(conn):
        sessions.open_session(conn, pretix)
    found = sessions.read_session(conn)
    assert found
    assert (found.platform, found.form, found.passages) == ("pretix", CodeForm.SECRET, True)
    assert sessions.read_standing(conn).form is CodeForm.SECRET
