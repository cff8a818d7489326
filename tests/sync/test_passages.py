"""Exits, further entries and refused scans on their way to a platform that takes them."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from scanner.facts import Fact
from scanner.platform.access import GateCredentials
from scanner.platform.delivery import Inquiry, Outcome, Reply, SettleReason
from scanner.platform.errors import ApiFault, BadRequest, ServerFault, TicketingError, Unreachable
from scanner.platform.protocol import Platform
from scanner.platform.resources import Listed, Page
from scanner.platform.server_time import ServerTime
from scanner.store import journal, passages, sessions
from scanner.store.database import SqlConnection, transaction
from scanner.store.ledger import Admission, State, Waiting
from scanner.store.passages import Passage
from scanner.store.refused_scans import RefusedScan
from scanner.store.writer import Writer
from scanner.sync import credentials
from scanner.sync.engine import Engine, Pace
from scanner.sync.passages import PassageReplay
from scanner.sync.refused_scans import RefusedScans
from tests.store.worlds import admit, filled
from tests.sync.house import MemoryKeys

NOW = datetime(2026, 11, 29, 21, 0, tzinfo=UTC)
EVENT = "/events/1"
SERIAL, OTHER = "DAWIER-BACK00000001", "DAWIER-BACK00000002"


@dataclass
class Door:
    """A platform that takes passages: what it was told, and how its next answers fail."""

    told: list[str] = field(default_factory=list)
    failures: list[TicketingError] = field(default_factory=list)
    refuses: Fact | None = None

    async def deliver_passage(self, passage: Passage) -> Outcome:
        self._hear(passage.nonce)
        return Outcome(State.REFUSED, self.refuses) if self.refuses else Outcome(State.CONFIRMED)

    async def report_refused(self, scan: RefusedScan) -> None:
        self._hear(scan.nonce)

    async def would_refuse(self, serial: str, at: datetime) -> Fact | None:
        return self.refuses

    def _hear(self, nonce: str) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.told.append(nonce)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    file = tmp_path / "gate.sqlite3"
    filled(file).close()
    with Writer(file) as opened:
        opened.submit(_takes_passages).result()
        yield opened


def _takes_passages(conn: SqlConnection) -> None:
    conn.execute("UPDATE session SET passages = 1")


def append(writer: Writer, reason: str, kind: str, serial: str = SERIAL, seconds: int = 0) -> None:
    """Write a presentation as the gate does."""

    def write(conn: SqlConnection) -> None:
        scan = journal.Scan(
            at=NOW + timedelta(seconds=seconds),
            event=EVENT,
            redeemer="Lee",
            device="7k3q north",
            source="test",
            payload=serial,
            serial=serial,
            kind=kind,
            reason=reason,
            evidence='{"reading":["serial","x"],"ticket":{"section":["/s/1","Floor"]}}',
            params="{}",
        )
        with transaction(conn):
            journal.append(conn, scan)

    writer.submit(write).result()


def states(writer: Writer) -> list[State]:
    return [each.state for each in writer.submit(passages.in_state).result()]


def send(writer: Writer, door: Door) -> int:
    replay = PassageReplay(door, writer, ServerTime(lambda: NOW), EVENT)
    return asyncio.run(replay.run_once())


def leave_and_return(writer: Writer) -> None:
    append(writer, "verdict.exited", "exited")
    append(writer, "verdict.back_after_exit", "reentry", seconds=1)


def test_an_exit_and_the_entry_after_it_arrive_in_their_order_and_once(writer: Writer) -> None:
    leave_and_return(writer)
    door = Door()
    assert send(writer, door) == 2
    assert send(writer, door) == 0
    nonces = [each.nonce for each in writer.submit(passages.in_state).result()]
    assert door.told == nonces
    assert states(writer) == [State.CONFIRMED, State.CONFIRMED]


def test_a_passage_waits_for_its_tickets_admission(writer: Writer) -> None:
    writer.submit(lambda conn: admit(conn, SERIAL)).result()
    append(writer, "verdict.exited", "exited")
    append(writer, "verdict.exited", "exited", serial=OTHER)
    door = Door()
    assert send(writer, door) == 1
    assert states(writer) == [State.QUEUED, State.CONFIRMED]


def test_what_a_lost_answer_leaves_is_sent_again_with_the_same_nonce(writer: Writer) -> None:
    leave_and_return(writer)
    door = Door(failures=[Unreachable(ApiFault.TIMEOUT, host="door.example")])
    with pytest.raises(Unreachable):
        send(writer, door)
    assert states(writer) == [State.QUEUED, State.QUEUED]
    assert send(writer, door) == 2
    assert len(set(door.told)) == 2


def test_a_passage_that_was_being_sent_at_a_crash_is_sent_again(writer: Writer) -> None:
    append(writer, "verdict.exited", "exited")

    def crash(conn: SqlConnection) -> None:
        with transaction(conn):
            (one,) = passages.next_ones(conn, 5)
            passages.mark_sending(conn, [one.journal], NOW)

    writer.submit(crash).result()
    assert send(writer, Door()) == 1
    assert states(writer) == [State.CONFIRMED]


def test_a_passage_that_makes_the_server_fail_does_not_keep_the_others(writer: Writer) -> None:
    append(writer, "verdict.exited", "exited")
    append(writer, "verdict.exited", "exited", serial=OTHER, seconds=1)
    door = Door(failures=[ServerFault(status=500)] * 3)
    with pytest.raises(ServerFault):
        send(writer, door)
    assert states(writer) == [State.QUEUED, State.CONFIRMED]
    assert send(writer, door) == 1


def test_a_refusal_is_kept_with_its_reason(writer: Writer) -> None:
    append(writer, "verdict.exited", "exited")
    reason = Fact(SettleReason.WITHDRAWN)
    send(writer, Door(refuses=reason))
    (one,) = writer.submit(passages.in_state).result()
    assert (one.state, one.reason) == (State.REFUSED, reason)


def report(writer: Writer, door: Door) -> int:
    return asyncio.run(RefusedScans(door, writer).run_once())


def test_refused_tickets_of_the_list_are_told_once_and_in_order(writer: Writer) -> None:
    append(writer, "verdict.cancelled", "withdrawn")
    append(writer, "verdict.valid", "admitted", serial=OTHER)
    append(writer, "verdict.admitted_here", "already_admitted", serial=OTHER, seconds=1)
    append(writer, "verdict.let_in", "already_admitted", serial=OTHER, seconds=2)
    door = Door()
    assert report(writer, door) == 2
    assert report(writer, door) == 0
    assert len(set(door.told)) == 2


def test_a_refused_scan_whose_telling_failed_is_told_next_time(writer: Writer) -> None:
    append(writer, "verdict.cancelled", "withdrawn")
    door = Door(failures=[Unreachable(ApiFault.TIMEOUT, host="door.example")])
    with pytest.raises(Unreachable):
        report(writer, door)
    assert report(writer, door) == 1


def test_a_refused_scan_that_the_platform_does_not_take_is_left(writer: Writer) -> None:
    append(writer, "verdict.cancelled", "withdrawn")
    append(writer, "verdict.cancelled", "withdrawn", serial=OTHER, seconds=1)
    door = Door(failures=[BadRequest(status=400)])
    assert report(writer, door) == 2
    assert len(door.told) == 1


@dataclass
class FailsOnOne(Door):
    """Fails whenever it is told of one ticket."""

    async def report_refused(self, scan: RefusedScan) -> None:
        if scan.serial == SERIAL:
            raise ServerFault(status=500)
        self.told.append(scan.nonce)


def test_a_refused_scan_that_makes_the_server_fail_does_not_keep_the_others(
    writer: Writer,
) -> None:
    for seconds in range(4):
        append(writer, "verdict.cancelled", "withdrawn", seconds=seconds)
    door = FailsOnOne()
    with pytest.raises(ServerFault):
        report(writer, door)
    append(writer, "verdict.cancelled", "withdrawn", serial=OTHER, seconds=5)
    assert report(writer, door) == 1
    assert report(writer, door) == 0
    assert len(door.told) == 1


def test_refused_scans_wait_for_a_server_that_fails_on_all(writer: Writer) -> None:
    append(writer, "verdict.cancelled", "withdrawn")
    append(writer, "verdict.cancelled", "withdrawn", serial=OTHER, seconds=1)
    door = Door(failures=[ServerFault(status=500)] * 2)
    with pytest.raises(ServerFault):
        report(writer, door)
    assert report(writer, door) == 2
    assert len(set(door.told)) == 2


@dataclass
class FailsOnAdmissions:
    """A platform that takes anything but an admission."""

    beyond: Door = field(default_factory=Door)
    largest_batch: int = 1

    async def tickets(self, **_: object) -> Page[Listed]:
        return Page(0, 1, 1, (), (), NOW)

    async def deliver(self, batch: Sequence[Waiting]) -> Reply:
        raise ServerFault(status=500)

    async def look_up(self, sent: Admission, inquiry: Inquiry) -> Outcome:
        raise ServerFault(status=500)

    async def close(self) -> None:
        pass


def test_an_admission_that_makes_the_server_fail_does_not_keep_what_others_left(
    writer: Writer,
) -> None:
    writer.submit(lambda conn: admit(conn, SERIAL)).result()
    append(writer, "verdict.exited", "exited", serial=OTHER)
    append(writer, "verdict.cancelled", "withdrawn", serial=OTHER, seconds=1)
    session = writer.submit(sessions.read_session).result()
    assert session
    keys = MemoryKeys()
    credentials.save(keys, GateCredentials(session.api, session.event, "", "KEY"))
    platform = FailsOnAdmissions()
    engine = Engine(writer, keys, lambda: NOW, lambda *_: cast(Platform, platform), Pace())
    for _ in range(2):
        with pytest.raises(ServerFault):
            asyncio.run(engine.replay())
    assert states(writer) == [State.CONFIRMED]
    assert len(platform.beyond.told) == 2
