"""A mock server in a process of its own, with an evening's tickets in it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from scanner.demo.errors import DemoError
from scanner.ticketing.client import TickeTing
from scanner.ticketing.resources import Ticket

OTHER_GATE = "other gate"
"""The device that has let some patrons in before the demo begins."""

_END_SECONDS = 10


@dataclass(frozen=True, slots=True)
class World:
    """Where the server is, and what opens a gate at it."""

    url: str
    port: int
    event: str
    api_key: str = field(repr=False)
    global_code: str = field(repr=False)
    code: str = field(repr=False)


@contextmanager
def world(tickets: int, seed: int, *, nice: int = 0) -> Iterator[World]:
    """Start the server, and end it afterwards.

    Args:
        tickets: of the event.
        seed: decides who they are.
        nice: how far the server stands back for other programs of this machine (nice(2)).

    Raises:
        DemoError: it does not start.
    """
    options = {"tickets": tickets, "sections": 3, "seed": seed, "port": 0}
    flags = [f"--{name}={value}" for name, value in options.items()]
    with subprocess.Popen(  # noqa: S603 - this very program
        [sys.executable, "-m", "scanner.mock", "--until-eof", *flags],
        stdin=subprocess.PIPE,  # a program that is killed leaves no server behind
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
        raise DemoError("The demo's server did not start; try again.") from None
    codes = [token["code"] for token in found["tokens"]]
    port = int(found["url"].rstrip("/").rsplit(":", 1)[-1])
    return World(found["url"], port, found["event"], found["api_key"], codes[0], codes[-1])


async def all_tickets(at: World) -> list[Ticket]:
    """Read every ticket of the event, with its owner."""
    async with TickeTing(at.url, at.api_key) as api:
        key = (await api.token_grant(at.global_code)).key
    found: list[Ticket] = []
    async with TickeTing(at.url, key) as api:
        while True:
            page = await api.tickets(at.event, page=len(found) // 500 + 1, records=500)
            found.extend(page.entries)
            if len(found) >= page.total:
                return found


async def admit_elsewhere(at: World, serials: list[str]) -> None:
    """Let some patrons in at another gate."""
    async with TickeTing(at.url, at.api_key) as api:
        key = (await api.token_grant(at.global_code)).key
    async with TickeTing(at.url, key) as api:
        await api.admit(at.event, redeemer="Night shift", device=OTHER_GATE, serials=serials)


async def admitted_by(at: World, device: str) -> set[str]:
    """Return the serials that the server attributes to a device."""
    found: set[str] = set()
    async with TickeTing(at.url, at.api_key) as api:
        number, total = 1, None
        while total is None or (number - 1) * 500 < total:
            page = await api.admissions(at.event, page=number, records=500, device=device)
            found |= {each.serial for each in page.entries}
            number, total = number + 1, page.total
    return found
