"""How long a durable verdict takes above a bare commit on the same disk, many times in turn."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter

from scanner.bench import stock
from scanner.bench.figure import Figure, median, p99
from scanner.bench.floor import Floor
from scanner.gate import Gate
from scanner.judging import Judged
from scanner.store import journal, ledger
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now

MEDIAN_MS, P99_MS = 0.5, 2.0
"""A verdict may take this much longer than one bare commit of the same run, at every size."""

_BLOCK = 25
_WAIT_SECONDS = 60
_UNKNOWN = "DAWIER-NONE00000000"


@dataclass
class _Door:
    """One gate with its tickets, and the bare loop beside it; seconds for each presentation."""

    tickets: int
    gate: Gate
    floor: Floor
    writer: Writer
    bare: list[float] = field(default_factory=list)
    admitted: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    published: float = 0.0

    def __post_init__(self) -> None:
        self.gate.subscribe(self._note)

    def work(self) -> Iterator[None]:
        """Do one block of each kind at a time, so that what disturbs one disturbs all."""
        admissible = stock.scattered(self.tickets, permitted=True)
        others = stock.scattered(self.tickets, permitted=True)
        foreign = stock.scattered(self.tickets, permitted=False)
        used: list[str] = []
        while block := list(islice(admissible, _BLOCK)):
            used = block
            self.bare += map(self._bare, list(islice(others, _BLOCK)))
            self.admitted += map(self._admit, block)
            refusals = zip(cycle((0, 1, 2)), used, strict=False)
            payloads = [(next(foreign, _UNKNOWN), _UNKNOWN, each)[kind] for kind, each in refusals]
            self.refused += map(self._refuse, payloads)
            yield

    def _admit(self, payload: str) -> float:
        return self._present(payload, admits=True)

    def _refuse(self, payload: str) -> float:
        return self._present(payload, admits=False)

    def _present(self, payload: str, *, admits: bool) -> float:
        """Return the seconds until the verdict was published: that is when a light is shown."""
        begun = perf_counter()
        judged = self.gate.present_and_wait(payload, utc_now(), "bench")
        if judged.verdict.admits is not admits:
            raise AssertionError(f"{payload} was judged {judged.verdict.kind}")
        return self.published - begun

    def _bare(self, serial: str) -> float:
        begun = perf_counter()
        self.floor.record(serial)
        return perf_counter() - begun

    def _note(self, _: Judged) -> None:
        self.published = perf_counter()


def measure(folder: Path, sizes: Sequence[int], scans: int) -> list[Figure]:
    """Time admissions and refusals with this many tickets cached, each size against its floor.

    Args:
        folder: an empty folder on the disk to measure.
        sizes: how many tickets are cached, one gate for each.
        scans: presentations of each kind at each gate.
    """
    with ExitStack() as stack:
        doors = [_open(stack, folder, tickets) for tickets in sizes]
        os.sync()  # what the filling left behind is not to be written while others are timed
        for _ in islice(zip(*(door.work() for door in doors), strict=False), -(-scans // _BLOCK)):
            pass
        for door in doors:
            _check(door)
    return [each for door in doors for each in _of(door)]


def _open(stack: ExitStack, folder: Path, tickets: int) -> _Door:
    file = folder / f"gate-{tickets}.sqlite3"
    stock.fill(file, tickets)
    writer = stack.enter_context(Writer(file))
    floor = stack.enter_context(closing(Floor(folder / f"bare-{tickets}.sqlite3", tickets)))
    return _Door(tickets, Gate(writer), floor, writer)


def _check(door: _Door) -> None:
    """Make sure that every time counted has a row on the disk."""
    recorded = door.writer.submit(journal.head).result(_WAIT_SECONDS)[0]
    admitted = door.writer.submit(ledger.counts).result(_WAIT_SECONDS)
    if recorded != len(door.admitted) + len(door.refused):
        raise AssertionError(f"{recorded} presentations were recorded")
    if sum(admitted.values()) != len(door.admitted) or door.floor.count() != len(door.bare):
        raise AssertionError("not every admission was recorded")


def _of(door: _Door) -> Iterator[Figure]:
    for what, times in (("admission", door.admitted), ("refusal", door.refused)):
        for name, of, limit in (("median", median, MEDIAN_MS), ("p99", p99, P99_MS)):
            yield Figure(
                f"{what}, {name}, {door.tickets:,} tickets",
                "ms",
                of(times),
                limit,
                len(times),
                of(door.bare),
                above=True,
            )
