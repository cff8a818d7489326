"""Gates of a venue for tests: each with a home, an engine, a cable to the server, a connection."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext

from scanner.app.venue_line import EngineLine
from scanner.platform.protocol import TicketSource
from scanner.sync.clock import utc_now
from scanner.sync.engine import Engine
from scanner.venue.carrying.line import Here
from scanner.venue.members.dialling import address, options
from scanner.venue.members.membership import Membership
from scanner.venue.sealing import VenueKey
from tests.sync.house import House
from tests.venue.nodes import Nodes


@dataclass
class VenueGate:
    """A gate that runs: its home, and what its venue's work is given."""

    house: House
    membership: Membership
    engine: Engine
    nc: Client
    here: Here

    @property
    def js(self) -> JetStreamContext:
        """The engine, with patience for a busy machine."""
        return self.nc.jetstream(timeout=20)


async def connected(membership: Membership) -> Client:
    given = options(membership.ca, membership.seed, membership.jwt or "")
    return await nats.connect([address(each) for each in membership.nodes], **given)


@asynccontextmanager
async def venue_gate(nodes: Nodes, house: House, name: str) -> AsyncIterator[VenueGate]:
    """Run a gate's engine and connect it to the venue; what it is to do there the test begins."""
    membership = nodes.membership(name)
    async with house.running() as engine:
        nc = await connected(membership)
        here = Here(
            VenueKey(membership.secret),
            membership.public,
            house.writer,
            EngineLine(engine),
            utc_now,
        )
        try:
            yield VenueGate(house, membership, engine, nc, here)
        finally:
            await nc.close()


@asynccontextmanager
async def at_work(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Let coroutines run meanwhile; raises what one of them failed with."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        for each in tasks:
            each.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        for result in ended:
            if isinstance(result, Exception):
                raise result


class NoLine:
    """The line of a gate that never reaches the platform."""

    def is_online(self) -> bool:
        return False

    async def deliver(self) -> bool:
        return False

    async def take_list(self, source: TicketSource, watermark: datetime, *, whole: bool) -> bool:
        return False

    def held(self) -> AbstractContextManager[bool]:
        return nullcontext(True)
