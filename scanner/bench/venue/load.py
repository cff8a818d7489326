"""Some gates in one process, each with one patron a second: `python -m` this module.

It prints a line when its gates are ready, waits for one, and prints what it saw as JSON.
"""

import asyncio
import json
import random
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from scanner.bench import stock
from scanner.bench.venue.engine import Bare, dial
from scanner.bench.venue.joined import Joined, joined
from scanner.log import open_log
from scanner.paths import log_file
from scanner.sync.clock import utc_now
from scanner.venue.members import membership

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Load:
    """What one process does.

    Attributes:
        folder: has a home for each gate, with its membership.
        first: the number of its first gate.
        gates: how many gates it has.
        seconds: how long patrons come.
        bare: the number of the home with which it makes bare creates.
        tickets: how many each gate has cached.
    """

    folder: str
    first: int
    gates: int
    seconds: int
    bare: int
    tickets: int

    def home(self, number: int) -> Path:
        """Return the home of a gate."""
        return Path(self.folder) / f"gate-{number}"


@dataclass(slots=True)
class Seen:
    """What it saw: seconds of claims, of bare creates, and of verdicts; claims without answer."""

    claims: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    verdicts: list[float] = field(default_factory=list)
    unanswered: int = 0


def main() -> None:
    """Play the load that the argument says."""
    load = Load(**json.loads(sys.argv[1]))
    open_log(log_file(load.home(load.bare)))
    with ExitStack() as stack:
        numbers = range(load.first, load.first + load.gates)
        gates = {each: stack.enter_context(_joined(load, each)) for each in numbers}
        seen = asyncio.run(_play(load, gates))
    _say(json.dumps(asdict(seen)))


def _joined(load: Load, number: int) -> AbstractContextManager[Joined]:
    home = load.home(number)
    member = membership.read(home)
    if member is None:
        raise AssertionError(f"{home} has no membership")
    stock.fill(home / "gate.sqlite3", load.tickets)
    return joined(home / "gate.sqlite3", member)


async def _play(load: Load, gates: Mapping[int, Joined]) -> Seen:
    """Have patrons come to each gate, and make as many bare creates."""
    member = membership.read(load.home(load.bare))
    if member is None:
        raise AssertionError("the bare creates have no membership")
    nc = await dial(member)
    try:
        _say("ready")
        await asyncio.to_thread(sys.stdin.readline)
        seen, bare = Seen(), Bare(nc.jetstream(), f"{load.bare:02}")
        async with asyncio.TaskGroup() as group:
            for number, gate in gates.items():
                group.create_task(_patrons(load, number, gate, seen))
                group.create_task(_creates(load, bare, seen))
    finally:
        await nc.close()
    for each in gates.values():
        seen.claims += each.claims.seconds
        seen.unanswered += each.claims.unanswered
    return seen


async def _patrons(load: Load, number: int, gate: Joined, seen: Seen) -> None:
    serials = stock.scattered(load.tickets, permitted=True)
    ours = islice(serials, number * load.seconds, (number + 1) * load.seconds)
    async with asyncio.TaskGroup() as group:
        async for each in _a_second(ours):
            group.create_task(_admit(gate, each, seen))


async def _admit(gate: Joined, serial: str, seen: Seen) -> None:
    begun = perf_counter()
    judged = await asyncio.wrap_future(gate.gate.present(serial, utc_now(), "bench"))
    seen.verdicts.append(perf_counter() - begun)
    if not judged.verdict.admits:
        raise AssertionError(f"{serial} was judged {judged.verdict.reason}")


async def _creates(load: Load, bare: Bare, seen: Seen) -> None:
    async with asyncio.TaskGroup() as group:
        async for _ in _a_second(range(load.seconds)):
            group.create_task(_create(bare, seen))


async def _create(bare: Bare, seen: Seen) -> None:
    seen.bare.append(await bare.create())


async def _a_second(of: Iterable[T]) -> AsyncIterator[T]:
    """Yield one each second, from a random moment of the first on; the pace is never made up."""
    due = perf_counter() + random.random()  # noqa: S311 - a moment, not a secret
    for each in of:
        await asyncio.sleep(max(0.0, due - perf_counter()))
        due += 1.0
        yield each


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
