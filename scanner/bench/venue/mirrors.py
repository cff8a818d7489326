"""What a gate takes for the others' claims: to hear them all when it comes late, to keep them."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from scanner.admission.claim import Claim, ClaimState, Entrant, new_nonce
from scanner.bench import stock
from scanner.bench.venue.block import Block
from scanner.bench.venue.engine import NEW, dial, provide
from scanner.bench.venue.joined import joined
from scanner.demo.venue_nodes import VenueNodes
from scanner.store.migrate import cache_file
from scanner.store.venue_claims import claim_to_text
from scanner.venue.provisioning import claims_bucket
from scanner.venue.sealing import VenueKey
from scanner.venue.subjects import event_name

if TYPE_CHECKING:
    from nats.aio.client import Client

_TICKETS = 300
_AT_ONCE = 64


def measure(folder: Path, claims: int) -> Iterator[Block]:
    """Have a gate come late to so many claims, and start again with them."""
    with VenueNodes(folder / "nodes", 3) as nodes:
        key = VenueKey(nodes.invited.secret)
        event = event_name(key, stock.EVENT)
        provide(nodes, event)
        asyncio.run(_claimed(nodes, key, event, claims))
        file, member = folder / "gate.sqlite3", nodes.join("late")
        stock.fill(file, _TICKETS)
        before = cache_file(file).stat().st_size
        begun = perf_counter()
        with joined(file, member):
            late = perf_counter() - begun
        grown = cache_file(file).stat().st_size - before
        begun = perf_counter()
        with joined(file, member):
            again = perf_counter() - begun
    yield Block(f"a gate that comes late to {claims:,} claims, claims a second", claims / late, "")
    yield Block(f"a gate with {claims:,} claims, from its start to all known", again, "s")
    yield Block("a claim on a gate's disk", grown / claims, "bytes")


async def _claimed(nodes: VenueNodes, key: VenueKey, event: str, claims: int) -> None:
    """Claim tickets as other gates do."""
    nc = await dial(nodes.join("others"))
    left = iter(range(claims))
    try:
        await asyncio.gather(*(_some(nc, key, event, left) for _ in range(_AT_ONCE)))
    finally:
        await nc.close()


async def _some(nc: "Client", key: VenueKey, event: str, left: Iterator[int]) -> None:
    js = nc.jetstream()
    for number in left:
        serial = stock.serial(number)
        us = Entrant("7k3q north-1", "Ana", datetime.now(UTC), new_nonce())
        claim = claim_to_text(Claim(serial, ClaimState.HELD, us)).encode()
        name = key.name(serial)
        subject = f"$KV.{claims_bucket(event)}.{name}"
        await js.publish(subject, key.seal(claim, name), headers=NEW)
