"""Many gates at once on a venue of three nodes, each with one patron a second.

Each gate is a real one: ledger and cache of its own on the disk, a connection of its own, all
claims mirrored. They share a few processes, and the nodes are on the same machine. Bare creates
are made meanwhile in those processes too, so that whatever load there is meets both.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from scanner.bench.figure import Figure, median, p99
from scanner.bench.venue.engine import provide_bare
from scanner.bench.venue.load import Load, Seen
from scanner.demo.venue_nodes import VenueNodes
from scanner.venue.members import membership

MOST_CREATES = 3.0

NODES = 3
PROCESSES = 4


def measure(folder: Path, gates: int, seconds: int) -> Iterator[Figure]:
    """Have patrons come to many gates, and time claims and bare creates.

    Args:
        folder: a folder on the disk to measure, which is made.
        gates: how many.
        seconds: how long; each gate has one patron a second.
    """
    with VenueNodes(folder / "nodes", NODES) as nodes:
        provide_bare(nodes)
        for number in range(gates + PROCESSES):  # the last ones are for bare creates
            membership.write(folder / f"gate-{number}", nodes.join(f"gate-{number}"))
        found = _played(folder, gates, seconds)
    claims = [each for one in found for each in one.claims]
    bare = [each for one in found for each in one.bare]
    verdicts = [each for one in found for each in one.verdicts]
    unanswered = sum(one.unanswered for one in found)
    at = f"{gates} gates for {seconds} s"
    for name, part in (("median", median), ("p99", p99)):
        yield Figure(
            f"a claim, {at}, {name}", "ms", part(claims), MOST_CREATES, len(claims), part(bare)
        )
    yield Figure(f"a verdict with its claim, {at}, p99", "ms", p99(verdicts), 300, len(verdicts))
    yield Figure(f"claims without an answer in time, {at}", "", unanswered, 0, len(claims))


def _played(folder: Path, gates: int, seconds: int) -> list[Seen]:
    """Run the processes; patrons come when every one of them is ready."""
    tickets = 3 * gates * seconds  # two of three are of sections that the token permits
    shares = [len(range(number, gates, PROCESSES)) for number in range(PROCESSES)]
    with ExitStack() as stack:
        running = []
        for number, share in enumerate(shares):
            load = Load(str(folder), sum(shares[:number]), share, seconds, gates + number, tickets)
            running.append(stack.enter_context(_process(load)))
        for each in running:
            _line(each)
        for each in running:
            _begin(each)
        return [Seen(**json.loads(_line(each))) for each in running]


def _process(load: Load) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603 - this very program
        [sys.executable, "-m", "scanner.bench.venue.load", json.dumps(asdict(load))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _line(process: "subprocess.Popen[str]") -> str:
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise AssertionError("a process with gates has ended")
    return line


def _begin(process: "subprocess.Popen[str]") -> None:
    if process.stdin:
        process.stdin.write("go\n")
        process.stdin.flush()
