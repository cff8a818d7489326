"""A device that is revoked in mid-evening closes its gate, and another one goes on with it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.admission.verdict import Kind, Reason, Verdict
from scanner.app.platforms import provider_of
from scanner.app.reopening import Reopening
from scanner.config import Config
from scanner.desk.device_setup import request_at, set_up
from scanner.facts import Fact
from scanner.gate import Gate
from scanner.keystore import KeyStore
from scanner.platform.errors import Revoked
from scanner.pretix.resources import ListPath
from scanner.pretix.setup import read_new_device
from scanner.store import differences, ledger, tickets
from scanner.store.journal import JournalNote
from scanner.store.ledger import State
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.credentials import TokenCheck
from scanner.sync.engine import Engine, Pace
from scanner.sync.errors import TokenDead
from scanner.sync.opening import open_gate
from tests.pretix_server.conftest import House
from tests.pretix_server.filling import MadeDevice, Sold


class Stand:
    """A gate, and its folder."""

    def __init__(self, writer: Writer, keys: KeyStore, config: Config) -> None:
        self.writer, self.keys, self.config = writer, keys, config
        self.now = 0.0
        self.engine = Engine(writer, keys, utc_now, provider_of("pretix").connect, Pace())
        self.engine._token_check = TokenCheck(lambda: self.now)

    async def open(self, house: House, made: MadeDevice) -> None:
        new = read_new_device(made.handshake)
        assert new
        device = await set_up(new, self.keys)
        path = ListPath(device.organizer, house.evening.slug, house.everybody)
        request = request_at(device, path.at(device.url), self.config, name="Lee", own_name="north")
        await open_gate(request, provider_of("pretix"), self.writer, self.keys, utc_now)

    def present(self, sold: Sold) -> Verdict:
        presented = Gate(self.writer).present(sold.secret, datetime.now(UTC), "test")
        return presented.result(30).verdict

    async def state(self, sold: Sold) -> State:
        (found,) = await self.writer.run(lambda conn: ledger.by_serial(conn, [sold.secret]))
        return found.state

    async def tickets(self) -> int:
        return await self.writer.run(tickets.count_tickets)


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[Stand]:
    with Writer(tmp_path / "gate.sqlite3") as writer:
        found = Stand(writer, KeyStore(tmp_path, file_only=True), Config(home=tmp_path))
        yield found
        await found.engine.close()


async def test_it_closes_after_a_minute_forgets_patrons_and_another_device_delivers(
    house: House, stand: Stand
) -> None:
    organiser = house.evening.organiser
    first, second = house.evening.order([house.floor, house.balcony])
    made = organiser.device("stolen")
    await stand.open(house, made)
    assert stand.present(first).kind is Kind.ADMITTED
    await stand.engine.replay()
    assert stand.present(second).kind is Kind.ADMITTED
    organiser.revoke(made)
    for seconds in (0, 30, 59):
        stand.now = seconds
        with pytest.raises(Revoked):
            await stand.engine.pull()
    stand.now = 61.0
    with pytest.raises(TokenDead):
        await stand.engine.pull()
    assert stand.present(second).reason is Reason.TOKEN_INVALID
    assert await stand.tickets() > 0  # one waits, and is not exported
    Gate(stand.writer).note(Fact(JournalNote.EXPORTED, {"count": 1}), utc_now()).result(30)
    with pytest.raises(TokenDead):
        await stand.engine.pull()
    assert await stand.tickets() == 0
    reopening = Reopening(stand.config, stand.writer, stand.keys)
    handed = organiser.device("spare").handshake
    assert await _in_thread(reopening, handed) > 0
    await stand.engine.replay()
    await stand.engine.pull(whole=True)
    for sold in (first, second):
        assert await stand.state(sold) is State.CONFIRMED
        assert stand.present(sold).kind is Kind.ALREADY_ADMITTED
    assert await stand.writer.run_on_cache(differences.read) == []


async def _in_thread(reopening: Reopening, code: str) -> int:
    return (await asyncio.to_thread(reopening, code, False)).tickets
