"""How fast a queue is delivered, against a bare httpx loop that posts the same batches."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from scanner.app.platforms import provider_of
from scanner.bench.figure import Figure
from scanner.demo.world import World, all_tickets, world
from scanner.gate import Gate
from scanner.keystore import KeyStore
from scanner.platform.access import Request
from scanner.store import ledger
from scanner.store.ledger import State
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.engine import Engine, Pace
from scanner.sync.opening import open_gate
from scanner.ticketing.client import CLIENT_VERSION, TickeTing
from scanner.ticketing.platform import LARGEST_BATCH

if TYPE_CHECKING:
    import httpx

SHARE = 0.8
"""Of the bare loop's rate: a replay reaches at least this."""

_NAME, _DEVICE = "Lee", "bench"
_ROUNDS = 3
"""Of the bare loop and of the replay in turn: what disturbs one round is not the figure."""
_SEED = 7


def measure(folder: Path, admissions: int) -> list[Figure]:
    """Deliver queued admissions to a mock server, in turn with a bare loop to its twin.

    Args:
        folder: an empty folder on the disk to measure.
        admissions: how many each time; each server gets the same serials in the same batches.
    """
    every = admissions * _ROUNDS
    with (
        world(every, _SEED) as server,
        world(every, _SEED) as twin,
        Writer(folder / "replay.sqlite3") as writer,
    ):
        keys = KeyStore(folder, file_only=True)
        ours, bare = asyncio.run(_in_turn(writer, keys, server, twin, admissions))
        confirmed = writer.submit(ledger.counts).result()[State.CONFIRMED]
    if confirmed != every:
        raise AssertionError(f"{confirmed} admissions of {every} were confirmed")
    what = f"replay of {admissions:,} admissions against bare httpx"
    rates = admissions / median(ours), admissions / median(bare)
    return [Figure(what, "admissions/s", rates[0], SHARE, admissions, rates[1], at_least=True)]


async def _in_turn(
    writer: Writer, keys: KeyStore, server: World, twin: World, admissions: int
) -> tuple[list[float], list[float]]:
    """Return the seconds of the replay and of the bare loop, for each round."""
    import httpx

    request = Request(server.url, server.global_code, _NAME, _DEVICE, server.api_key)
    await open_gate(request, provider_of(), writer, keys, utc_now)
    engine = Engine(writer, keys, utc_now, provider_of().connect, Pace(timedelta(hours=1)))
    gate = Gate(writer)
    async with TickeTing(twin.url, twin.api_key) as api:
        key = (await api.token_grant(twin.global_code)).key
    serials = [each.serial for each in await all_tickets(twin)]
    headers = {"X-API-Key": key, "X-Client-Version": CLIENT_VERSION}
    ours, bare = list[float](), list[float]()
    try:
        async with httpx.AsyncClient(base_url=twin.url, headers=headers) as client:
            for start in range(0, len(serials), admissions):
                some = serials[start : start + admissions]
                bare.append(await _post(client, twin.event, some))
                for each in some:
                    await asyncio.wrap_future(gate.present(each, utc_now(), "bench"))
                begun = perf_counter()
                await engine.replay()
                ours.append(perf_counter() - begun)
    finally:
        await engine.close()
    return ours, bare


async def _post(client: "httpx.AsyncClient", event: str, serials: Sequence[str]) -> float:
    begun = perf_counter()
    for start in range(0, len(serials), LARGEST_BATCH):
        batch = serials[start : start + LARGEST_BATCH]
        body = {"redeemer": _NAME, "device": _DEVICE, "serials": batch}
        answer = await client.post(f"{event}/admissions", json=body)
        granted = answer.json()
        if len(granted) != len(batch):
            raise AssertionError(f"{len(granted)} of {len(batch)} were granted")
    return perf_counter() - begun
