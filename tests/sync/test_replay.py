import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from scanner.facts import Fact
from scanner.platform.errors import (
    ApiFault,
    FieldFault,
    Malformed,
    ServerFault,
    TicketingError,
    Unreachable,
)
from scanner.platform.resources import Admission, Fault, Page
from scanner.platform.server_time import ServerTime
from scanner.store.ledger import State, in_state
from scanner.store.writer import Writer
from scanner.sync.outbox import OwnOutbox
from scanner.sync.replay import Replay
from scanner.ticketing.api import AdmissionsApi
from scanner.ticketing.resources import Granted, Ticket
from tests.store.worlds import admit, filled
from tests.sync.wired import platform_over

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
EVENT = "/events/1"


class SilentApi(AdmissionsApi):
    """Grants nothing, and lists one entry that can't be read."""

    async def admit(
        self, event: str, *, redeemer: str, device: str, serials: Sequence[str]
    ) -> Granted:
        return Granted((), server_time=NOW)

    async def tickets(self, event: str, **_: object) -> Page[Ticket]:
        return Page(0, 1, 1, (), (), NOW)

    async def admissions(self, event: str, **_: object) -> Page[Admission]:
        return Page(1, 1, 25, (), (Fault(0, "ticket", FieldFault.MISSING),), NOW)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    file = tmp_path / "gate.sqlite3"
    filled(file).close()
    with Writer(file) as opened:
        yield opened


async def test_an_admission_whose_fate_cannot_be_read_stays_in_doubt(writer: Writer) -> None:
    serial = "DAWIER-BACK00000001"
    await writer.run(lambda conn: admit(conn, serial))
    replay = Replay(platform_over(SilentApi()), OwnOutbox(writer, EVENT), ServerTime(lambda: NOW))
    with pytest.raises(Malformed, match=ApiFault.OUTCOME_MALFORMED) as unread:
        await replay.run_once()
    assert unread.value.fact.params == {"field": "ticket", "problem": Fact(FieldFault.MISSING)}
    (admission,) = await writer.run(in_state)
    assert (admission.state, admission.answered) == (State.SENDING, True)


class HalfReadableApi(SilentApi):
    """Grants a batch with an entry that can't be read, and lists its admission as the gate's."""

    async def admit(
        self, event: str, *, redeemer: str, device: str, serials: Sequence[str]
    ) -> Granted:
        self.listed = Admission(serials[0], redeemer, device, NOW)
        return Granted((), (Fault(0, "ticket", FieldFault.NO_TEXT),), NOW)

    async def admissions(self, event: str, **_: object) -> Page[Admission]:
        return Page(1, 1, 25, (self.listed,), (), NOW)


async def test_an_entry_of_an_answer_that_cannot_be_read_is_told_of_and_looked_up(
    writer: Writer,
) -> None:
    await writer.run(lambda conn: admit(conn, "DAWIER-BACK00000001"))
    with capture_logs() as log:
        assert await Replay(
            platform_over(HalfReadableApi()), OwnOutbox(writer, EVENT), ServerTime(lambda: NOW)
        ).run_once()
    told = [(each["event"], each["field"]) for each in log if each["log_level"] == "warning"]
    assert told == [("an entry was set aside", "ticket")]
    (admission,) = await writer.run(in_state)
    assert admission.state is State.CONFIRMED


SERIALS = [f"DAWIER-BACK{number:08}" for number in range(350)]


class Cuts(AdmissionsApi):
    """Grants one batch and is gone with the second; notes what it was sent."""

    def __init__(self, error: TicketingError) -> None:
        self.error = error
        self.batches: list[list[str]] = []

    async def admit(
        self, event: str, *, redeemer: str, device: str, serials: Sequence[str]
    ) -> Granted:
        self.batches.append(list(serials))
        if len(self.batches) > 1:
            raise self.error
        granted = [Admission(each, redeemer, device, NOW) for each in serials]
        return Granted(tuple(granted), server_time=NOW)

    async def tickets(self, event: str, **_: object) -> Page[Ticket]:
        return Page(0, 1, 1, (), (), NOW)

    async def admissions(self, event: str, **_: object) -> Page[Admission]:
        return Page(0, 1, 25, (), (), NOW)


async def states_after(writer: Writer, api: Cuts) -> list[State]:
    def enter(conn: sqlite3.Connection) -> None:
        for serial in SERIALS:
            admit(conn, serial)

    await writer.run(enter)
    with pytest.raises(type(api.error)):
        await Replay(
            platform_over(api), OwnOutbox(writer, EVENT), ServerTime(lambda: NOW)
        ).run_once()
    return [each.state for each in await writer.run(in_state)]


async def test_a_batch_that_was_marked_ahead_waits_again_when_the_one_before_it_cannot_leave(
    writer: Writer,
) -> None:
    api = Cuts(Unreachable(ApiFault.NOT_CONNECTED, host="api.example"))
    states = await states_after(writer, api)
    assert api.batches == [SERIALS[:100], SERIALS[100:200], SERIALS[200:300]]
    assert states == [State.CONFIRMED] * 100 + [State.QUEUED] * 250


async def test_a_batch_without_an_answer_is_in_doubt_and_the_one_marked_ahead_is_not(
    writer: Writer,
) -> None:
    api = Cuts(Unreachable(ApiFault.TIMEOUT, host="api.example"))
    states = await states_after(writer, api)
    assert states == [State.CONFIRMED] * 100 + [State.SENDING] * 200 + [State.QUEUED] * 50


async def test_a_fault_of_one_batch_does_not_keep_the_one_marked_ahead(writer: Writer) -> None:
    api = Cuts(ServerFault(status=500))
    states = await states_after(writer, api)
    assert api.batches == [SERIALS[:100], SERIALS[100:200], SERIALS[200:300], SERIALS[300:]]
    assert states == [State.CONFIRMED] * 100 + [State.SENDING] * 250
