"""What a venue of three real nodes keeps, whatever becomes of one of them, or of all."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import nats.errors
import pytest
from nats.aio.client import Client
from nats.js.errors import Error as JetStreamError

from scanner.venue.client import connect
from scanner.venue.errors import VenueError
from scanner.venue.members.dialling import address, dial, options
from scanner.venue.members.expelling import expel
from scanner.venue.members.membership import Membership
from scanner.venue.node.administration import state_of
from scanner.venue.provisioning import bucket_stream, claims_bucket, provide_event
from tests.venue.nodes import PATIENCE_SECONDS, Nodes

pytestmark = pytest.mark.venue

EVENT = "0e" * 8
BUCKET = claims_bucket(EVENT)
STREAM = bucket_stream(BUCKET)

_T = TypeVar("_T")


@pytest.fixture
def venue(three_nodes: Nodes) -> Iterator[Nodes]:
    """Three nodes with an event."""

    async def open_event(nc: Client) -> None:
        await provide_event(nc.jetstream(), EVENT, [], 3)

    three_nodes.asked(open_event)
    yield three_nodes


async def as_gate(membership: Membership) -> Client:
    """Connect as a gate, lasting."""

    async def unheard(_: Exception) -> None:
        pass

    return await connect(
        [address(each) for each in membership.nodes],
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.1,
        error_cb=unheard,
        **options(membership.ca, membership.seed, membership.jwt or ""),
    )


class Claims:
    """Claims made by one gate, and what became of each."""

    def __init__(self) -> None:
        self.acknowledged: dict[str, int] = {}
        self.unanswered: list[str] = []

    async def make(self, nc: Client, keys: list[str]) -> None:
        js = nc.jetstream(timeout=0.5)
        kv = await patient(lambda: js.key_value(BUCKET))
        for key in keys:
            try:
                self.acknowledged[key] = await kv.create(key, b"mine")
            except (TimeoutError, nats.errors.Error):
                self.unanswered.append(key)


async def patient(ask: Callable[[], Awaitable[_T]]) -> _T:
    """Ask until there is an answer: after a leader's death it takes some seconds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                return await ask()
            except (TimeoutError, nats.errors.Error):
                await asyncio.sleep(0.05)


def keys(name: str, count: int = 50) -> list[str]:
    return [f"{name}{number:04}" for number in range(count)]


def claimed(venue: Nodes, wanted: list[str], name: str = "Tor") -> Claims:
    """Claim by a gate of its own; each key is asked for once."""
    claims = Claims()

    async def do() -> None:
        nc = await as_gate(venue.membership(name))
        try:
            await claims.make(nc, wanted)
        finally:
            await nc.close()

    venue.run(do())
    return claims


def found(venue: Nodes) -> set[str]:
    """Return all claims that the venue has; waits until it has a leader."""

    async def look(nc: Client) -> set[str]:
        async def once() -> set[str]:
            info = await nc.jetstream(timeout=1).stream_info(STREAM, subjects_filter=">")
            return {subject.rpartition(".")[2] for subject in info.state.subjects or {}}

        return await patient(once)

    return venue.asked(look)


def test_what_was_acknowledged_outlives_its_leader(venue: Nodes) -> None:
    before = claimed(venue, keys("a"))
    assert not before.unanswered
    leader = venue.leader(STREAM)
    venue.kill(leader)
    assert before.acknowledged.keys() <= found(venue)
    assert venue.leader(STREAM) != leader
    during = claimed(venue, keys("b"))
    venue.start(leader)
    assert before.acknowledged.keys() | during.acknowledged.keys() <= found(venue)


def test_all_nodes_killed_at_once_keep_what_they_acknowledged(venue: Nodes) -> None:
    made = claimed(venue, keys("a"))
    for number in range(3):
        venue.kill(number)
    for number in range(3):
        venue.start(number)
    assert made.acknowledged.keys() == found(venue)


def test_a_node_that_is_cut_off_comes_back_and_has_everything(venue: Nodes) -> None:
    away = (venue.leader(STREAM) + 1) % 3
    venue.cut(away)
    made = claimed(venue, keys("a"))
    assert made.acknowledged
    venue.heal(away)
    venue.kill(venue.leader(STREAM))  # now the one that was away is needed for a majority
    assert made.acknowledged.keys() <= found(venue)
    assert claimed(venue, keys("b")).acknowledged


def test_without_a_majority_nothing_is_acknowledged(venue: Nodes) -> None:
    claimed(venue, keys("a", 3))
    for number in (0, 1):
        venue.kill(number)
    assert not claimed_at(venue, 2, keys("b", 2)).acknowledged


def claimed_at(venue: Nodes, number: int, wanted: list[str]) -> Claims:
    """Claim at one node, without asking for the bucket first."""
    claims = Claims()

    async def do() -> None:
        gate = venue.membership("Tor")
        nc = await connect(
            [address(venue.nodes[number].address)],
            **options(gate.ca, gate.seed, gate.jwt or ""),
        )
        try:
            js = nc.jetstream(timeout=0.5)
            for key in wanted:
                try:
                    ack = await js.publish(f"$KV.{BUCKET}.{key}", b"mine")
                    claims.acknowledged[key] = ack.seq
                except (TimeoutError, nats.errors.Error, JetStreamError):
                    claims.unanswered.append(key)
        finally:
            await nc.close()

    venue.run(do())
    return claims


def test_a_gate_that_was_expelled_stays_out_of_nodes_with_an_old_configuration(
    venue: Nodes, tmp_path: Path
) -> None:
    """A node was off while a laptop was stolen; its own files still name everybody."""
    stolen, manager = venue.membership("stolen"), venue.membership("manager")
    claimed_by(venue, stolen)
    venue.stop(2)
    now = datetime.now(UTC)
    venue.run(expel(manager, venue.authority, stolen.public, now))
    assert_shut_out(venue, stolen, 0)
    venue.start(2)
    found(venue)
    assert_shut_out(venue, stolen, 2)
    for number in range(3):
        venue.kill(number)
    for number in range(3):
        venue.start(number)
    found(venue)
    for number in range(3):
        assert_shut_out(venue, stolen, number)
    claimed_by(venue, venue.membership("another"))
    gates = venue.run(state_of(manager, venue.authority)).gates
    assert [each.expelled for each in gates if each.public == stolen.public] == [True]


def claimed_by(venue: Nodes, gate: Membership) -> None:
    async def do() -> None:
        nc = await as_gate(gate)
        try:
            js = nc.jetstream(timeout=1)
            await patient(lambda: js.publish(f"$KV.{BUCKET}.{gate.public.lower()}", b"mine"))
            await patient(lambda: js.publish(f"heads.{gate.public}", b"sealed"))
        finally:
            await nc.close()

    venue.run(do())


def assert_shut_out(venue: Nodes, gate: Membership, number: int) -> None:
    """Wait until a node lets a gate in no more."""

    async def do() -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    nc = await dial(gate, [venue.nodes[number].address])
                except VenueError:
                    return
                await nc.close()
                await asyncio.sleep(0.1)

    venue.run(do())
