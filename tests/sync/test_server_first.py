import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from functools import partial

import pytest

from scanner.admission.door import DoorRules, Unjudged
from scanner.admission.rules import Override, Remedy
from scanner.admission.ticket import EarlierAdmission
from scanner.admission.verdict import Kind, Reason
from scanner.app.platforms import provider_of
from scanner.desk.audit import Audit
from scanner.facts import Fact
from scanner.gate import Gate
from scanner.judging import Judged
from scanner.platform.delivery import SettleReason
from scanner.store import details, ledger, ticket_writes
from scanner.store.database import SqlConnection, transaction
from scanner.store.details import TicketDetail
from scanner.store.ledger import State
from scanner.sync import server_first
from scanner.sync.clock import utc_now
from scanner.sync.engine import Engine, Pace
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


async def test_a_further_entry_is_not_asked_about_nor_its_admission_withheld(house: House) -> None:
    """The first ticket was admitted elsewhere, so that this ledger has no admission of it."""
    async with _asking(house, patience=3600) as (gate, _):
        elsewhere, here = house.tickets(0)[:2]
        gate.note_shown(await _present(gate, here))

        def let_in_again(conn: SqlConnection) -> None:
            with transaction(conn):
                details.write_door(conn, DoorRules(multiple_entries=True))
                there = EarlierAdmission(utc_now(), "Kim", "south")
                ticket_writes.write_others(conn, [(elsewhere, there)])

        await house.writer.run_on_cache(let_in_again)
        for serial in (elsewhere, here):
            judged = await _present(gate, serial)
            assert judged.verdict.reason is Reason.SEVERAL_ENTRIES
    withheld = house.writer.submit(lambda conn: conn.execute("SELECT * FROM withheld").fetchall())
    assert withheld.result() == []


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


class _AskedAbout(Engine):
    """An engine whose platform judges what this device can't."""

    refusal: Fact | None = None
    asked: list[str]
    has_replayed = False

    async def replay(self, on_progress: Callable[[], None] | None = None) -> bool:
        done = await super().replay(on_progress)
        self.has_replayed = True
        return done

    async def would_refuse(self, serial: str, at: datetime) -> Fact | None:
        self.asked.append(serial)
        return self.refusal


@contextlib.asynccontextmanager
async def _judging(house: House, refusal: Fact | None) -> AsyncIterator[tuple[Gate, _AskedAbout]]:
    """Run a gate whose first ticket has to meet what only the platform knows."""
    await asyncio.to_thread(house.open)
    engine = _AskedAbout(
        house.writer, house.keys, utc_now, provider_of(timeout=5).connect, Pace(timedelta(hours=1))
    )
    engine.refusal, engine.asked = refusal, []
    await house.writer.run_on_cache(partial(_ask_about, serial=house.tickets(0)[0]))
    work = asyncio.create_task(engine.run())
    try:
        # The first replay follows at once; it would send what is to be asked about.
        await until(lambda: engine.status().link.online and engine.has_replayed)
        yield Gate(house.writer, ServerFirst(engine, house.writer, 5.0, always=False)), engine
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


def _ask_about(conn: SqlConnection, serial: str) -> None:
    with transaction(conn):
        detail = TicketDetail(unjudged=frozenset({Unjudged.QUESTIONS}))
        details.write_details(conn, [(serial, detail)])


async def test_what_this_device_cannot_judge_is_asked_before_the_light_and_never_sent(
    house: House,
) -> None:
    refusal = Fact(SettleReason.WITHDRAWN)
    async with _judging(house, refusal) as (gate, engine):
        asked, plain = house.tickets(0)[:2]
        judged = await _present(gate, asked)
        assert (judged.verdict.kind, judged.verdict.refusal) == (Kind.WITHDRAWN, refusal)
        assert (await _present(gate, plain)).verdict.admits
        assert engine.asked == [asked]
        assert house.states()[asked] is State.UNDONE
        assert await engine.replay()
    assert house.at_server() == {plain}


async def test_what_the_platform_refused_by_its_rules_is_asked_about_each_time_anew(
    house: House,
) -> None:
    async with _judging(house, Fact(SettleReason.WITHDRAWN)) as (gate, engine):
        asked = house.tickets(0)[0]
        for _ in range(2):
            judged = await _present(gate, asked)
            assert judged.verdict.reason is Reason.REFUSED_BY_API
            assert judged.remedy is Remedy.OVERRIDE
        engine.refusal = None
        assert (await _present(gate, asked)).verdict.admits
        await engine.replay()
    assert house.at_server() == {asked}
    assert list(house.writer.submit(lambda conn: list(Audit(conn).findings())).result()) == []


async def test_a_supervisor_lets_in_whom_the_platforms_rules_refuse(house: House) -> None:
    async with _judging(house, Fact(SettleReason.WITHDRAWN)) as (gate, _):
        asked = house.tickets(0)[0]
        await _present(gate, asked)
        letting_in = gate.present(asked, utc_now(), "test", Override("has shown the voucher"))
        judged = await asyncio.wrap_future(letting_in)
        assert judged.verdict.reason is Reason.OVERRIDDEN
        (waiting,) = await house.writer.run(lambda conn: ledger.next_batch(conn, 5))
        assert waiting.override


async def test_a_supervisor_lets_in_whom_the_rules_refused_while_the_light_was_never_shown(
    house: House,
) -> None:
    async with _judging(house, None) as (_, engine):
        asked, refusal = house.tickets(0)[0], Fact(SettleReason.WITHDRAWN)
        gate = Gate(house.writer)  # it ended before the light, and its record was refused since
        assert gate.present(asked, utc_now(), "test").result().verdict.admits
        await house.writer.run(lambda conn: server_first._refuse(conn, asked, utc_now(), refusal))
        assert gate.present(asked, utc_now(), "test").result().remedy is Remedy.OVERRIDE
        letting_in = gate.present(asked, utc_now(), "test", Override("has shown the voucher"))
        assert letting_in.result().verdict.reason is Reason.OVERRIDDEN
        await engine.replay()
    assert house.at_server() == {asked}
    assert list(house.writer.submit(lambda conn: list(Audit(conn).findings())).result()) == []


async def test_what_the_platform_would_not_refuse_is_let_in_and_sent_later(house: House) -> None:
    async with _judging(house, None) as (gate, engine):
        asked = house.tickets(0)[0]
        judged = await _present(gate, asked)
        assert judged.verdict.admits
        assert judged.notice is None  # the guard need not be told what was judged after all
        assert engine.asked == [asked]
        await engine.replay()
        assert house.states() == {asked: State.CONFIRMED}
