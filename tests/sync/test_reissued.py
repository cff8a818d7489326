"""A ticket whose code was made anew after its patron came in: one admission, in both books."""

from collections.abc import Iterator

import pytest

from scanner.admission.verdict import Kind
from scanner.store import details
from scanner.store.database import transaction
from scanner.store.details import TicketDetail
from scanner.store.differences import DifferenceKind
from scanner.store.ledger import State
from tests.sync.test_books import A, B, House


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.conn.close()


def test_an_admission_whose_ticket_has_a_new_code_since_is_the_same_one(house: House) -> None:
    house.present(A)
    house.deliver()
    house.server.undo(A)
    house.server.admit("KEY", "Lee", "here", [B])
    assert house.read() == [DifferenceKind.MISSING_THERE]
    with transaction(house.conn):
        house.conn.execute("DELETE FROM other_admission")
        details.write_details(house.conn, [(A, TicketDetail("17")), (B, TicketDetail("17"))])
    assert house.read() == []
    assert house.hear() == set()
    assert house.states(A) == [State.CONFIRMED]
    assert house.present(B).verdict.kind is Kind.ALREADY_ADMITTED
