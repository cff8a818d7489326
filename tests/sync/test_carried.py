"""Admissions of one gate that another one delivers, and the outcomes that go back."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scanner.facts import Fact
from scanner.platform.delivery import SettleReason
from scanner.platform.resources import Admission as Listed
from scanner.store import carried, handed_over, ledger, tickets
from scanner.store.carried_forms import Carried, CarriedOutcome, carried_of, outcome_of
from scanner.store.database import SqlConnection, transaction
from scanner.store.differences import read as read_differences
from scanner.store.encounters import current
from scanner.store.handed_over import Applied
from scanner.store.journal import nonce_of
from scanner.store.ledger import Admission, State
from scanner.sync.clock import utc_now
from scanner.ticketing.settle import outcome
from tests.sync.house import House, two_houses

GATE = "UNORTH"
REASON = Fact(SettleReason.HANDED_OVER)


class Pair:
    """Two gates at one event: `north` can't reach the server, `south` can."""

    def __init__(self, north: House, south: House) -> None:
        self.north, self.south = north, south

    def hand_over(self, serials: Sequence[str]) -> list[Carried]:
        def work(conn: SqlConnection) -> list[Carried]:
            with transaction(conn):
                waiting = handed_over.unsettled(conn, GATE)
                some = [each for each in waiting if each.serial in serials]
                handed_over.hand_over(conn, some, utc_now(), REASON)
            return some

        some = self.north.writer.submit(work).result()
        return [carried_of(each.as_json(), GATE) for each in some]

    def put(self, some: Sequence[Carried]) -> carried.Taken:
        def work(conn: SqlConnection) -> carried.Taken:
            with transaction(conn):
                return carried.put(conn, some)

        return self.south.writer.submit_to_cache(work).result()

    def outcomes(self, serials: Sequence[str]) -> list[CarriedOutcome]:
        found = self.south.writer.submit_to_cache(carried.outcomes).result().get(GATE, [])
        told = [outcome_of(each.as_json()) for each in found]
        return [each for each in told if each.serial in serials]

    def apply(self, outcomes: Sequence[CarriedOutcome]) -> Applied:
        def work(conn: SqlConnection) -> Applied:
            with transaction(conn):
                return handed_over.apply(conn, outcomes, utc_now())

        return self.north.writer.submit(work).result()

    def carried(self, serials: Sequence[str]) -> dict[str, State]:
        """Return the states of those that are settled where they were carried to."""
        return {each.serial: each.state for each in self.outcomes(serials)}

    def states(self, serials: Sequence[str]) -> dict[str, State]:
        """Return their states at their own gate."""
        return {each: state for each, state in self.north.states().items() if each in serials}


def replayed(house: House) -> None:
    async def once() -> None:
        engine = house.engine()
        try:
            assert await engine.replay()
        finally:
            await engine.close()

    asyncio.run(once())


def pulled(house: House) -> None:
    async def once() -> None:
        engine = house.engine()
        try:
            await engine.pull(whole=True)
        finally:
            await engine.close()

    asyncio.run(once())


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two gates for all tests of the module: each has tickets of its own."""
    with two_houses(tmp_path_factory.mktemp("pair"), tickets=60) as (north, south):
        yield Pair(north, south)


def test_what_one_gate_hands_over_another_delivers_under_its_name_and_both_books_agree(
    pair: Pair,
) -> None:
    serials = pair.north.tickets()[:5]
    for serial in serials:
        assert pair.north.present(serial).verdict.admits
    some = pair.hand_over(serials)
    assert pair.put(some) == (5, 0, 0)
    assert pair.put(some) == (0, 5, 0)
    replayed(pair.south)
    assert pair.south.at_server("north") >= set(serials)
    assert pair.south.at_server("south").isdisjoint(serials)
    confirmed = dict.fromkeys(serials, State.CONFIRMED)
    assert pair.carried(serials) == confirmed
    pulled(pair.north)  # before the outcomes are there
    assert len(pair.apply(pair.outcomes(serials)).moved) == 5
    assert len(pair.apply(pair.outcomes(serials)).known) == 5
    assert pair.states(serials) == confirmed
    for house in (pair.north, pair.south):
        pulled(house)
        assert house.writer.submit(current).result() == []
        assert house.writer.submit_to_cache(read_differences).result() == []


def test_a_gate_that_sends_what_another_has_delivered_finds_it_as_its_own(pair: Pair) -> None:
    (serial,) = pair.north.tickets()[:1]
    assert pair.north.present(serial).verdict.admits
    pair.put(pair.hand_over([serial]))
    replayed(pair.south)
    replayed(pair.north)
    assert pair.states([serial]) == {serial: State.CONFIRMED}
    assert pair.north.writer.submit(current).result() == []
    assert pair.apply(pair.outcomes([serial])).moved == []


def test_what_its_own_gate_has_sent_meanwhile_is_found_as_that_gates(pair: Pair) -> None:
    (serial,) = pair.north.tickets()[:1]
    assert pair.north.present(serial).verdict.admits
    pair.put(pair.hand_over([serial]))
    replayed(pair.north)
    replayed(pair.south)
    assert pair.carried([serial]) == {serial: State.CONFIRMED}


def test_of_two_gates_that_let_in_by_one_ticket_the_second_has_a_conflict(pair: Pair) -> None:
    (serial,) = pair.north.tickets()[:1]
    assert pair.north.present(serial).verdict.admits
    assert pair.south.present(serial).verdict.admits
    pair.put(pair.hand_over([serial]))
    replayed(pair.south)
    assert pair.south.states()[serial] is State.CONFIRMED
    (told,) = pair.outcomes([serial])
    assert told.state is State.CONFLICT
    assert told.other
    assert (told.other.device or "").endswith("south")
    pair.apply([told])
    assert pair.states([serial]) == {serial: State.CONFLICT}


def test_what_the_token_does_not_permit_waits_and_is_refused_by_nobody(pair: Pair) -> None:
    own, other, later = pair.north.tickets(0)[0], *pair.north.tickets(1)[:2]
    for serial in (own, other, later):
        assert pair.north.present(serial).verdict.admits
    pair.south.open(pair.south.server.tokens[1].code, device="south")
    assert pair.put(pair.hand_over([own, other])) == (2, 0, 1)
    replayed(pair.south)
    assert pair.carried([own, other]) == {own: State.CONFIRMED}

    def permit_all(conn: SqlConnection) -> None:
        sections = [replace(each, permitted=True) for each in tickets.read_sections(conn)]
        with transaction(conn):
            tickets.write_sections(conn, sections)

    pair.put(pair.hand_over([later]))
    pair.south.writer.submit_to_cache(permit_all).result()  # as before the token was changed
    replayed(pair.south)
    assert pair.carried([other, later]) == {}
    counted = pair.south.writer.submit_to_cache(carried.counts).result()
    assert counted[State.QUEUED] == 2


def test_a_refusal_waits_while_a_request_of_its_gates_own_may_still_arrive(pair: Pair) -> None:
    (serial,) = pair.north.tickets()[:1]
    pair.north.present(serial)
    (one,) = pair.hand_over([serial])
    refused = CarriedOutcome(one.nonce, one.journal, serial, State.REFUSED, utc_now())

    def send(conn: SqlConnection) -> None:
        with transaction(conn):
            ledger.mark_sending(conn, [serial], utc_now())

    pair.north.writer.submit(send).result()
    assert pair.apply([refused]).later == [one.nonce]

    def later(conn: SqlConnection) -> Applied:
        with transaction(conn):
            return handed_over.apply(conn, [refused], utc_now() + timedelta(minutes=3))

    assert pair.north.writer.submit(later).result().moved == [refused]
    assert pair.states([serial]) == {serial: State.REFUSED}


def test_an_outcome_of_what_nobody_was_given_is_not_believed(pair: Pair) -> None:
    serial = pair.north.tickets()[-2]
    pair.north.present(serial)

    def unsettled(conn: SqlConnection) -> list[Carried]:
        with transaction(conn):
            return handed_over.unsettled(conn, GATE)

    (one,) = [
        each for each in pair.north.writer.submit(unsettled).result() if each.serial == serial
    ]
    made_up = CarriedOutcome(one.nonce, one.journal, serial, State.CONFIRMED, utc_now())
    assert pair.apply([made_up]).known == [one.nonce]
    assert pair.states([serial]) == {serial: State.QUEUED}


def test_what_its_gate_or_another_sent_long_before_is_that_gates_own(pair: Pair) -> None:
    serial = pair.north.tickets()[-1]
    assert pair.north.present(serial).verdict.admits
    (one,) = pair.hand_over([serial])
    pair.put([one])

    def send(conn: SqlConnection) -> Admission:
        with transaction(conn):
            carried.mark_sending(conn, [one.nonce], utc_now())
            carried.mark_answered(conn, [one.nonce], declined=True)
        ((_, admission),) = carried.by_nonce(conn, [one.nonce])
        return admission

    sent = pair.south.writer.submit_to_cache(send).result()
    before = utc_now() - timedelta(days=1)
    found = Listed(serial, "Lee", one.device, before)
    assert outcome(sent, [found], REASON, utc_now()).state is State.CONFIRMED
    other = Listed(serial, "Lee", "9z9z east", before)
    assert outcome(sent, [other], REASON, utc_now()).state is State.CONFLICT


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": "0" * 32},
        {"serial": "X"},
        {"at": "2026-01-01T00:00:00"},
        {"at": 5},
        {"row": None},
        {"row": 1 << 70},
        {"redeemer": "\ud800"},
        {"redeemer": 5},
    ],
)
def test_what_is_no_admission_of_its_nonce_is_not_read(change: dict[str, object]) -> None:
    at = "2026-01-01T00:00:00+00:00"
    told = {
        "nonce": "", "row": 1, "serial": "S", "event": "/events/1", "section": "s",
        "redeemer": "Lee", "device": "7k3q north", "at": at, "override": False,
    }  # fmt: skip
    told["nonce"] = nonce_of(1, at, "/events/1", "7k3q north", "S")
    assert carried_of(told, GATE).serial == "S"
    with pytest.raises(ValueError, match=r"."):
        carried_of(told | change, GATE)


@pytest.mark.parametrize(
    "change",
    [
        {"row": 1 << 70},
        {"state": "queued"},
        {"state": "lost"},
        {"sent": "2026-01-01T00:00:00"},
        {"reason": {"code": "a.b", "params": {"x": "\ud800"}}},
        {"reason": {"code": 5, "params": {}}},
        {"other": [None, [], None]},
        {"other": ["0001-01-01T00:00+14:00", "Ana", "north"]},
    ],
)
def test_what_no_ledger_can_hold_is_no_outcome(change: dict[str, object]) -> None:
    sent = datetime(2026, 1, 1, tzinfo=UTC)
    told = CarriedOutcome("0" * 32, 1, "S", State.REFUSED, sent, REASON).as_json()
    assert outcome_of(told).serial == "S"
    with pytest.raises(ValueError, match=r"."):
        outcome_of(told | change)
