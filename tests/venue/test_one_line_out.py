"""Three gates, one line out: the uplink is killed in the middle, and another one takes over."""

import asyncio
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from scanner.store.differences import read as read_differences
from scanner.store.encounters import current
from scanner.store.ledger import State
from scanner.venue.carrying.carrying import Carrying
from tests.mock.server import mock_server
from tests.sync.house import House, house_at, until
from tests.sync.test_carried import pulled, replayed
from tests.venue.doors import at_server, uplink
from tests.venue.gates import at_work, venue_gate
from tests.venue.nodes import Nodes

PATIENCE_SECONDS = 240.0
EACH = 400


async def drained(nodes: Nodes, folder: Path, north: House, west: House, total: int) -> None:
    """Have one uplink after the other deliver all; the first is killed in the middle."""
    server = north.server
    async with (
        venue_gate(nodes, north, "north") as a,
        venue_gate(nodes, west, "west") as b,
        at_work(
            Carrying(lambda: a.here, "north").run(a.nc),
            Carrying(lambda: b.here, "west").run(b.nc),
        ),
    ):
        with uplink(nodes.membership("first"), server, folder) as killed:
            await until(lambda: len(at_server(server)) >= total // 4, PATIENCE_SECONDS)
            killed.kill()
        assert len(at_server(server)) < total
        with uplink(nodes.membership("second"), server, folder) as second:
            await until(
                lambda: {State.QUEUED, State.SENDING}.isdisjoint(
                    {*north.states().values(), *west.states().values()}
                ),
                PATIENCE_SECONDS,
            )
            second.send_signal(15)
            assert second.wait(30) == 0


@pytest.mark.venue
def test_all_queues_go_out_by_one_line_and_nothing_twice_though_its_gate_is_killed(
    three_nodes: Nodes, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(mock_server(tickets=1500))
        houses = []
        for name in ("north", "west"):
            (tmp_path / name).mkdir()
            house = stack.enter_context(house_at(server, tmp_path / name))
            house.open(server.tokens[0].code, device=name)
            houses.append(house)
        north, west = houses
        serials = [each for section in range(3) for each in north.tickets(section)]
        shares = [(north, serials[:EACH]), (west, serials[EACH : 2 * EACH])]
        both = serials[2 * EACH : 2 * EACH + 20]
        for house, share in shares:
            house.cable.cut()
            for serial in (*share, *both):
                assert house.present(serial).verdict.admits
        total = 2 * EACH + len(both)

        asyncio.run(drained(three_nodes, tmp_path, north, west, total))
        listed = at_server(server)
        assert len(listed) == total == len({ticket for ticket, _ in listed})
        assert Counter(device.partition(" ")[2] for _, device in listed).keys() == {"north", "west"}
        for house, share in shares:
            states = house.states()
            assert {states[each] for each in share} == {State.CONFIRMED}
        settled = [{house.states()[each] for house in houses} for each in both]
        assert settled == [{State.CONFIRMED, State.CONFLICT}] * len(both)
        for house in houses:
            house.cable.restore()
            replayed(house)
            pulled(house)
            assert house.writer.submit(current).result() == []
            assert house.writer.submit_to_cache(read_differences).result() == []
        said = (tmp_path / "second.out").read_text()
        assert "The server is reached." in said
        assert "Ended." in said
