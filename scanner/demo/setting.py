"""What both demos begin with: a crowd's tickets, and a gate that is open."""

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

DEVICE = "demo gate"
GUARD = "Demo guard"

DIFFICULTY = 0.5
"""Of the pictures: dim and noisy, so that some frames need the harder passes."""

_ELSEWHERE_SHARE = 0.05


def stage_for(there: World, seed: int) -> tuple[frozenset[str], list[Ticket], list[str]]:
    """Return the token's sections, all tickets, and those that another gate let in just now."""
    return asyncio.run(_stage(there, seed))


def open_home(home: Path, there: World, cable: Cable) -> Opened:
    """Open a gate in a data folder, over the cable."""
    request = Request(
        api=f"http://127.0.0.1:{cable.port}/",
        code=there.code,
        name=GUARD,
        device=DEVICE,
        key=there.api_key,
    )
    with Writer(database_file(home)) as writer:
        return asyncio.run(open_gate(request, writer, KeyStore(home, file_only=True), utc_now))


async def _stage(there: World, seed: int) -> tuple[frozenset[str], list[Ticket], list[str]]:
    async with TickeTing(there.url, there.api_key) as api:
        permitted = (await api.token_grant(there.code)).sections
    tickets = await all_tickets(there)
    ours = sorted(each.serial for each in tickets if each.section in permitted)
    rng = random.Random(seed)  # noqa: S311 - a crowd, not a secret
    elsewhere = rng.sample(ours, max(1, int(len(ours) * _ELSEWHERE_SHARE)))
    await admit_elsewhere(there, elsewhere)
    return permitted, tickets, elsewhere
