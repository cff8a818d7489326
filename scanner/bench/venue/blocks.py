"""Building blocks to plan a venue with: what a create, a claim kept and a claim told take."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter, sleep
from typing import TYPE_CHECKING

from scanner.bench.figure import median, p99
from scanner.bench.venue.block import Block
from scanner.bench.venue.engine import (
    BARE,
    Bare,
    bare_stream,
    dial,
    provide_bare,
    servers,
    stored,
    taken,
)
from scanner.demo.relay import Relay
from scanner.demo.venue_nodes import HERE, VenueNodes
from scanner.venue.provisioning import claims_bucket

if TYPE_CHECKING:
    from nats.aio.client import Client

SIZES = (1, 3, 5)
TEN_MILLION = 10_000_000

_ALONE = 1000
_RATE_CREATES = 10_000
_WATCHERS = 40
_TOLD = 500
_SETTLE_SECONDS = 1.0
"""After which servers have written what they were given and their memory stands still."""


def measure(folder: Path, claims: int) -> Iterator[Block]:
    """Measure all blocks, one after the other.

    Args:
        folder: an empty folder on the disk that the nodes would have.
        claims: how many are kept, for disk and memory by claim.
    """
    for count in SIZES:
        yield from _creates(folder / f"creates-{count}", count)
    yield from _kept(folder / "kept", claims)
    yield from _told(folder / "told")


def _creates(folder: Path, count: int) -> Iterator[Block]:
    """Time the start, creates one after the other, and many at the same time."""
    begun = perf_counter()
    with VenueNodes(folder, count) as nodes:
        provide_bare(nodes)
        of = f"{count} node{'s' * (count > 1)}"
        yield Block(f"{of}: from the start to the first bucket", perf_counter() - begun, "s")
        times, rate, each = asyncio.run(_timed(nodes))
        yield Block(f"{of}: memory of a new node", taken(servers(nodes)).memory / count / 1e6, "MB")
    yield Block(f"{of}: one create, median", median(times), "ms")
    yield Block(f"{of}: one create, p99", p99(times), "ms")
    yield Block(f"{of}: creates a second, 64 on their way", rate, "")
    yield Block(f"{of}: processor time of a create, all nodes together", each * 1e6, "µs")


async def _timed(nodes: VenueNodes) -> tuple[list[float], float, float]:
    """Return the seconds of creates one by one, the rate of many, and the processor's for each."""
    nc = await dial(nodes.join("bench"))
    try:
        bare = Bare(nc.jetstream(), "a")
        times = [await bare.create() for _ in range(_ALONE)]
        before, begun = taken(servers(nodes)), perf_counter()
        await bare.many(_RATE_CREATES)
        seconds, after = perf_counter() - begun, taken(servers(nodes))
    finally:
        await nc.close()
    return times, _RATE_CREATES / seconds, (after.seconds - before.seconds) / _RATE_CREATES


def _kept(folder: Path, claims: int) -> Iterator[Block]:
    """Keep claims in a venue of three nodes: disk and memory of each, and a node's way back."""
    with VenueNodes(folder, 3) as nodes:
        provide_bare(nodes)
        half = _filled(nodes, "a", claims // 2)
        full = _filled(nodes, "b", claims - claims // 2)
        slopes = [
            (after - before) / (claims - claims // 2)
            for before, after in zip(half, full, strict=True)
        ]
        for what, of, slope in zip(("disk", "memory"), full, slopes, strict=True):
            yield Block(f"3 nodes: {what} of a claim, on each node", slope, "bytes")
            yield Block(f"3 nodes: {what} of a node with {claims:,} claims", of / 1e6, "MB")
            reckoned = (of + slope * (TEN_MILLION - claims)) / 1e9
            yield Block(f"3 nodes: {what} of a node with ten million claims", reckoned, "GB", True)
        having = f"with {claims:,} claims"
        rate = asyncio.run(_late(nodes))
        yield Block(f"a bare reader that comes late, {having}: claims a second", rate, "")
        yield Block(f"3 nodes: a killed node {having} answers again after", _back(nodes), "s")
        again = taken([nodes.nodes[1].server.pid]).memory / 1e6
        yield Block(f"3 nodes: memory of a node that came back {having}", again, "MB")


def _filled(nodes: VenueNodes, name: str, claims: int) -> tuple[float, float]:
    """Create claims; return the bytes on a node's disk, and in a node's memory."""

    async def fill() -> None:
        nc = await dial(nodes.join(name))
        try:
            await Bare(nc.jetstream(), name).many(claims)
        finally:
            await nc.close()

    asyncio.run(fill())
    sleep(_SETTLE_SECONDS)
    return stored(nodes), taken(servers(nodes)).memory / len(nodes.nodes)


def _back(nodes: VenueNodes) -> float:
    server = nodes.nodes[1].server
    server.kill()
    begun = perf_counter()
    server.start()
    server.wait()
    return perf_counter() - begun


async def _late(nodes: VenueNodes) -> float:
    """Read all claims as a gate does that has none; return how many came in a second."""
    nc = await dial(nodes.join("late"))
    try:
        total = (await nc.jetstream().stream_info(bare_stream())).state.messages
        begun = perf_counter()
        await _read(nc, total)
        return total / (perf_counter() - begun)
    finally:
        await nc.close()


async def _read(nc: "Client", total: int) -> None:
    """Read so many claims from the first on."""
    subscription = await nc.jetstream().subscribe(
        f"$KV.{claims_bucket(BARE)}.>", ordered_consumer=True
    )
    for _ in range(total):
        await subscription.next_msg(timeout=30)


def _told(folder: Path) -> Iterator[Block]:
    """Tell each claim to many gates: what that takes at a node, on the wire, and in memory."""
    with VenueNodes(folder, 1) as nodes:
        provide_bare(nodes)
        alone = asyncio.run(_create(nodes, "alone"))
        before = taken(servers(nodes)).memory
        seconds, memory, wire = asyncio.run(_watched(nodes))
    told = (seconds - alone) / (_WATCHERS * _TOLD)
    yield Block("telling a claim to one gate: processor time at its node", told * 1e6, "µs")
    yield Block("telling a claim to one gate: on the wire, TLS included", wire / _TOLD, "bytes")
    yield Block("a gate: memory at its node", (memory - before) / _WATCHERS / 1e3, "kB")


async def _create(nodes: VenueNodes, name: str) -> float:
    """Create some claims one by one; return the servers' processor time."""
    nc = await dial(nodes.join(name))
    try:
        bare, before = Bare(nc.jetstream(), name), taken(servers(nodes)).seconds
        for _ in range(_TOLD):
            await bare.create()
        return taken(servers(nodes)).seconds - before
    finally:
        await nc.close()


async def _watched(nodes: VenueNodes) -> tuple[float, int, int]:
    """Create claims while many watch; return processor time, memory, and one watcher's bytes."""
    line = Relay(nodes.nodes[0].server.config.client_port)
    await line.open()
    first = replace(nodes.join("gate"), nodes=(f"{HERE}:{line.port}",))
    others = [nodes.join(f"gate-{number}") for number in range(1, _WATCHERS)]
    watchers = [await dial(each) for each in (first, *others)]
    try:
        reading = [asyncio.create_task(_read(each, 2 * _TOLD)) for each in watchers]
        await asyncio.sleep(2 * _SETTLE_SECONDS)  # they have read what was there
        wire, before = line.bytes_back, taken(servers(nodes))
        await _create(nodes, "watched")
        await asyncio.gather(*reading)
        seconds = taken(servers(nodes)).seconds - before.seconds
        return seconds, before.memory, line.bytes_back - wire
    finally:
        for each in watchers:
            await each.close()
        await line.cut()
