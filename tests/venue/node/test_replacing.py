"""A broken laptop's place in the venue is taken by another."""

import asyncio
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.venue.members import membership
from scanner.venue.node.administration import state_of
from scanner.venue.node.config import NodeFiles
from scanner.venue.node.errors import NodeError, NodeFault
from scanner.venue.node.node import own_name, take_name
from scanner.venue.node.replacing import check
from scanner.venue.node.replacing import replace as take_place
from scanner.venue.node.status import CopyState, NodeState, StreamState, VenueState
from tests.venue.nodes import HERE, PATIENCE_SECONDS, Nodes

A, B = NodeState("node-a", "2.15.1", syncs=True), NodeState("node-b", "2.15.1", syncs=True)
LEVEL = CopyState("node-b", level=True, lag=0, offline=False)
LOST = CopyState("node-c", level=False, lag=9, offline=True)
STREAM = StreamState("HEADS", 9, "node-a", (LEVEL, LOST))
STATE = VenueState("Arena", "01" * 8, 3, (A, B), (STREAM,), (), "x:1", 0.001)


def test_a_lost_node_is_replaced_while_all_others_are_level() -> None:
    check(STATE, "node-c")


@pytest.mark.parametrize(
    ("state", "lost", "why"),
    [
        (STATE, "node-b", NodeFault.NOT_LOST),
        (STATE, "node-d", NodeFault.UNKNOWN),
        (replace(STATE, nodes=(A,)), "node-c", NodeFault.OTHERS_NOT_LEVEL),
        (replace(STATE, streams=()), "node-c", NodeFault.OTHERS_NOT_LEVEL),
        (
            replace(STATE, streams=(replace(STREAM, copies=(replace(LEVEL, level=False), LOST)),)),
            "node-c",
            NodeFault.OTHERS_NOT_LEVEL,
        ),
        (
            replace(STATE, streams=(replace(STREAM, leader=None),)),
            "node-c",
            NodeFault.OTHERS_NOT_LEVEL,
        ),
    ],
)
def test_else_it_is_not(state: VenueState, lost: str, why: NodeFault) -> None:
    with pytest.raises(NodeError) as refused:
        check(state, lost)
    assert refused.value.fact.code == why


def test_a_computer_is_one_node_for_good(tmp_path: Path) -> None:
    files = NodeFiles(tmp_path / "node")
    name = own_name(files, 3, "Tor 3/Süd")
    assert re.fullmatch(r"Tor-3-S-d-[0-9a-f]{8}", name)
    with pytest.raises(NodeError) as refused:
        take_name(files, "node-c", 3)
    assert refused.value.fact.code == NodeFault.SERVED_ALREADY
    assert own_name(files, 3, "Tor 3/Süd") == name


@pytest.mark.venue
def test_the_new_node_gets_what_the_lost_one_had(three_nodes: Nodes) -> None:
    venue, lost = three_nodes, three_nodes.nodes[2]
    home = lost.files.folder.parent.parent

    async def take_it() -> None:
        """As soon as the others have leaders again."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    return await take_place(home, lost.name)
                except NodeError as error:
                    assert error.fact.code == NodeFault.OTHERS_NOT_LEVEL
                await asyncio.sleep(0.1)

    venue.asked(lambda nc: nc.jetstream().publish("heads.x", b"sealed"))
    venue.kill(2)
    shutil.rmtree(lost.files.folder)
    membership.keep(home, venue.membership("new"), venue.authority)
    venue.run(take_it())
    assert own_name(lost.files, 3, "another") == lost.name
    lost.prepare(lost.server.config.routes, [HERE])
    venue.start(2)
    venue.run(level(venue))
    venue.kill(0)
    assert venue.leader("HEADS") in (1, 2)
    stored = venue.asked(lambda nc: nc.jetstream().get_last_msg("HEADS", "heads.x"))
    assert stored.data == b"sealed"


async def level(venue: Nodes) -> None:
    """Wait until every node has everything."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (await state_of(venue.membership("x"), venue.authority)).is_tolerant:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
