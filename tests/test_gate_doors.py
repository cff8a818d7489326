"""One device at several doors of an event: each admits a ticket by its own rules, once or more."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scanner.admission.rules import Exit, LetIn, Override, Reentry, Remedy
from scanner.admission.ticket import EarlierAdmission
from scanner.admission.verdict import Reason
from scanner.desk.audit import Audit
from scanner.facts import Fact
from scanner.store import details, ledger, passages, search, statistics, ticket_writes
from scanner.store.database import transaction
from scanner.store.ledger import State
from tests.several_doors import CODES, LOUNGE, MAIN, STAGE, House, Move, house_in
from tests.store.worlds import assert_whole_chain, seconds


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = house_in(tmp_path)
    with closing(made.conn):
        yield made
        assert_whole_chain(made.conn)
        assert list(Audit(made.conn).findings()) == []


A, B, C = CODES


def test_a_ticket_is_admitted_once_at_each_door(house: House) -> None:
    assert [house.reason(A), house.reason(A)] == [Reason.VALID, Reason.ADMITTED_HERE]
    house.goes_to(LOUNGE)
    assert [house.reason(A), house.reason(A)] == [Reason.OTHER_DOOR, Reason.ADMITTED_HERE]
    assert house.reason(B) is Reason.VALID
    house.goes_to(MAIN)
    assert [house.reason(A), house.reason(B)] == [Reason.ADMITTED_HERE, Reason.OTHER_DOOR]
    (admission, other), further = ledger.in_state(house.conn), passages.in_state(house.conn)
    assert (admission.event, other.event) == (MAIN, LOUNGE)
    assert [(each.serial, each.event, each.override) for each in further] == [
        (A, LOUNGE, False),
        (B, MAIN, False),
    ]


def test_the_verdict_at_a_further_door_says_when_the_first_was(house: House) -> None:
    house.present(A)
    house.goes_to(LOUNGE)
    first = house.present(A).verdict.first
    assert first == EarlierAdmission(seconds(1), "Ana", "door-1")
    again = house.present(A).verdict
    assert again.first == EarlierAdmission(seconds(2), "Ana", "door-1")


def test_a_platform_without_passages_admits_once_whatever_the_event(house: House) -> None:
    house.goes_to(MAIN, passages=False)
    house.present(A)
    house.goes_to(LOUNGE, passages=False)
    assert house.reason(A) is Reason.ADMITTED_HERE
    assert passages.in_state(house.conn) == []


def test_exits_and_entries_of_one_door_are_none_of_another(house: House) -> None:
    house.present(A)
    house.goes_to(LOUNGE)
    house.present(A)
    house.present(A, Exit())
    house.goes_to(MAIN)
    assert house.reason(A) is Reason.ADMITTED_HERE
    house.present(A, Exit())
    assert house.reason(A) is Reason.BACK_AFTER_EXIT
    house.goes_to(LOUNGE)
    assert house.reason(A) is Reason.ADMITTED_HERE
    house.goes_to(STAGE)
    assert [house.reason(A), house.reason(A)] == [Reason.OTHER_DOOR, Reason.SEVERAL_ENTRIES]


def test_a_light_that_was_never_shown_is_in_doubt_at_its_own_door_only(house: House) -> None:
    house.present(A, shown=False)
    house.goes_to(LOUNGE)
    assert house.present(A, shown=False).verdict.reason is Reason.OTHER_DOOR
    assert house.reason(A) is Reason.ADMITTED_HERE
    house.goes_to(MAIN)
    assert house.reason(A) is Reason.LIGHT_NOT_SHOWN
    assert house.reason(A, LetIn()) is Reason.LET_IN
    assert house.reason(A) is Reason.ADMITTED_HERE


def test_a_green_light_at_a_further_door_is_none_at_the_first(house: House) -> None:
    house.present(A, shown=False)
    house.goes_to(LOUNGE)
    house.present(A)
    house.goes_to(MAIN)
    assert house.reason(A) is Reason.LIGHT_NOT_SHOWN


def test_what_one_door_refused_before_its_light_is_not_held_against_it_at_another(
    house: House,
) -> None:
    house.present(A, shown=False)
    with transaction(house.conn):
        ledger.withhold(house.conn, A, Fact(Reason.UNPAID))
    assert house.reason(A) is Reason.REFUSED_BY_API
    house.goes_to(LOUNGE)
    assert [house.reason(A), house.reason(A)] == [Reason.OTHER_DOOR, Reason.ADMITTED_HERE]


def test_an_admission_that_was_undone_at_one_door_leaves_the_entry_at_another(
    house: House,
) -> None:
    house.present(A)
    house.deliver()
    house.goes_to(LOUNGE)
    house.present(A)
    ledger.move(house.conn, A, State.UNDONE, house.now())
    assert house.reason(A) is Reason.ADMITTED_HERE
    house.goes_to(STAGE)
    assert house.reason(A) is Reason.VALID
    house.goes_to(LOUNGE)
    assert house.reason(A) is Reason.ADMITTED_HERE


def test_a_new_code_is_known_by_what_its_former_one_did_at_this_door(house: House) -> None:
    house.present(A)
    house.goes_to(LOUNGE)
    house.present(B)
    house.deliver()
    new = [house.ticket(code)._replace(serial=f"new{code}") for code in CODES]
    with transaction(house.conn):
        ticket_writes.write_tickets(house.conn, new, 2)
    assert details.admitted_as(house.conn, [each.serial for each in new]) == {f"new{B}": B}
    assert house.reason(f"new{B}") is Reason.ADMITTED_HERE
    assert house.reason(f"new{A}") is Reason.OTHER_DOOR
    assert house.reason(f"new{A}") is Reason.ADMITTED_HERE
    newest = [each._replace(serial=f"newest{each.serial}") for each in new]
    with transaction(house.conn):
        ticket_writes.write_tickets(house.conn, newest, 3)
    assert house.reason(f"newestnew{A}") is Reason.ADMITTED_HERE
    assert details.admitted_as(house.conn, [each.serial for each in newest]) == {
        f"newestnew{A}": f"new{A}",
        f"newestnew{B}": B,
    }


def test_a_supervisor_lets_in_at_a_further_door_what_its_list_refuses(house: House) -> None:
    house.present(A)
    house.cancelled.add(A)
    house.goes_to(LOUNGE)
    refused = house.present(A)
    assert (refused.verdict.reason, refused.remedy) == (Reason.CANCELLED, Remedy.OVERRIDE)
    assert house.reason(A, Override("a guest", "Kim")) is Reason.OTHER_DOOR
    assert house.reason(A, Reentry("a cigarette", "Kim")) is Reason.REENTRY
    assert [each.override for each in passages.in_state(house.conn)] == [True, True]
    audit = Audit(house.conn)
    assert list(audit.findings()) == []
    assert [each.row for each in audit.overrides] == [3, 4]


def test_what_is_open_at_one_door_does_not_keep_another_waiting(house: House) -> None:
    house.present(A)
    house.present(A, Exit())
    house.goes_to(LOUNGE)
    house.present(A)
    assert house.deliver() == 0
    assert [each.state for each in ledger.in_state(house.conn)] == [State.QUEUED]


def test_a_ticket_is_shown_with_what_it_did_at_this_door(house: House) -> None:
    house.present(A)
    house.present(A, Exit())
    house.present(A)
    house.goes_to(LOUNGE)
    house.present(A)
    view = search.read_ticket(house.conn, A)
    assert view
    assert (view.own, view.own_state) == (EarlierAdmission(seconds(4), "Ana", "door-1"), "queued")
    assert (view.again, view.exits) == ((), ())
    house.goes_to(MAIN)
    view = search.read_ticket(house.conn, A)
    assert view
    assert view.own == EarlierAdmission(seconds(1), "Ana", "door-1")
    assert (view.again, view.exits) == ((seconds(3),), (seconds(2),))


def test_the_evening_is_counted_for_each_door(house: House) -> None:
    for code in CODES:
        house.present(code)
    house.goes_to(LOUNGE)
    assert statistics.evening(house.conn).inside == 0
    house.present(A)
    house.present(B)
    house.present(B, Exit())
    found = statistics.evening(house.conn)
    assert (found.inside, found.left, found.again, found.exits) == (1, 1, 0, 1)
    assert statistics.admitted(house.conn) == statistics.Admitted(2, 2)
    assert [(each.inside, each.left) for each in found.sections] == [(1, 1)]
    assert [(each.name, each.admitted) for each in found.gates] == [("door-1", 2)]
    assert sum(statistics.per_minute(house.conn).values()) == 5
    house.goes_to(MAIN)
    assert statistics.evening(house.conn).inside == 3


def test_who_has_left_is_counted_by_the_passages_of_this_door(house: House) -> None:
    house.present(A)
    house.present(A, Exit())
    house.present(B)
    house.present(B, Exit())
    house.present(B)
    house.goes_to(LOUNGE)
    house.here(C).append(Move(False, False, house.now()))
    house.pull()
    house.present(C, Exit())
    house.present(A)
    house.present(B)
    house.present(B, Exit())
    assert (statistics.evening(house.conn).inside, statistics.evening(house.conn).left) == (1, 2)
    house.goes_to(MAIN)
    house.present(C)
    assert (statistics.evening(house.conn).inside, statistics.evening(house.conn).left) == (2, 1)
    house.goes_to(LOUNGE)
    assert (statistics.evening(house.conn).inside, statistics.evening(house.conn).left) == (1, 2)


def test_whom_a_supervisor_let_in_here_again_was_in_whatever_becomes_of_the_first(
    house: House,
) -> None:
    house.here(A).append(Move(False, False, house.now()))
    house.pull()
    assert house.reason(A, Reentry("a lost bag")) is Reason.REENTRY
    house.goes_to(LOUNGE)
    assert house.reason(A) is Reason.VALID
    house.here(A).clear()
    house.moves[MAIN, A].clear()  # the other device's was annulled
    house.goes_to(MAIN)
    assert house.reason(A) is Reason.ADMITTED_HERE
