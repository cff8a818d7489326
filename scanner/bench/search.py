"""How long somebody who types a part of a serial or of a name waits for the first results."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter

from scanner.app.records import Records
from scanner.bench import stock
from scanner.bench.figure import Figure, p95
from scanner.gate import Gate
from scanner.keystore import KeyStore
from scanner.pin import Pin
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now

WITHIN_MS = 50.0
"""A result that comes later comes after the next key."""

_STARTS = 20
_NOBODY = ("zzzz", "dawier-none00000000", "mei lin")


def measure(folder: Path, sizes: Sequence[int], searches: int) -> list[Figure]:
    """Measure with each number of tickets, names among them.

    Args:
        folder: an empty folder on the disk to measure.
        sizes: tickets.
        searches: how many of each kind are timed.
    """
    return [figure for tickets in sizes for figure in _figures(folder, tickets, searches)]


def _figures(folder: Path, tickets: int, searches: int) -> Iterator[Figure]:
    file = folder / f"search-{tickets}.sqlite3"
    stock.fill(file, tickets)
    with Writer(file) as writer:
        records = _records(writer)
        records.prepare(names=True)
        typed = [_timed(records, query) for query in queries(tickets, searches)]
    first = [_first(file, query) for query in queries(tickets, _STARTS // 5)]
    for what, found in (("", typed), (" first after a start,", first)):
        seconds = [each for each, _ in found]
        name = f"search,{what} {tickets:,} tickets, p95"
        yield Figure(name, "ms", p95(seconds), WITHIN_MS, sum(count for _, count in found))


def queries(tickets: int, each: int) -> Iterator[str]:
    """Yield what people type, as many of each kind: most parts are at the end of a number."""
    serials = list(islice(stock.scattered(tickets, permitted=True), each))
    for number, serial in enumerate(serials):
        yield serial[-5:].lower()
        yield serial[7:15]
        yield f"doe {serial[-4:]}"
        yield serial[-2:]
        yield _NOBODY[number % len(_NOBODY)]


def _first(file: Path, query: str) -> tuple[float, int]:
    """Search in a process that has just started."""
    words = [sys.executable, "-m", __name__, str(file), query]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603 - this very program
    seconds, found = json.loads(done.stdout)
    return seconds, found


def _timed(records: Records, query: str) -> tuple[float, int]:
    start = perf_counter()
    found = records.search(query, names=True)
    return perf_counter() - start, len(found)


def _records(writer: Writer) -> Records:
    pin = Pin(KeyStore(writer.file.parent, file_only=True), utc_now)
    return Records(writer, Gate(writer), pin, utc_now)


def main() -> None:
    """Search once in the database for what the arguments name; print the seconds and the count."""
    file, query = Path(sys.argv[1]), sys.argv[2]
    with Writer(file) as writer:
        records = _records(writer)
        sys.stdout.write(json.dumps(_timed(records, query)) + "\n")


if __name__ == "__main__":
    main()
