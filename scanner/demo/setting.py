"""Prepares both demos: the crowd's tickets, and a gate with an open session."""

import asyncio
import random
from pathlib import Path

from scanner.demo.cable import Cable
from scanner.demo.world import World, admit_elsewhere, all_tickets
from scanner.keystore import KeyStore
from scanner.paths import database_file
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.opening import Opened, Request, open_gate
from scanner.ticketing.client import TickeTing
from scanner.ticketing.resources import Ticket

DEVICE = "demo-1"
GUARD = "Demo"

DIFFICULTY = 0.5
"""Of the pictures, 0 to 1: dim and noisy, so that some frames need the slower passes."""

_ELSEWHERE_SHARE = 0.05


def stage_for(server: World, seed: int) -> tuple[frozenset[str], list[Ticket], list[str]]:
    """Return the token's sections, all tickets, and the serials that another gate admitted."""
    return asyncio.run(_stage(server, seed))


def open_home(home: Path, server: World, cable: Cable) -> Opened:
    """Open a session in a data folder, through the network cable."""
    request = Request(
        api=f"http://127.0.0.1:{cable.port}/",
        code=server.code,
        name=GUARD,
        device=DEVICE,
        key=server.api_key,
    )
    with Writer(database_file(home)) as writer:
        return asyncio.run(open_gate(request, writer, KeyStore(home, file_only=True), utc_now))


async def _stage(server: World, seed: int) -> tuple[frozenset[str], list[Ticket], list[str]]:
    async with TickeTing(server.url, server.api_key) as api:
        permitted = (await api.token_grant(server.code)).sections
    tickets = await all_tickets(server)
    ours = sorted(each.serial for each in tickets if each.section in permitted)
    rng = random.Random(seed)  # noqa: S311 - a crowd, not a secret
    elsewhere = rng.sample(ours, max(1, int(len(ours) * _ELSEWHERE_SHARE)))
    await admit_elsewhere(server, elsewhere)
    return permitted, tickets, elsewhere
