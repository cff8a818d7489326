from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.store.ledger import State, in_state
from scanner.store.writer import Writer
from scanner.sync.api import AdmissionsApi
from scanner.sync.replay import Replay
from scanner.sync.server_time import ServerTime
from scanner.ticketing.errors import Malformed
from scanner.ticketing.resources import Admission, Fault, Granted, Page, Ticket
from tests.store.worlds import admit, filled

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
        return Page(1, 1, 25, (), (Fault(0, "ticket", "is missing"),), NOW)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    file = tmp_path / "gate.sqlite3"
    filled(file).close()
    with Writer(file) as opened:
        yield opened


async def test_an_admission_whose_fate_cannot_be_read_stays_in_doubt(writer: Writer) -> None:
    serial = "DAWIER-BACK00000001"
    await writer.run(lambda conn: admit(conn, serial))
    replay = Replay(SilentApi(), writer, ServerTime(lambda: NOW), EVENT)
    with pytest.raises(Malformed, match="ticket is missing"):
        await replay.run_once()
    (admission,) = await writer.run(in_state)
    assert (admission.state, admission.answered) == (State.SENDING, True)
