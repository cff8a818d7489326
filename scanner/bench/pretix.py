"""A first sync and a replay at a real pretix, against bare httpx calls of the same requests.

Most of the time is the server's own. So each figure names the server's share: what the bare calls
take of the time that the gate takes, in turn and in one run.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple
from uuid import uuid4

import httpx

from scanner.app.platforms import provider_of
from scanner.bench.figure import Figure
from scanner.demo.pretix_world import PretixAccess, PretixWorld, make_world
from scanner.demo.world import DEVICE, GUARD
from scanner.gate import Gate
from scanner.keystore import KeyStore
from scanner.platform.access import PRETIX, Request, without_pause
from scanner.platform.protocol import Platform
from scanner.platform.server_time import ServerTime
from scanner.pretix.client import Pretix
from scanner.pretix.platform import PretixPlatform
from scanner.pretix.setup import gate_credentials
from scanner.store import ledger, sessions, tickets
from scanner.store.database import open_database, transaction
from scanner.store.ledger import State
from scanner.store.sessions import StoredSession
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.engine import Engine, Pace
from scanner.sync.opening import open_gate
from scanner.sync.pull import Pull

SYNC_SHARE = 0.5
"""Of the bare calls' rate: a first sync also reads and writes what they only fetch."""

REPLAY_SHARE = 0.8
"""Of the bare calls' rate, as at TickeTing."""

_ORDER = 4
"""Tickets of an order, as people buy them."""

_ROUNDS = 3
"""Of the bare calls and of the gate in turn: what disturbs one round is not the figure."""

_TIMEOUT_SECONDS = 60.0


def measure_ingest(folder: Path, access: PretixAccess, count: int) -> list[Figure]:
    """Time first syncs of an event that is made for it.

    Raises:
        DemoError, TicketingError: pretix does not let it be made, or fails.
    """
    made = make_world(access, count, order=_ORDER)
    try:
        bare, ours = asyncio.run(_sync_in_turn(folder, made))
    finally:
        made.end()
    what = f"first sync of {count:,} tickets of a pretix"
    return [_figure(what, "tickets/s", _Timed(count, ours, bare), SYNC_SHARE)]


def measure_replay(folder: Path, access: PretixAccess, count: int) -> list[Figure]:
    """Time the delivery of queued admissions to an event that is made for it; raises as above."""
    # One product of three is not on the list; half of the others is the bare calls'.
    made = make_world(access, 3 * count * _ROUNDS)
    try:
        with Writer(folder / "replay.sqlite3") as writer:
            keys = KeyStore(folder, file_only=True)
            bare, ours = asyncio.run(_replay_in_turn(writer, keys, made, count))
            confirmed = writer.submit(ledger.counts).result()[State.CONFIRMED]
    finally:
        made.end()
    if confirmed != count * _ROUNDS:
        raise AssertionError(f"{confirmed} admissions of {count * _ROUNDS} were confirmed")
    what = f"replay of {count:,} admissions to a pretix"
    return [_figure(what, "admissions/s", _Timed(count, ours, bare), REPLAY_SHARE)]


class _Timed(NamedTuple):
    """How many of anything a round has, and the seconds of each round."""

    work: int
    ours: Sequence[float]
    bare: Sequence[float]


def _figure(what: str, unit: str, timed: _Timed, limit: float) -> Figure:
    """Name the server's share; where what disturbs both makes it more than all, it is all."""
    ours, bare = median(timed.ours), median(timed.bare)
    named = f"{what}, whose own answers take {min(1, bare / ours):.0%} of the time"
    rates = timed.work / ours, timed.work / bare
    return Figure(named, unit, rates[0], limit, timed.work, rates[1], at_least=True)


@dataclass
class _Noted(httpx.AsyncBaseTransport):
    """Sends requests as httpx does, and keeps them with the statuses of their answers."""

    sent: list[tuple[httpx.Request, int]] = field(default_factory=list)
    within: httpx.AsyncHTTPTransport = field(default_factory=httpx.AsyncHTTPTransport)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.within.handle_async_request(request)
        self.sent.append((request, answer.status_code))
        return answer

    async def aclose(self) -> None:
        await self.within.aclose()


async def _sync_in_turn(folder: Path, made: PretixWorld) -> tuple[list[float], list[float]]:
    """Return the seconds of the bare calls and of a first sync, for each round."""
    held = gate_credentials(made.gate, made.path)
    noted = _Noted()
    api = Pretix(held.api, held.key, transport=noted)
    await _sync(
        folder / "noted.sqlite3", made, PretixPlatform(api, held, DEVICE, "en", without_pause)
    )
    bare, ours = list[float](), list[float]()
    for number in range(_ROUNDS):
        async with _client() as client:
            begun = perf_counter()
            for request, status in noted.sent:
                answer = await client.request(request.method, request.url, headers=request.headers)
                if answer.status_code != status:
                    raise AssertionError(f"{request.url.path}: {answer.status_code}, not {status}")
            bare.append(perf_counter() - begun)
        platform = provider_of(PRETIX).connect(held, DEVICE)
        ours.append(await _sync(folder / f"alone-{number}.sqlite3", made, platform))
    return bare, ours


async def _sync(file: Path, made: PretixWorld, platform: Platform) -> float:
    """Read the whole list into a new cache; returns the seconds."""
    provider = provider_of(PRETIX)
    session = StoredSession(
        made.gate.url,
        made.path.at(made.gate.url),
        "Bench",
        GUARD,
        DEVICE,
        utc_now(),
        platform=provider.name,
        form=provider.form,
        passages=provider.passages,
    )
    with closing(open_database(file)) as conn, transaction(conn):
        sessions.open_session(conn, session)
    with Writer(file) as writer:
        try:
            begun = perf_counter()
            pull = Pull(platform, writer, ServerTime(utc_now))
            await pull.write_scope(session, await platform.scope())
            await pull.everything(session)
            seconds = perf_counter() - begun
        finally:
            await platform.close()
        found = writer.submit(tickets.count_tickets).result()
    if found != len(made.on_the_list):
        raise AssertionError(f"{found} tickets of {len(made.on_the_list)} can admit")
    return seconds


async def _replay_in_turn(
    writer: Writer, keys: KeyStore, made: PretixWorld, count: int
) -> tuple[list[float], list[float]]:
    """Return the seconds of the bare calls and of the replay, for each round."""
    event = made.path.at(made.gate.url)
    request = Request(made.gate.url, "", GUARD, DEVICE, key=made.gate.key, event=event)
    await open_gate(request, provider_of(PRETIX), writer, keys, utc_now)
    engine = Engine(writer, keys, utc_now, provider_of(PRETIX).connect, Pace(timedelta(hours=1)))
    gate, secrets = Gate(writer), iter(made.on_the_list)
    bare, ours = list[float](), list[float]()
    try:
        for _ in range(_ROUNDS):
            bare.append(await _redeem(made, [next(secrets) for _ in range(count)]))
            for _ in range(count):
                await asyncio.wrap_future(gate.present(next(secrets), utc_now(), "bench"))
            begun = perf_counter()
            await engine.replay()
            ours.append(perf_counter() - begun)
    finally:
        await engine.close()
    return bare, ours


async def _redeem(made: PretixWorld, secrets: Sequence[str]) -> float:
    """Redeem tickets by bare calls, with the fields of a gate's; returns the seconds."""
    url = f"{made.other.url}api/v1/organizers/{made.path.organizer}/checkinrpc/redeem/"
    headers = {"Authorization": f"Device {made.other.key}", "Content-Type": "application/json"}
    async with _client() as client:
        begun = perf_counter()
        for each in secrets:
            body = {
                "secret": each,
                "source_type": "barcode",
                "lists": [made.path.number],
                "type": "entry",
                "datetime": utc_now().isoformat(),
                "ignore_unpaid": True,
                "questions_supported": False,
                "nonce": uuid4().hex,
                "force": False,
            }
            answer = await client.post(url, content=json.dumps(body), headers=headers)
            if answer.status_code != httpx.codes.CREATED:
                raise AssertionError(f"{answer.status_code}: {answer.text[:200]}")
        return perf_counter() - begun


@asynccontextmanager
async def _client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
        yield client
