"""What a platform tells beside a list's own entries: contradictions, and further entries."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from scanner.admission.serial import Serial
from scanner.admission.ticket import EarlierAdmission
from scanner.platform.resources import Admission, Page
from scanner.store import ticket_writes, tickets
from scanner.store.database import transaction
from scanner.store.differences import DifferenceKind
from tests.sync.test_books import BEGIN, A, House

LATER = BEGIN + timedelta(minutes=5)
NOTED = Admission(A, None, "4b2c south", LATER, "1/noted")
FURTHER = Admission(A, None, "#8", LATER, "1/5", further=True)


class _Beside:
    """Tells more with each page of admissions."""

    def __init__(self, line: Any, told: Admission) -> None:
        self._line = line
        self._told = told

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)

    async def admissions(self, event: str, **query: Any) -> Page[Admission]:
        page: Page[Admission] = await self._line.admissions(event, **query)
        return replace(page, beside=(self._told,))


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
