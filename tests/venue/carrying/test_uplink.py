"""One line out serves all: what a gate without it hands over, and what comes back."""

import asyncio
from collections.abc import Iterator

import pytest
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import PubAck
from nats.js.errors import APIError

from scanner.store import carried
from scanner.store.encounters import current
from scanner.store.ledger import State
from scanner.venue.carrying.handing_over import HandingOver
from scanner.venue.carrying.keep_trying import keep_trying
from scanner.venue.carrying.uplink import Uplink
from scanner.venue.provisioning import ACK_WAIT_SECONDS
from tests.sync.house import House, two_houses, until
from tests.venue.gates import VenueGate, at_work, venue_gate
from tests.venue.nodes import Nodes

EVERY = 0.05


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House]]:
    with two_houses(tmp_path_factory.mktemp("houses"), tickets=300) as made:
        yield made


def handing_over(gate: VenueGate) -> HandingOver:
    return HandingOver(gate.here, offline_seconds=0)


async def test_a_gate_without_a_line_has_its_queue_delivered_by_one_that_has_it(
    one_node: Nodes, houses: tuple[House, House]
) -> None:
    north, south = houses
    serials = [each for number in range(3) for each in north.tickets(number)[:50]]
    north.cable.cut()
    for serial in serials:
        assert north.present(serial).verdict.admits
    async with venue_gate(one_node, north, "north") as a, venue_gate(one_node, south, "south") as b:
        await until(lambda: b.engine.status().link.online, 60)
        out = handing_over(a)
        async with at_work(
            keep_trying(lambda: out.publish(a.js), EVERY),
            keep_trying(lambda: out.hear(a.js), EVERY),
            Uplink(b.nc, b.here).run(),
        ):
            await until(lambda: set(north.states().values()) == {State.CONFIRMED}, 60)
        stream = await one_node_stream(one_node, "ADMISSIONS")
    assert set(north.states()) == set(serials) == south.at_server("north")
    assert south.at_server("south") == set()
    assert stream == 0


async def test_a_gate_that_is_online_again_delivers_itself_what_it_has_handed_over(
    one_node: Nodes, houses: tuple[House, House]
) -> None:
    north, _ = houses
    serials = north.tickets(0)[-5:]
    north.cable.cut()
    for serial in serials:
        assert north.present(serial).verdict.admits
    async with venue_gate(one_node, north, "again") as a:
        await handing_over(a).publish(a.js)
        assert await one_node_stream(one_node, "ADMISSIONS") == 1
        north.cable.restore()
        async with at_work(Uplink(a.nc, a.here).run()):
            await until(lambda: set(north.states().values()) == {State.CONFIRMED}, 60)
            while await one_node_stream(one_node, "ADMISSIONS"):  # noqa: ASYNC110 - it has no events
                await asyncio.sleep(0.02)
    assert set(serials) <= north.at_server("north")
    assert north.writer.submit_to_cache(carried.counts).result() == {}
    assert north.writer.submit(current).result() == []


async def test_admissions_that_come_one_by_one_gather_before_they_leave(
    one_node: Nodes, houses: tuple[House, House]
) -> None:
    north, _ = houses
    serials = north.tickets(1)[-5:]
    north.cable.cut()
    async with venue_gate(one_node, north, "slow") as a:
        out = HandingOver(a.here, offline_seconds=0, gather_seconds=3600)
        for serial in serials:
            assert north.present(serial).verdict.admits
            await out.publish(a.js)
        assert await one_node_stream(one_node, "ADMISSIONS") == 1
        north.cable.restore()
        async with at_work(Uplink(a.nc, a.here).run()):
            await until(lambda: set(north.states().values()) == {State.CONFIRMED}, 60)
            while await one_node_stream(one_node, "ADMISSIONS"):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.02)


class Engine:
    """Publishes for an uplink; as a stream with replicas, it refuses an id that is in process."""

    def __init__(self, js: JetStreamContext, *, fails: int) -> None:
        self._publish, self._fails = js.publish, fails
        self._in_process: set[str] = set()
        self.refused = 0

    async def publish(self, subject: str, content: bytes, headers: dict[str, str]) -> PubAck:
        name = headers["Nats-Msg-Id"]
        if name in self._in_process or self._fails:
            self._fails = max(0, self._fails - 1)
            self.refused += 1
            raise APIError(code=409, description="duplicate message id is in process")
        self._in_process.add(name)
        try:
            await asyncio.sleep(0.7)  # more than from one look for untold outcomes to the next
            return await self._publish(subject, content, headers=headers)
        finally:
            self._in_process.discard(name)


async def test_a_message_whose_outcomes_are_not_published_at_first_does_not_hold_up_its_section(
    one_node: Nodes, houses: tuple[House, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    north, south = houses
    (serial,) = north.tickets(2)[-1:]
    north.cable.cut()
    assert north.present(serial).verdict.admits
    async with (
        venue_gate(one_node, north, "hasty") as a,
        venue_gate(one_node, south, "line") as b,
    ):
        await handing_over(a).publish(a.js)
        uplink = Uplink(b.nc, b.here)
        engine = Engine(uplink._js, fails=1)
        monkeypatch.setattr(uplink._js, "publish", engine.publish)
        async with at_work(uplink.run()):
            async with asyncio.timeout(ACK_WAIT_SECONDS - 2):
                while await one_node_stream(one_node, "ADMISSIONS"):  # noqa: ASYNC110 - as above
                    await asyncio.sleep(0.02)
    assert engine.refused == 1
    north.cable.restore()


async def one_node_stream(nodes: Nodes, name: str) -> int:
    """Return how many messages a stream holds."""

    async def ask(nc: Client) -> int:
        return int((await nc.jetstream().stream_info(name)).state.messages)

    return await asyncio.to_thread(nodes.asked, ask)
