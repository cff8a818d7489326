"""Three nodes that were told no address find each other, and one that moves is followed."""

from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.venue.members.authority import join, make_venue
from scanner.venue.node.node import Node, Place
from scanner.venue.node.serving import NodeNews
from scanner.venue.node.status import Standing
from tests.venue.links import free_port
from tests.venue.node.test_serving import served, told_by
from tests.venue.nodes import HERE

pytestmark = pytest.mark.venue


async def test_nodes_find_each_other_and_follow_one_that_moves(tmp_path: Path) -> None:
    invited = make_venue("Testhaus", 3, (), datetime.now(UTC))
    assert invited.authority
    nodes = [
        Node(
            tmp_path / str(number),
            join(invited, f"node {number}", datetime.now(UTC)),
            invited.authority,
            Place(HERE, free_port(), free_port()),
        )
        for number in range(3)
    ]
    async with AsyncExitStack() as two:
        first = await two.enter_async_context(told_by(nodes[0]))
        await two.enter_async_context(told_by(nodes[1]))
        async with told_by(nodes[2]) as third:
            waits = await first.until(NodeNews.WAITS)
            assert waits.params["of"] == 3
            await third.until(Standing.TOLERANT)
            await first.until(Standing.TOLERANT)
        moved = replace(nodes[2].place, client_port=free_port(), route_port=free_port())
        again = Node(tmp_path / "2", nodes[2].membership, invited.authority, moved)
        assert again.name == nodes[2].name
        async with served(again) as third:
            await first.until(NodeNews.MOVED)
            await third.until(Standing.TOLERANT)
