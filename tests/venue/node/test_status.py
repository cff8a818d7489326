from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nats.aio.client import Client

from scanner.venue.members import joining
from scanner.venue.node.administration import state_of
from scanner.venue.node.config import NodeConfig
from scanner.venue.node.status import (
    CopyState,
    NodeState,
    Standing,
    StreamState,
    Trouble,
    VenueState,
)
from scanner.venue.node.work import work
from scanner.wording.sentences import sentence
from tests.venue.lone_node import lone_node
from tests.venue.nodes import Nodes

SYNCED = tuple(NodeState(f"node-{each}", "2.15.1", syncs=True) for each in "abc")
COPIES = (CopyState("node-b", True, 0, False), CopyState("node-c", True, 0, False))
WHOLE = VenueState(
    "Arena", "01" * 8, 3, SYNCED, (StreamState("HEADS", 7, "node-a", COPIES),), (), "x:1", 0.001
)


def codes(state: VenueState) -> list[str]:
    return [each.code for each in state.facts]


def test_three_level_nodes_that_sync_are_fault_tolerant() -> None:
    assert codes(WHOLE) == [Standing.NODES, Standing.TOLERANT]
    assert (WHOLE.may_fail, WHOLE.needs_care, WHOLE.leader) == (1, False, "node-a")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"nodes": (*SYNCED[:2], replace(SYNCED[2], syncs=False))}, Trouble.NOT_SYNCED),
        ({"nodes": (*SYNCED[:2], replace(SYNCED[2], version="2.11.4"))}, Trouble.TOO_OLD),
        ({"nodes": SYNCED[:2]}, Trouble.MISSING),
        ({"nodes": SYNCED[:1]}, Trouble.NO_MAJORITY),
        (
            {"streams": (StreamState("HEADS", 7, "node-a", (replace(COPIES[0], level=False),)),)},
            Trouble.BEHIND,
        ),
    ],
)
def test_anything_less_is_not_and_somebody_has_to_see_to_it(
    change: dict[str, tuple[NodeState, ...]], why: Trouble
) -> None:
    state = replace(WHOLE, **change)  # type: ignore[arg-type] # a field each
    assert codes(state) == [Standing.NODES, why]
    assert not state.is_tolerant
    assert state.needs_care


def test_who_is_away_is_told_and_a_majority_without_a_leader_waits_for_one() -> None:
    away = replace(COPIES[1], level=False, offline=True)
    one_away = replace(
        WHOLE, nodes=SYNCED[:2], streams=(StreamState("HEADS", 7, "node-a", (COPIES[0], away)),)
    )
    told = sentence(one_away.troubles[0])
    assert told == "Only 2 of 3 nodes are there; start node-c."
    choosing = replace(one_away, streams=())
    assert [each.code for each in choosing.troubles] == [Trouble.NO_LEADER]
    assert choosing.needs_care


def test_a_gate_does_not_call_a_venue_fault_tolerant_whose_settings_it_can_not_see() -> None:
    state = replace(WHOLE, nodes=None)
    assert codes(state) == [Standing.NODES, Trouble.UNCHECKED]
    assert state.up == 3
    assert not state.needs_care


def test_a_venue_of_one_node_is_as_it_was_made() -> None:
    state = replace(WHOLE, count=1, nodes=SYNCED[:1], streams=(StreamState("HEADS", 7, "node-a"),))
    assert codes(state) == [Standing.NODES, Trouble.ONE_NODE]
    assert not state.needs_care


async def test_a_running_server_that_does_not_sync_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file may say what the process, started before it was changed, does not do."""
    text = NodeConfig.text
    monkeypatch.setattr(NodeConfig, "text", lambda self: text(self).replace('"always"', '"2m"'))
    node = lone_node(tmp_path)
    node.server.start()
    try:
        nc = await work(node, lambda: (node.address,))
        await nc.close()
        own = replace(node.membership, nodes=(node.address,))
        state = await state_of(own, node.authority)
    finally:
        node.server.stop()
    assert state.nodes == (NodeState(node.name, "2.15.1", syncs=False),)
    assert Trouble.NOT_SYNCED in codes(state)
    assert state.needs_care
    named = [(each.public, each.name) for each in state.gates]
    assert named == [(own.public, own.gate)], "who serves asked no node to be let in"


def test_gates_are_seen_by_their_heads(one_node: Nodes) -> None:
    seen, unseen = one_node.membership("Tor Nord"), one_node.membership("Tor West")

    async def say_something(nc: Client) -> None:
        await nc.jetstream().publish(f"heads.{seen.public}", b"sealed")
        for each in (seen, unseen):
            await nc.request("venue.join", joining.ask(each), timeout=5)

    one_node.asked(say_something)
    state = one_node.run(state_of(seen, None))
    gates = {each.name: each for each in state.gates}
    assert gates["Tor Nord"].public == seen.public
    assert gates["Tor Nord"].seen
    assert abs((datetime.now(UTC) - gates["Tor Nord"].seen).total_seconds()) < 60
    assert gates["Tor West"].seen is None
    assert state.nodes is None
    assert state.as_json()["gates"][0]["seen"]


def test_the_authority_sees_every_server(one_node: Nodes) -> None:
    state = one_node.run(state_of(one_node.membership("manager"), one_node.authority))
    assert state.nodes
    assert [(each.name, each.syncs) for each in state.nodes] == [(one_node.nodes[0].name, True)]
    assert state.leader == one_node.nodes[0].name
    assert state.has_majority
