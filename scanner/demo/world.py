"""What both demos are played in: a mock server of its own process, its tickets, an open session."""

import asyncio
import json
import os
import random
import subprocess
import sys
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from scanner.admission.names import tag_of
from scanner.app.platforms import provider_of
from scanner.demo.cable import Cable
from scanner.demo.crowd import CrowdTicket
from scanner.errors import ScannerError
from scanner.facts import Code
from scanner.keystore import KeyStore
from scanner.paths import database_file
from scanner.platform.access import Request
from scanner.platform.paged_list import read_whole
from scanner.platform.resources import Admission, Page
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.opening import Opened, open_gate
from scanner.ticketing.client import CLIENT_VERSION, TickeTing
from scanner.ticketing.resources import Ticket


class DemoFault(Code):
    """Why the demo can't go on."""

    SERVER_NOT_STARTED = "demo.server_not_started"
    GATE_ENDED = "demo.gate_ended"
    GATE_NOT_RUNNING = "demo.gate_not_running"
    GATE_ANSWER = "demo.gate_answer"
    VENUE_SILENT = "demo.venue_silent"
    PRETIX_ADDRESS = "demo.pretix_address"
    PRETIX_TOKEN_MISSING = "demo.pretix_token_missing"  # noqa: S105 - a code
    PRETIX_TOKEN_REFUSED = "demo.pretix_token_refused"  # noqa: S105 - a code
    PRETIX_ELSEWHERE = "demo.pretix_elsewhere"
    PRETIX_NO_ORGANISER = "demo.pretix_no_organiser"
    PRETIX_NOT_ALLOWED = "demo.pretix_not_allowed"


class DemoError(ScannerError):
    """The demo can't be played."""


class GateGone(DemoError):
    """The gate's process has ended, or no longer answers as it should."""


OTHER_GATE = "demo-2"
"""The device that admits some patrons before the demo begins."""

DEVICE = "demo-1"
GUARD = "Demo"

DIFFICULTY = 0.5
"""Of the pictures, 0 to 1: dim and noisy, so that some frames need the slower passes."""

_ELSEWHERE_SHARE = 0.05

_END_SECONDS = 10


@dataclass(frozen=True, slots=True)
class World:
    """The server's address, and what a gate needs to open a session there."""

    url: str
    port: int
    event: str
    api_key: str = field(repr=False)
    global_code: str = field(repr=False)
    code: str = field(repr=False)


@contextmanager
def world(tickets: int, seed: int, *, nice: int = 0) -> Iterator[World]:
    """Run the server while the context lasts.

    Args:
        tickets: how many the event has.
        seed: decides the tickets and their owners.
        nice: the server process's nice value (nice(2)); 0 leaves it.

    Raises:
        DemoError: the server did not start.
    """
    options = {"tickets": tickets, "sections": 3, "seed": seed, "port": 0}
    flags = [f"--{name}={value}" for name, value in options.items()]
    with subprocess.Popen(  # noqa: S603 - this very program
        [sys.executable, "-m", "scanner.mock", "--until-eof", *flags],
        stdin=subprocess.PIPE,  # the server ends with its parent, even a killed one
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as server:
        try:
            if nice:
                os.setpriority(os.PRIO_PROCESS, server.pid, nice)
            yield _read(server.stdout.readline() if server.stdout else "")
        finally:
            server.terminate()
            try:
                server.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()


def _read(line: str) -> World:
    try:
        found = json.loads(line)
    except ValueError:
        raise DemoError(DemoFault.SERVER_NOT_STARTED) from None
    codes = [token["code"] for token in found["tokens"]]
    port = int(found["url"].rstrip("/").rsplit(":", 1)[-1])
    return World(found["url"], port, found["event"], found["api_key"], codes[0], codes[-1])


async def all_tickets(at: World) -> list[Ticket]:
    """Read every ticket of the event, with its owner."""
    async with TickeTing(at.url, at.api_key) as api:
        key = (await api.token_grant(at.global_code)).key
    async with TickeTing(at.url, key) as api:

        async def ask(page: int, records: int) -> Page[Ticket]:
            return await api.tickets(at.event, page=page, records=records)

        return [*(await read_whole(ask, lambda each: each.serial, api.page_size)).entries]


async def admit_elsewhere(at: World, serials: list[str]) -> None:
    """Admit serials at another gate."""
    async with TickeTing(at.url, at.api_key) as api:
        key = (await api.token_grant(at.global_code)).key
    async with TickeTing(at.url, key) as api:
        await api.admit(at.event, redeemer="Kim", device=OTHER_GATE, serials=serials)


async def admitted_by(at: World, tags: Container[str | None]) -> set[str]:
    """Return the serials that devices of these tags admitted, by the server's record."""
    async with TickeTing(at.url, at.api_key) as api:

        async def ask(page: int, records: int) -> Page[Admission]:
            return await api.admissions(at.event, page=page, records=records)

        listed = await read_whole(ask, lambda each: each.serial, api.page_size)
    return {each.serial for each in listed.entries if tag_of(each.device) in tags}


def misbehave(at: World, **how: int) -> dict[str, int]:
    """Have the server do what the contract doesn't say; see `scanner.mock.call.Faults`.

    Returns:
        All that it does now.

    Raises:
        DemoError: the server did not answer.
    """
    return {name: int(value) for name, value in command(at, "faults", how).items()}


def command(at: World, path: str, body: Mapping[str, object]) -> dict[str, Any]:
    """Command the made-up server, below `/_mock/`: what no API of a vendor's offers.

    Raises:
        DemoError: the server did not answer, or did not obey.
    """
    try:
        done = httpx.post(
            f"{at.url}_mock/{path}",
            json=body,
            headers={"X-API-Key": at.api_key, "X-Client-Version": CLIENT_VERSION},
            trust_env=False,
        )
        answer: dict[str, Any] = done.raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise DemoError(DemoFault.SERVER_NOT_STARTED) from error
    return answer


def stage_for(server: World, seed: int) -> tuple[frozenset[str], list[CrowdTicket], list[str]]:
    """Return the token's sections, all tickets, and the serials that another gate admitted."""
    return asyncio.run(_stage(server, seed))


def some_elsewhere(ours: Sequence[str], seed: int) -> list[str]:
    """Draw those whom another gate admits before the demo begins."""
    rng = random.Random(seed)  # noqa: S311 - a crowd, not a secret
    return rng.sample(ours, max(1, int(len(ours) * _ELSEWHERE_SHARE)))


def open_home(home: Path, server: World, cable: Cable, device: str = DEVICE) -> Opened:
    """Open a session in a data folder, through the network cable."""
    request = Request(
        api=f"http://127.0.0.1:{cable.port}/",
        code=server.code,
        name=GUARD,
        device=device,
        key=server.api_key,
    )
    with Writer(database_file(home)) as writer:
        keys = KeyStore(home, file_only=True)
        return asyncio.run(open_gate(request, provider_of(), writer, keys, utc_now))


async def _stage(server: World, seed: int) -> tuple[frozenset[str], list[CrowdTicket], list[str]]:
    async with TickeTing(server.url, server.api_key) as api:
        permitted = (await api.token_grant(server.code)).sections
    tickets = await all_tickets(server)
    ours = sorted(each.serial for each in tickets if each.section in permitted)
    elsewhere = some_elsewhere(ours, seed)
    await admit_elsewhere(server, elsewhere)
    crowd = [
        CrowdTicket(t.serial, t.section, t.owner.identity if t.owner else None) for t in tickets
    ]
    return permitted, crowd, elsewhere
