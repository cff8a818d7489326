"""How a venue is: its nodes, who leads, whether the copies are level, which gates were seen when.

A gate sees the streams and their copies. Who holds the authority is also told by each server how
it runs: a setting in a file says nothing of the process.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from scanner.facts import Code, Fact, Value
from scanner.venue.errors import Sealed
from scanner.venue.members.joining import member_of
from scanner.venue.node.server import is_recent
from scanner.venue.provisioning import GATES, HEADS
from scanner.venue.sealing import VenueKey

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext
    from nats.js.api import RawStreamMsg

    from scanner.venue.members.membership import Membership

_ANSWER_SECONDS = 2.0
_FLUSH_SECONDS = 2
_AT_ONCE = 32

_T = TypeVar("_T")


class Standing(Code):
    """How a venue is, in a line."""

    NODES = "node.state"
    TOLERANT = "node.tolerant"


class Trouble(Code):
    """What keeps a venue from going on when one more node fails, or from going on at all."""

    ONE_NODE = "node.one_node"
    MISSING = "node.missing"
    NO_MAJORITY = "node.no_majority_now"
    NO_LEADER = "node.no_leader"
    NOT_SYNCED = "node.not_synced"
    TOO_OLD = "node.too_old"
    BEHIND = "node.behind"
    UNCHECKED = "node.unchecked"


@dataclass(frozen=True, slots=True)
class NodeState:
    """A server that answered.

    Attributes:
        name: the node's.
        version: of nats-server.
        syncs: whether it acknowledges only what is on its disk.
    """

    name: str
    version: str
    syncs: bool


@dataclass(frozen=True, slots=True)
class CopyState:
    """One node's copy of a stream.

    Attributes:
        node: its name.
        level: whether it has all that the leader has.
        lag: messages that it lacks.
        offline: whether the leader doesn't reach it.
    """

    node: str
    level: bool
    lag: int
    offline: bool


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream as its leader tells it.

    Attributes:
        name: the stream's.
        messages: how many it has.
        leader: the node that leads it; None where none does.
        copies: the others' copies.
    """

    name: str
    messages: int
    leader: str | None
    copies: tuple[CopyState, ...] = ()


@dataclass(frozen=True, slots=True)
class GateState:
    """A gate that the venue has heard of.

    Attributes:
        public: its key.
        name: as it joined; empty where that isn't known.
        seen: when its journal's head came last, by the leader's clock.
        expelled: whether it is shut out; known to who holds the authority alone.
    """

    public: str
    name: str
    seen: datetime | None
    expelled: bool = False


@dataclass(frozen=True, slots=True)
class VenueState:
    """A venue, as it was seen from one connection.

    Attributes:
        name: as people call it.
        venue: its id.
        count: how many nodes it is made for.
        nodes: the servers that answered; None where this computer may not ask them.
        streams: all streams.
        gates: all gates, by name.
        address: the node's that this computer is connected to.
        round_trip_seconds: between them.
    """

    name: str
    venue: str
    count: int
    nodes: tuple[NodeState, ...] | None
    streams: tuple[StreamState, ...]
    gates: tuple[GateState, ...]
    address: str
    round_trip_seconds: float

    @property
    def up(self) -> int:
        """How many nodes are there."""
        if self.nodes is not None:
            return len(self.nodes)
        seen = {each.leader for each in self.streams if each.leader}
        for each in self.streams:
            seen |= {copy.node for copy in each.copies if not copy.offline}
        return len(seen) or 1

    @property
    def has_majority(self) -> bool:
        """Tell whether anything can be claimed."""
        led = self.count == 1 or any(each.leader for each in self.streams)
        return led and self.up > self.count // 2

    @property
    def may_fail(self) -> int:
        """How many more nodes may fail before nothing can be claimed, by their number alone."""
        return max(0, self.up - self.count // 2 - 1)

    @property
    def leader(self) -> str | None:
        """The node that leads most streams, and those of claims before others."""
        led = [each.leader for each in self.streams if each.leader]
        claims = [s.leader for s in self.streams if s.leader and s.name.startswith("KV_")]
        found = claims or led
        return max(set(found), key=lambda each: (found.count(each), each)) if found else None

    @property
    def troubles(self) -> tuple[Fact, ...]:
        """Why the venue is not fault-tolerant; empty where it is."""
        found = []
        numbers: dict[str, Value] = {"up": self.up, "of": self.count}
        away = sorted({c.node for s in self.streams for c in s.copies if c.offline})
        if self.up <= self.count // 2:
            found.append(Fact(Trouble.NO_MAJORITY, numbers))
        elif not self.has_majority:
            found.append(Fact(Trouble.NO_LEADER, numbers))
        elif self.up < self.count:
            found.append(Fact(Trouble.MISSING, {**numbers, "away": ", ".join(away)}))
        if self.count == 1:
            found.append(Fact(Trouble.ONE_NODE))
        for node in self.nodes or ():
            if not node.syncs:
                found.append(Fact(Trouble.NOT_SYNCED, {"node": node.name}))
            if not is_recent(node.version):
                found.append(Fact(Trouble.TOO_OLD, {"node": node.name, "version": node.version}))
        behind = {c.node for s in self.streams for c in s.copies if not c.level and not c.offline}
        found += [Fact(Trouble.BEHIND, {"node": each}) for each in sorted(behind)]
        if self.nodes is None:
            found.append(Fact(Trouble.UNCHECKED))
        return tuple(found)

    @property
    def is_tolerant(self) -> bool:
        """Tell whether a node may fail without harm; known to who holds the authority alone."""
        return not self.troubles

    @property
    def needs_care(self) -> bool:
        """Tell whether somebody has to see to something; a venue of one node is as it was made."""
        as_made = {Trouble.ONE_NODE, Trouble.UNCHECKED}
        return any(each.code not in as_made for each in self.troubles)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What a person is told of it."""
        numbers: dict[str, Value] = {"up": self.up, "of": self.count, "leader": self.leader or "-"}
        told = Fact(Standing.NODES, numbers)
        if self.is_tolerant:
            return told, Fact(Standing.TOLERANT, {"count": self.may_fail})
        return told, *self.troubles

    def as_json(self) -> dict[str, Any]:
        """Return everything, for programs."""
        gates = [
            {**asdict(each), "seen": each.seen.isoformat() if each.seen else None}
            for each in self.gates
        ]
        return {
            **asdict(self),
            "gates": gates,
            "up": self.up,
            "leader": self.leader,
            "may_fail": self.may_fail,
            "fault_tolerant": self.is_tolerant,
            "troubles": [each.as_json() for each in self.troubles],
        }


async def look(
    nc: "Client",
    membership: "Membership",
    servers: Sequence[Mapping[str, Any]] | None = None,
    count: int | None = None,
    expelled: frozenset[str] = frozenset(),
) -> VenueState:
    """Return how the venue is.

    Args:
        nc: a connection of a gate, or of a node.
        membership: of the venue.
        servers: what each server told of itself (`VARZ`), to who may ask.
        count: how many nodes the venue is made for; as many as there are copies if not told.
        expelled: the keys of gates that are shut out.

    Raises:
        nats.errors.Error: the connection is gone.
    """
    js = nc.jetstream(timeout=_ANSWER_SECONDS)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await nc.flush(_FLUSH_SECONDS)
    took = loop.time() - began
    url = nc.connected_url
    address = url.netloc if url else ""
    nodes = None if servers is None else _nodes(servers)
    alone = nodes[0].name if nodes else address
    streams = await _streams(nc, js, alone)
    return VenueState(
        name=membership.name,
        venue=membership.venue,
        count=count or max((len(each.copies) + 1 for each in streams), default=1),
        nodes=nodes,
        streams=streams,
        gates=await _gates(js, VenueKey(membership.secret), expelled),
        address=address,
        round_trip_seconds=took,
    )


def _nodes(servers: Sequence[Mapping[str, Any]]) -> tuple[NodeState, ...]:
    found = []
    for each in servers:
        server, data = each.get("server", {}), each.get("data", {})
        config = data.get("jetstream", {}).get("config", {})
        syncs = config.get("sync_always") is True
        found.append(NodeState(str(server.get("name")), str(server.get("ver")), syncs))
    return tuple(sorted(found, key=lambda each: each.name))


async def _streams(nc: "Client", js: "JetStreamContext", alone: str) -> tuple[StreamState, ...]:
    """Return all streams; none where nobody leads the servers.

    A venue's only node is `alone`: its answers name no leader.
    """
    import nats.errors

    try:
        answer = await nc.request("$JS.API.STREAM.NAMES", b"{}", timeout=_ANSWER_SECONDS)
    except (TimeoutError, nats.errors.Error):
        return ()
    names = sorted(json.loads(answer.data).get("streams") or ())
    return tuple(await _each(names, lambda name: _stream(js, name, alone)))


async def _stream(js: "JetStreamContext", name: str, alone: str) -> StreamState:
    import nats.errors

    try:
        info = await js.stream_info(name)
    except (TimeoutError, nats.errors.Error):
        return StreamState(name, 0, None)
    cluster = info.cluster
    if cluster is None:
        return StreamState(name, info.state.messages, alone)
    copies = tuple(
        CopyState(str(each.name), bool(each.current), each.lag or 0, bool(each.offline))
        for each in cluster.replicas or ()
    )
    return StreamState(name, info.state.messages, cluster.leader or None, copies)


async def _gates(
    js: "JetStreamContext", key: VenueKey, expelled: frozenset[str]
) -> tuple[GateState, ...]:
    """Return the gates that joined, and those whose heads came."""
    entries, heads = await _last(js, GATES), await _last(js, HEADS)
    names: dict[str, str] = {}
    for subject, entry in entries.items():
        with suppress(Sealed):
            names[_public(subject)] = member_of(key, subject, entry.data or b"").gate
    seen = {_public(subject): head.time for subject, head in heads.items()}
    found = [
        GateState(each, names.get(each, ""), seen.get(each), each in expelled)
        for each in names | seen
    ]
    return tuple(sorted(found, key=lambda each: (each.name, each.public)))


async def _last(js: "JetStreamContext", stream: str) -> "dict[str, RawStreamMsg]":
    """Return the last message of each subject of a stream."""
    import nats.errors

    try:
        subjects = (await js.stream_info(stream, subjects_filter=">")).state.subjects or {}
        found = await _each(sorted(subjects), lambda each: js.get_last_msg(stream, each))
    except (TimeoutError, nats.errors.Error):
        return {}
    return {str(each.subject): each for each in found}


async def _each(names: Iterable[str], ask: Callable[[str], Awaitable[_T]]) -> list[_T]:
    """Ask about each name, many at once and not all."""
    free = asyncio.Semaphore(_AT_ONCE)

    async def one(name: str) -> _T:
        async with free:
            return await ask(name)

    return await asyncio.gather(*map(one, names))


def _public(subject: str) -> str:
    return subject.rpartition(".")[2]
