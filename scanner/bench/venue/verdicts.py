"""What a claim adds to a verdict, against one bare create at the same nodes, many times in turn."""

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from time import perf_counter, sleep

from scanner.bench import stock
from scanner.bench.figure import Figure, median, p99
from scanner.bench.venue.engine import Bare, dial, provide_bare
from scanner.bench.venue.joined import joined
from scanner.demo.venue_nodes import VenueNodes
from scanner.gate import Gate
from scanner.judging import Judged
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now

MOST_CREATES = 3.0
"""A claim may add this many bare creates to a verdict."""

SIZES = (1, 3)

_PAUSE_SECONDS = 0.01
"""Between patrons: then the gate writes down what it is told, which is no part of a verdict."""

TICKETS = 150_000


class Door:
    """A gate, and the seconds until each of its verdicts was published."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._published = 0.0
        self.seconds: list[float] = []
        gate.subscribe(self._note)

    def admit(self, serial: str) -> None:
        """Admit a ticket from another thread than the gate's, as a screen does."""
        begun = perf_counter()
        judged = self._gate.present(serial, utc_now(), "bench").result()
        if not judged.verdict.admits:
            raise AssertionError(f"{serial} was judged {judged.verdict.reason}")
        self.seconds.append(self._published - begun)

    def _note(self, _: Judged) -> None:
        self._published = perf_counter()


@contextmanager
def bare_creates(nodes: VenueNodes, name: str) -> Iterator[Callable[[], float]]:
    """Yield what makes a bare create, and returns the seconds of its round trip."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="bare", daemon=True)
    thread.start()
    nc = asyncio.run_coroutine_threadsafe(dial(nodes.join(name)), loop).result()
    bare = Bare(nc.jetstream(), name)

    try:
        yield lambda: asyncio.run_coroutine_threadsafe(bare.create(), loop).result()
    finally:
        asyncio.run_coroutine_threadsafe(nc.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def measure(folder: Path, scans: int) -> Iterator[Figure]:
    """Time admissions at a gate with claims and at one without, and bare creates, in turn.

    Args:
        folder: a folder on the disk to measure, which is made.
        scans: admissions at each gate, and creates.
    """
    for count in SIZES:
        yield from _at(folder / f"nodes-{count}", count, scans)


def _at(folder: Path, count: int, scans: int) -> Iterator[Figure]:
    with VenueNodes(folder, count) as nodes:
        provide_bare(nodes)
        alone_file, claiming_file = folder / "alone.sqlite3", folder / "claiming.sqlite3"
        stock.fill(alone_file, TICKETS)
        stock.fill(claiming_file, TICKETS)
        with (
            Writer(alone_file) as writer,
            joined(claiming_file, nodes.join("gate")) as gate,
            bare_creates(nodes, "bare") as create,
        ):
            alone, claiming, bare = Door(Gate(writer)), Door(gate.gate), list[float]()
            os.sync()
            serials = stock.scattered(TICKETS, permitted=True)
            for each in islice(serials, scans):  # one by one: disk and servers as the others find
                bare.append(create())
                alone.admit(each)
                claiming.admit(each)
                sleep(_PAUSE_SECONDS)
            if gate.claims.unanswered or len(gate.claims.seconds) != len(claiming.seconds):
                raise AssertionError(f"{gate.claims.unanswered} claims had no answer in time")
    of = f"{count} node{'s' * (count > 1)}"
    for name, part in (("median", median), ("p99", p99)):
        yield Figure(
            f"what a claim adds to a verdict, {of}, {name}",
            "ms",
            part(claiming.seconds) - part(alone.seconds),
            MOST_CREATES,
            len(bare),
            part(bare),
        )
