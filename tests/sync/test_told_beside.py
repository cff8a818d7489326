"""What a platform tells beside a list's own entries: contradictions, and further entries."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from scanner.admission.rules import Reentry
from scanner.admission.serial import Serial
from scanner.admission.ticket import EarlierAdmission
from scanner.admission.verdict import Reason
from scanner.platform.resources import Admission, Page
from scanner.store import (
    encounters,
    installation,
    journal,
    ledger,
    passages,
    sessions,
    ticket_writes,
    tickets,
)
from scanner.store.database import transaction
from scanner.store.differences import DifferenceKind
from scanner.store.ledger import State
from tests.store.worlds import scan
from tests.sync.test_books import BEGIN, SESSION, A, House

LATER = BEGIN + timedelta(minutes=5)
NOTED = Admission(A, None, "4b2c south", LATER, "1/noted")
FURTHER = Admission(A, None, "#8", LATER, "1/5", further=True)


class _Beside:
    """Tells more with each page of admissions; and other entries, where some are given."""

    def __init__(self, line: Any, told: Admission, *entries: Admission) -> None:
        self._line = line
        self._told = told
        self._entries = entries

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)

    async def admissions(self, event: str, **query: Any) -> Page[Admission]:
        page: Page[Admission] = await self._line.admissions(event, **query)
        entries = self._entries or page.entries
        beside = (self._told,) if entries else ()
        return replace(page, beside=beside, entries=entries, total=len(entries))


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    made.present(A)
    made.deliver()
    yield made
    made.conn.close()


def test_an_admission_that_another_gate_notes_contradicts_this_gates(house: House) -> None:
    house.line = _Beside(house.line, NOTED)
    assert house.hear() == {A}
    assert house.is_due({A})
    assert house.read() == [DifferenceKind.ADMITTED_TWICE]
    assert not house.is_due(house.hear())


def test_a_further_entry_elsewhere_is_no_difference_and_brings_the_patron_back(
    house: House,
) -> None:
    left = EarlierAdmission(BEGIN + timedelta(minutes=3), None, "#8")
    with transaction(house.conn):
        ticket_writes.write_exits(house.conn, [(A, left)])
    assert tickets.look_up(house.conn, Serial(A)).left == left
    house.line = _Beside(house.line, FURTHER)
    assert house.hear() == set()
    assert house.read() == []
    assert tickets.look_up(house.conn, Serial(A)).left is None


@pytest.mark.parametrize(
    ("takes_passages", "differences"), [(True, []), (False, ["books.missing_here"])]
)
def test_this_gates_further_entry_of_anothers_patron_is_no_copys(
    takes_passages: bool, differences: list[str]
) -> None:
    house = House()
    with transaction(house.conn):
        tag = installation.draw_tag(house.conn, "here")
        sessions.open_session(house.conn, replace(SESSION, passages=takes_passages))
    house.server.admit("KEY", "Kim", "there", [A])
    house.read()
    house.gate.present(A, house.at, "test", Reentry("lost her bag")).result()
    own = Admission(A, None, f"{tag} here", house.at, "1/6")
    house.line = _Beside(house.line, replace(FURTHER, admitted=BEGIN), own)
    house.hear()
    assert [each.value for each in house.read()] == differences
    copies = encounters.copies(house.conn, own.device or "")
    assert copies is not takes_passages
    assert installation.current_tag(house.conn) == tag or not takes_passages
    other = tickets.find_other_admission(house.conn, A)
    assert other
    assert (other.device == "#8") is takes_passages
    house.conn.close()


class AtAFurtherDoor(NamedTuple):
    """A gate, its tag, and an entry that the platform lists of it; A came in at another door."""

    house: House
    tag: str
    listed: Admission


@pytest.fixture(params=[True, False])
def further(request: pytest.FixtureRequest) -> Iterator[AtAFurtherDoor]:
    """The admission at the other door was sent, or it waits."""
    house = House(replace(SESSION, passages=True))
    with transaction(house.conn):
        tag = installation.draw_tag(house.conn, "here")
        elsewhere = {"event": "/events/7", "device": f"{tag} here"}
        journal.append(house.conn, scan(A, BEGIN, **elsewhere))
        if request.param:
            ledger.mark_sending(house.conn, [A], BEGIN)
            ledger.confirm(house.conn, [A], BEGIN)
    listed = Admission(A, None, f"{tag} here", house.at, "1/6")
    house.line = _Beside(house.line, listed, listed)
    yield AtAFurtherDoor(house, tag, listed)
    house.conn.close()


def let_in_and_sent(house: House) -> None:
    judged = house.present(A)
    assert judged.verdict.reason is Reason.OTHER_DOOR
    with transaction(house.conn):
        passages.mark_sending(house.conn, [judged.scan], house.at)
        passages.settle(house.conn, judged.scan, State.CONFIRMED, house.at)


def test_a_first_entry_at_a_further_door_is_this_gates_own(further: AtAFurtherDoor) -> None:
    house, tag, listed = further
    let_in_and_sent(house)
    assert house.hear() == set()
    assert house.read() == []
    assert not encounters.copies(house.conn, listed.device or "")
    assert installation.current_tag(house.conn) == tag
    assert tickets.find_other_admission(house.conn, A) is None


def test_an_entry_of_which_the_ledger_has_another_doors_alone_is_a_copys(
    further: AtAFurtherDoor,
) -> None:
    house, _, listed = further
    assert house.hear() == {A}
    assert house.read() == [DifferenceKind.MISSING_HERE]
    assert encounters.copies(house.conn, listed.device or "")


@pytest.mark.parametrize("own", [True, False])
def test_a_platform_that_tells_devices_apart_knows_best_whose_an_admission_is(
    house: House, own: bool
) -> None:
    (recorded,) = ledger.in_state(house.conn)
    named = "9z9z moved here" if own else recorded.device
    at = recorded.at if own else recorded.at + timedelta(microseconds=1)
    told = Admission(A, None, named, at, "1/4", own=own)
    house.line = _Beside(house.line, replace(told, entered=False), told)
    assert house.hear() == (set() if own else {A})
    assert house.read() == ([] if own else [DifferenceKind.OTHER_GATE])


def test_an_admission_that_another_gate_delivered_for_this_one_is_this_gates(house: House) -> None:
    (recorded,) = ledger.in_state(house.conn)
    told = Admission(A, None, "9z9z the uplink", recorded.at, "1/4", own=False)
    house.line = _Beside(house.line, replace(told, entered=False), told)
    assert house.hear() == set()
    assert house.read() == []


def test_a_first_entry_at_a_further_door_may_be_anothers_too(further: AtAFurtherDoor) -> None:
    house, _, listed = further
    let_in_and_sent(house)
    house.line = _Beside(house.line, NOTED, listed)
    assert house.hear() == {A}
    assert house.is_due({A})
    assert house.read() == [DifferenceKind.ADMITTED_TWICE]
    assert not house.is_due(house.hear())
