import asyncio
import contextlib
from collections.abc import AsyncIterator
from concurrent.futures import Future

import pytest

from scanner.admission.verdict import Kind, Reason
from scanner.desk.audit import Audit
from scanner.gate import Gate, Judged
from scanner.store.ledger import State
from scanner.sync.clock import utc_now
from scanner.sync.engine import Engine
from scanner.sync.server_first import ServerFirst
from tests.sync.house import House, until


@contextlib.asynccontextmanager
async def _asking(house: House, patience: float = 5.0) -> AsyncIterator[tuple[Gate, Engine]]:
    await asyncio.to_thread(house.open)
    async with house.running(every=60) as engine:
        await until(lambda: engine.status().link.online)
        gate = Gate(house.writer, ServerFirst(engine, house.writer, patience))
        gate.subscribe(engine.on_verdict)
        yield gate, engine


async def _present(gate: Gate, serial: str) -> Judged:
    async with asyncio.timeout(15):
        return await asyncio.wrap_future(gate.present(serial, utc_now(), "test"))


async def test_a_green_light_waits_for_the_apis_yes(house: House) -> None:
    async with _asking(house) as (gate, _):
        serial = house.tickets(0)[0]
        published: list[Judged] = []
        gate.subscribe(published.append)
        judged = await _present(gate, serial)
        assert judged.verdict.admits
        assert published == [judged]
        assert house.states() == {serial: State.CONFIRMED}
        gate.note_shown(judged)
        again = await _present(gate, serial)
        assert again.verdict.reason is Reason.ADMITTED_HERE


async def test_another_gates_earlier_admission_turns_the_patron_away(house: House) -> None:
    async with _asking(house) as (gate, _):
        serial = house.tickets(0)[0]
        published: list[Judged] = []
        gate.subscribe(published.append)
        batch = {"redeemer": "Kim", "device": "south", "serials": [serial]}
        house.anybody.made(f"{house.server.event}/admissions", batch)
        for _ in range(2):
            judged = await _present(gate, serial)
            assert judged.verdict.kind is Kind.ALREADY_ADMITTED
            first = judged.verdict.first
            assert first
            assert (first.device, first.redeemer) == ("south", "Kim")
        assert not any(each.verdict.admits for each in published)
        assert house.states() == {serial: State.CONFLICT}
    assert list(house.writer.submit(lambda conn: list(Audit(conn).findings())).result()) == []


async def test_a_ticket_that_the_api_refuses_stays_refused(house: House) -> None:
    async with _asking(house) as (gate, _):
        serial = house.tickets(0)[0]
        house.admin.post(f"/_mock/tickets/{serial}", {"status": "Cancelled"})
        for _ in range(2):
            judged = await _present(gate, serial)
            assert judged.verdict.kind is Kind.WITHDRAWN
        assert house.states() == {serial: State.REFUSED}


async def test_an_api_that_is_silent_for_too_long_leaves_the_local_verdict(house: House) -> None:
    async with _asking(house, patience=0.05) as (gate, engine):
        house.cable.cut()
        serial = house.tickets(0)[0]
        assert (await _present(gate, serial)).verdict.admits
        house.cable.restore()
        engine.wake()
        await until(lambda: house.states() == {serial: State.CONFIRMED})


async def test_offline_nobody_waits(house: House) -> None:
    async with _asking(house, patience=3600) as (gate, engine):
        house.cable.cut()
        engine.wake()
        await until(lambda: not engine.status().link.online)
        assert (await _present(gate, house.tickets(0)[0])).verdict.admits


async def test_what_admits_nobody_is_not_asked_about(house: House) -> None:
    async with _asking(house, patience=3600) as (gate, _):
        house.cable.cut()
        judged = await _present(gate, "http://x.example")
        assert judged.verdict.kind is Kind.NOT_A_TICKET


@pytest.mark.parametrize("cancelled", [True, False])
async def test_an_engine_that_ends_meanwhile_leaves_the_local_verdict(
    house: House, monkeypatch: pytest.MonkeyPatch, cancelled: bool
) -> None:
    async with _asking(house, patience=0.05) as (gate, engine):
        answer: Future[None] = Future()
        if cancelled:
            answer.cancel()
        monkeypatch.setattr(engine, "call", lambda _: answer)
        assert (await _present(gate, house.tickets(0)[0])).verdict.admits
