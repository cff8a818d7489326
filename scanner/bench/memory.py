"""The most memory that a gate takes, measured in a process of its own: `python -m` this module."""

import asyncio
import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.bench.figure import Figure

if TYPE_CHECKING:
    from scanner.store.writer import Writer

LIMIT_MB = 200.0
"""Megabytes (10**6 bytes)."""

_SCANS = 2000
_KIB = 1024


def measure(folder: Path, tickets: int) -> list[Figure]:
    """Measure a first sync of this many tickets, and then a gate that has them cached."""
    file = folder / "memory.sqlite3"
    return [
        _figure("sync", f"memory after a first sync of {tickets:,} tickets", file, tickets),
        _figure("scan", f"memory of a gate with {tickets:,} tickets", file, tickets),
    ]


def _figure(work: str, what: str, file: Path, tickets: int) -> Figure:
    done = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, "-m", __name__, work, str(file), str(tickets)],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    found = json.loads(done.stdout)
    return Figure(what, "MB", found["peak"] / 1e6, LIMIT_MB, found["tickets"])


def main() -> None:
    """Do the work that the arguments name, and print how many tickets stand and the peak."""
    from scanner.store.tickets import count_tickets
    from scanner.store.writer import Writer

    work, file, tickets = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    with Writer(file) as writer:
        if work == "sync":
            _sync(writer, tickets)
        else:
            _scan(writer, tickets)
        found = writer.submit(count_tickets).result()
    sys.stdout.write(json.dumps({"tickets": found, "peak": _peak()}) + "\n")


def _sync(writer: "Writer", tickets: int) -> None:
    from scanner.bench.ingest import first_sync
    from scanner.bench.stock import Listing

    asyncio.run(first_sync(writer, Listing(tickets)))


def _scan(writer: "Writer", tickets: int) -> None:
    from itertools import islice

    from scanner.bench import stock
    from scanner.gate import Gate
    from scanner.sync.clock import utc_now

    gate = Gate(writer)
    for serial in islice(stock.scattered(tickets, permitted=True), _SCANS):
        gate.present_and_wait(serial, utc_now(), "bench")


def _peak() -> int:
    """Return the most bytes that this process had in memory.

    Linux counts in `ru_maxrss` what the parent held when it started this process, so its own
    account is read where there is one.
    """
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        (line,) = (each for each in lines if each.startswith("VmHWM:"))
        return int(line.split()[1]) * _KIB
    except (OSError, ValueError):
        unit = 1 if sys.platform == "darwin" else _KIB
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    main()
