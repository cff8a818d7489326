"""The yardstick of the venue: bare creates by nats-py alone, and what its servers take for them."""

import asyncio
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import nats
import nats.errors
from nats.js.api import Header

from scanner.demo.venue_nodes import VenueNodes
from scanner.venue.members.dialling import address, options
from scanner.venue.node.administration import as_node
from scanner.venue.provisioning import bucket_stream, claims_bucket, provide_event

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from scanner.venue.members.membership import Membership

NEW = {str(Header.EXPECTED_LAST_SUBJECT_SEQUENCE.value): "0"}
"""The header that makes a message a `create`: nobody wrote this key before."""

CLAIM_BYTES = 285
"""What a claim takes, sealed and padded (`scanner.venue.sealing`)."""

BARE = "0" * 16
"""The keyed hash of an event that no gate opens: bare creates are in its bucket."""

_PEERS_SECONDS = 20.0
_USER, _SYSTEM, _RSS = 11, 12, 21
"""Fields of `/proc/PID/stat` behind the name, from 0 (proc(5))."""


async def dial(member: "Membership") -> "Client":
    """Connect with a gate's credentials, as a gate does."""
    given = options(member.ca, member.seed, member.jwt or "")
    return await nats.connect([address(each) for each in member.nodes], **given)


def provide_bare(nodes: VenueNodes) -> None:
    """Make the bucket of bare creates, with as many replicas as there are nodes."""
    provide(nodes, BARE)


def provide(nodes: VenueNodes, event: str) -> None:
    """Make an event's bucket; `event` is its name at the engine."""

    async def make() -> None:
        nc = await as_node(nodes.join("bench"), nodes.authority, nodes.addresses)
        try:
            await _provided(nc.jetstream(), event, len(nodes.nodes))
        finally:
            await nc.close()

    nodes.run(make())


async def _provided(js: "JetStreamContext", event: str, replicas: int) -> None:
    """Make the bucket; nodes that have just found each other are no peers for a moment."""
    until = perf_counter() + _PEERS_SECONDS
    while True:
        try:
            await provide_event(js, event, (), replicas)
        except (nats.errors.Error, TimeoutError):
            if perf_counter() > until:
                raise
            await asyncio.sleep(0.1)
        else:
            return


class Bare:
    """Bare creates over one connection."""

    def __init__(self, js: "JetStreamContext", name: str) -> None:
        self._js = js
        self._keys = (f"$KV.{claims_bucket(BARE)}.{name}{number:056x}" for number in count())
        self._value = os.urandom(CLAIM_BYTES)

    async def create(self) -> float:
        """Create one key; return the seconds that the round trip took."""
        begun = perf_counter()
        await self._js.publish(next(self._keys), self._value, headers=NEW)
        return perf_counter() - begun

    async def many(self, total: int, at_once: int = 64) -> None:
        """Create so many keys, some of them on their way at the same time."""
        left = iter(range(total))

        async def some() -> None:
            for _ in left:
                await self.create()

        await asyncio.gather(*(some() for _ in range(at_once)))


@dataclass(frozen=True, slots=True)
class Taken:
    """What processes take: seconds of processor time so far, and bytes of memory now."""

    seconds: float
    memory: int


def taken(pids: Iterable[int | None]) -> Taken:
    """Return what processes have taken together."""
    seconds, memory = 0.0, 0
    for pid in pids:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
        fields = line.rpartition(")")[2].split()
        seconds += (int(fields[_USER]) + int(fields[_SYSTEM])) / os.sysconf("SC_CLK_TCK")
        memory += int(fields[_RSS]) * os.sysconf("SC_PAGE_SIZE")
    return Taken(seconds, memory)


def servers(nodes: VenueNodes) -> Sequence[int | None]:
    """Return the process numbers of the nodes' servers."""
    return [each.server.pid for each in nodes.nodes]


def stored(nodes: VenueNodes) -> int:
    """Return the bytes on disk of the bucket of bare creates, at the first node."""
    (folder,) = nodes.nodes[0].files.store.rglob(bare_stream())
    return sum(each.stat().st_blocks * 512 for each in folder.rglob("*") if each.is_file())


def bare_stream() -> str:
    """Return the stream that bare creates are kept in."""
    return bucket_stream(claims_bucket(BARE))
