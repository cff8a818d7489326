import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.admission.rules import Exit
from scanner.admission.verdict import Kind
from scanner.facts import Fact
from scanner.gate import Gate
from scanner.platform.access import GateCredentials
from scanner.platform.errors import ApiError, NoSuchToken, NotFound
from scanner.priority import CLAIM_SECONDS
from scanner.store.ledger import State
from scanner.sync import credentials
from scanner.sync.clock import utc_now
from scanner.sync.engine import Engine, Pace
from scanner.sync.errors import SyncFault, TokenDead
from scanner.sync.link import LinkState
from scanner.ticketing.client import TickeTing
from scanner.ticketing.platform import TicketingPlatform
from scanner.ticketing.resources import TokenGrant
from tests.mock.server import mock_server
from tests.sync.house import House, house_at, until


class Proxied(TickeTing):
    """A connection through something that refuses the question for the token, while it says so."""

    refusal: ApiError | None = None

    async def token_grant(self, code: str) -> TokenGrant:
        if self.refusal:
            raise self.refusal
        return await super().token_grant(code)


def proxied(held: GateCredentials, _: str) -> TicketingPlatform:
    return TicketingPlatform(lambda key: Proxied(held.api, key), held)


async def _open(house: House) -> None:
    await asyncio.to_thread(house.open)


async def test_an_admission_is_confirmed_at_the_api_soon_after_the_green_light(
    house: House,
) -> None:
    await _open(house)
    serial = house.tickets(0)[0]
    async with house.running(every=60) as engine:
        await until(lambda: engine.status().link.online)
        gate = Gate(house.writer)
        gate.subscribe(engine.on_verdict)
        judged = await asyncio.wrap_future(gate.present(serial, utc_now(), "test"))
        assert judged.verdict.admits
        await until(lambda: house.states() == {serial: State.CONFIRMED})
    assert house.at_server() == {serial}


async def test_an_admission_is_not_sent_before_the_guard_has_seen_the_green_light(
    house: House,
) -> None:
    await _open(house)
    judged = await asyncio.to_thread(house.present, house.tickets(0)[0])
    engine, loop = house.engine(), asyncio.get_running_loop()
    engine._loop = loop
    begun = loop.time()
    engine.on_verdict(judged)
    async with asyncio.timeout(10):
        await engine._replay_now.wait()
    assert loop.time() - begun >= CLAIM_SECONDS


async def test_an_exit_is_sent_soon_too(house: House) -> None:
    await _open(house)
    serial = house.tickets(0)[0]
    async with house.running(every=3600) as engine:
        await until(lambda: engine.status().link.online)
        gate = Gate(house.writer)
        await asyncio.wrap_future(gate.present(serial, utc_now(), "test"))
        left = await asyncio.wrap_future(gate.present(serial, utc_now(), "test", Exit()))
        assert house.states() == {serial: State.QUEUED}
        engine.on_verdict(left)
        await until(lambda: house.states() == {serial: State.CONFIRMED})


async def test_what_was_admitted_without_a_network_is_delivered_when_it_is_back(
    house: House,
) -> None:
    await _open(house)
    serials = house.tickets(0)[:7]
    async with house.running() as engine:
        house.cable.cut()
        await until(lambda: engine.status().link.state is LinkState.OFFLINE)
        assert all(house.present(serial).verdict.admits for serial in serials)
        assert set(house.states().values()) == {State.QUEUED}
        assert engine.status().link.obstacle
        house.cable.restore()
        await until(lambda: set(house.states().values()) == {State.CONFIRMED}, 4)
    assert house.at_server() == set(serials)


async def test_a_ticket_that_another_gate_took_meanwhile_ends_in_conflict(house: House) -> None:
    await _open(house)
    serial = house.tickets(0)[0]
    assert house.present(serial).verdict.admits
    batch = {"redeemer": "Kim", "device": "south", "serials": [serial]}
    house.anybody.made(f"{house.server.event}/admissions", batch)
    async with house.running():
        await until(lambda: house.states() == {serial: State.CONFLICT})
    reasons = house.read("SELECT reason FROM admission")
    assert "south" in str(reasons)


async def test_a_ticket_cancelled_meanwhile_ends_refused_with_its_status(house: House) -> None:
    await _open(house)
    serial = house.tickets(0)[0]
    assert house.present(serial).verdict.admits
    house.admin.post(f"/_mock/tickets/{serial}", {"status": "Cancelled"})
    async with house.running():
        await until(lambda: house.states() == {serial: State.REFUSED})


async def test_changes_at_the_api_reach_the_gate_within_an_interval(house: House) -> None:
    await _open(house)
    cancelled, taken = house.tickets(0)[:2]
    async with house.running():
        house.admin.post(f"/_mock/tickets/{cancelled}", {"status": "Cancelled"})
        batch = {"redeemer": "Kim", "device": "south", "serials": [taken]}
        house.anybody.made(f"{house.server.event}/admissions", batch)
        await until(
            lambda: house.read("SELECT count(*) FROM ticket WHERE status = 'Cancelled'") == [(1,)]
        )
        await until(lambda: house.read("SELECT count(*) FROM other_admission") == [(1,)])
    assert house.present(cancelled).verdict.kind is Kind.WITHDRAWN
    assert house.present(taken).verdict.kind is Kind.ALREADY_ADMITTED


async def test_a_section_added_to_the_token_admits_and_one_denied_no_longer_does(
    house: House,
) -> None:
    await _open(house)
    sections = house.server.tokens[0].sections
    listed = house.admin.entries(f"{house.server.event}/tokens", records=50)
    token = next(each for each in listed if each["code"] == house.server.tokens[-1].code)
    first, third = house.tickets(0)[0], house.tickets(2)[0]
    assert house.present(third).verdict.kind is Kind.WRONG_SECTION
    async with house.running():
        await asyncio.to_thread(house.admin.put, token["self"], {"sections": [sections[2]]})
        permitted = "SELECT uri FROM section WHERE permitted"
        await until(lambda: house.read(permitted) == [(sections[2],)])
        assert house.present(first).verdict.kind is Kind.WRONG_SECTION
        assert house.present(third).verdict.admits


async def test_a_revoked_token_closes_the_gate_holds_the_queue_and_a_new_one_delivers_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "_REFUSED_SECONDS", 0.5)
    await _open(house)
    serial = house.tickets(0)[0]
    assert house.present(serial).verdict.admits
    listed = house.admin.entries(f"{house.server.event}/tokens", records=50)
    token = next(each for each in listed if each["code"] == house.server.tokens[-1].code)
    house.admin.delete(token["self"])
    async with house.running() as engine:
        await until(lambda: engine.status().link.state is LinkState.HELD)
        assert house.present(house.tickets(0)[2]).verdict.admits
        async with asyncio.timeout(15):
            while engine.status().link.obstacle != Fact(SyncFault.TOKEN_DEAD):
                engine.wake()
                await asyncio.sleep(0.1)
        assert house.present(house.tickets(0)[1]).verdict.kind is Kind.GATE_CLOSED
        assert set(house.states().values()) == {State.QUEUED}
        await asyncio.to_thread(house.open, house.server.tokens[0].code)
        engine.wake()
        await until(lambda: set(house.states().values()) == {State.CONFIRMED})


async def test_a_refusal_that_is_not_the_apis_holds_the_queue_and_closes_nothing(
    house: House,
) -> None:
    await _open(house)
    serial = house.tickets(0)[0]
    engine = Engine(house.writer, house.keys, utc_now, proxied, Pace())
    try:
        Proxied.refusal = NotFound(status=404, said="Not Found")
        with pytest.raises(NotFound):
            await engine.pull()
        engine._note_failure(Proxied.refusal)
        assert engine.status().link.state is LinkState.HELD
        assert house.present(serial).verdict.admits
        Proxied.refusal = NoSuchToken(status=404)
        with pytest.raises(TokenDead):
            await engine.pull()
        assert house.present(house.tickets(0)[1]).verdict.kind is Kind.GATE_CLOSED
        Proxied.refusal = None
        await engine.pull()
        assert house.present(house.tickets(0)[1]).verdict.admits
    finally:
        Proxied.refusal = None
        await engine.close()


async def test_a_server_that_fails_is_tried_again_and_nothing_is_sent_twice(house: House) -> None:
    await _open(house)
    serial = house.tickets(0)[0]
    assert house.present(serial).verdict.admits
    house.admin.post("/_mock/faults", {"requests": 2})
    async with house.running():
        await until(lambda: house.states() == {serial: State.CONFIRMED})
    assert house.at_server() == {serial}


async def test_the_status_follows_what_another_process_writes(house: House) -> None:
    await _open(house)
    async with house.running(every=60) as engine:
        await until(lambda: engine.status().tickets > 0)
        house.cable.cut()
        house.present(house.tickets(0)[0])
        await until(lambda: engine.status().waiting == 1)


async def test_a_server_that_was_restarted_is_found_again(tmp_path: Path) -> None:
    state = tmp_path / "world"
    with mock_server(tickets=30, state=state) as server, house_at(server, tmp_path) as house:
        await _open(house)
        serials = house.tickets(0)[:3]
        async with house.running() as engine:
            server.kill()
            await until(lambda: engine.status().link.state is LinkState.OFFLINE)
            for serial in serials:
                assert house.present(serial).verdict.admits
            with mock_server(tickets=30, state=state) as restarted:
                house.cable.target_port = restarted.port
                await until(lambda: set(house.states().values()) == {State.CONFIRMED})
                house.server = restarted
                assert house.at_server() == set(serials)


def test_the_work_begins_again_in_another_loop_after_it_has_ended(house: House) -> None:
    house.open()
    engine, serial = house.engine(), house.tickets(0)[0]

    async def work(until_then: Callable[[], bool]) -> None:
        running = asyncio.create_task(engine.run())
        try:
            await until(lambda: running.done() or until_then())
            assert not running.done()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    asyncio.run(work(lambda: engine.status().link.online))
    assert house.present(serial).verdict.admits
    asyncio.run(work(lambda: house.states() == {serial: State.CONFIRMED}))
