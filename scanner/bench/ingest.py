"""How fast a first sync writes, against bare `executemany`; and how long a scan waits meanwhile."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import closing
from itertools import cycle
from pathlib import Path
from statistics import median
from threading import Event
from time import perf_counter
from typing import Any

from scanner.bench import stock
from scanner.bench.figure import Figure, p99
from scanner.bench.floor import count_tickets, insert_all, section_ids
from scanner.bench.stock import Listing, Prepared, prepare
from scanner.gate import Gate
from scanner.platform.access import GateCredentials
from scanner.platform.server_time import ServerTime
from scanner.priority import Priority
from scanner.store import tickets
from scanner.store.database import open_database, transaction
from scanner.store.names import keep_names
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.pull import Pull
from scanner.ticketing.api import Client
from scanner.ticketing.platform import TicketingPlatform

SHARE = 0.6
"""Of the bare rate: a first sync reaches at least this."""

LONGEST_WAIT_MS = 20.0
"""No scan waits longer for bulk writes."""

_SCAN_EVERY_SECONDS = 0.01

_ROUNDS = 3
"""Of the bare writes and of the first sync in turn: what disturbs one round is not the figure."""


def measure(folder: Path, tickets: int) -> list[Figure]:
    """Time a first sync's writes, alone and then with scans in between.

    Args:
        folder: an empty folder on the disk to measure.
        tickets: how many the API lists.
    """
    bare, alone = _in_turn(folder, tickets)
    waits = _scanned(folder / "scanned.sqlite3", tickets)

    what = f"first sync of {tickets:,} tickets against one executemany"
    ours, floor = tickets / median(alone), tickets / median(bare)
    return [
        Figure(what, "tickets/s", ours, SHARE, tickets, floor, at_least=True),
        Figure("scan during a first sync, p99", "ms", p99(waits), LONGEST_WAIT_MS, len(waits)),
        Figure(
            "scan during a first sync, longest",
            "ms",
            max(waits) * 1000,
            LONGEST_WAIT_MS,
            len(waits),
        ),
    ]


async def first_sync(writer: Writer, api: Client, priority: Priority | None = None) -> None:
    """Open the bench's session and read the whole list, as a gate does.

    `priority` is what a gate claims that is presented to meanwhile.
    """
    with closing(open_database(writer.file)) as conn:
        keep_names(conn, wanted=True)
        with transaction(conn):
            stock.begin(conn, everywhere=True)
    held = GateCredentials(stock.SESSION.api, stock.SESSION.event, "", "")
    platform = TicketingPlatform(lambda _: api, held)
    pull = Pull(platform, writer, ServerTime(utc_now), priority=priority or Priority())
    await pull.everything(stock.SESSION)


def _in_turn(folder: Path, tickets: int) -> tuple[list[float], list[float]]:
    """Return the seconds of bare SQLite and of a first sync, for each round."""
    listing = asyncio.run(prepare(tickets))
    bare, alone = [], []
    for number in range(_ROUNDS):
        bare.append(_bare(folder / f"bare-{number}.sqlite3", tickets))
        alone.append(_alone(folder / f"alone-{number}.sqlite3", listing, tickets))
    return bare, alone


def _alone(file: Path, listing: Prepared, tickets: int) -> float:
    """Return the seconds that a first sync takes."""
    os.sync()
    with Writer(file) as writer:
        begun = perf_counter()
        asyncio.run(first_sync(writer, listing))
        seconds = perf_counter() - begun
        _check(writer, tickets)
    return seconds


def _scanned(file: Path, tickets: int) -> list[float]:
    """Return the seconds that scans take while a first sync makes its pages and writes them."""
    os.sync()
    with Writer(file) as writer:
        priority, done = Priority(), Event()
        gate = Gate(writer, priority=priority)

        async def work() -> list[float]:
            scanning = asyncio.create_task(asyncio.to_thread(_scan, gate, done, tickets))
            try:
                await first_sync(writer, Listing(tickets), priority)
            finally:
                done.set()
            return await scanning

        waits = asyncio.run(work())
        _check(writer, tickets)
    return waits


def _scan(gate: Gate, done: Event, tickets: int) -> list[float]:
    waits: list[float] = []
    for number in cycle(range(tickets)):
        begun = perf_counter()
        gate.present_and_wait(stock.serial(number), utc_now(), "bench")
        waits.append(perf_counter() - begun)
        if done.wait(_SCAN_EVERY_SECONDS):
            break
    return waits


def _check(writer: Writer, count: int) -> None:
    found = writer.submit(tickets.count_tickets).result()
    if found != count:
        raise AssertionError(f"{found} tickets of {count} were written")


def _bare(file: Path, tickets: int) -> float:
    """Return the seconds that bare SQLite takes for the same rows in one transaction."""
    os.sync()
    with closing(open_database(file)) as conn:
        with transaction(conn):
            stock.begin(conn, everywhere=True)
        ids = section_ids(conn)
        seconds = insert_all(conn, [_values(row, ids) for row in stock.rows(tickets)])
        found = count_tickets(conn)
    if found != tickets:
        raise AssertionError(f"{found} tickets of {tickets} were written")
    return seconds


def _values(row: tickets.TicketRow, ids: dict[str, int]) -> Sequence[Any]:
    digest = tickets.short_fingerprint(stock.digest(row))
    return (row.serial, ids[row.section], row.status.value, None, row.owner, row.name, digest, 1)
