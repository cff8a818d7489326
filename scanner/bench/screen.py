"""How fast the gate's screen is: from outside, at the other end of a real terminal."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from scanner.bench import stock
from scanner.bench.figure import Figure, p95
from scanner.bench.terminal import Terminal, running
from scanner.demo.world import World, world
from scanner.paths import database_file

if TYPE_CHECKING:
    from scanner.ticketing.resources import Event, TokenGrant

REPAINT_MS = 30.0
"""From the committed verdict to the last scan's line at the terminal's other end, p95."""

ANSWER_MS = 50.0
"""From a key to its answer, p95, while the whole list is pulled from a server on this machine."""

IDLE_PER_CENT = 2.0
"""Of one processor core, for a gate without a camera where nobody comes."""

START_SECONDS = 1.5
"""From the process's start to a gate's screen that knows what it admits, offline."""

STARTS, SYNCS, SCANS, IDLE_SECONDS = 5, 3, 200, 20.0

_SEED = 7
_SERVER_NICE = 15
"""A real server is another machine: this one's is to take only what the screen leaves."""

_PAUSE_SECONDS = 0.13  # not a multiple of any of the screen's own timers
_KEY_SECONDS = 0.002
_BACK_SECONDS = 0.23  # a terminal is given 25 ms to make more of an Esc
_KEYS = {
    "i": (b"i", b"Type a serial"),
    "?": (b"?", b"Esc closes"),
    "f": (b"f", b"Find a ticket"),
    "o": (b"o", b"Supervisor's PIN"),
    "w": (b"w", b"Retry now"),
    "t": (b"t", b"Count again"),
    "s": (b"s", b"Language"),
    "r": (b"r", b"Trying now."),
    "m": (b"m", b"ound"),  # on, off, or that this computer has none
    "+": (b"+", b"ound"),
    "-": (b"-", b"ound"),
    "Ctrl+P": (b"\x10", b"earch for commands"),  # its first letter is under the cursor
}
"""Every key that a gate without a camera answers on its screen, but for those that leave it; what
is sent and what comes. Esc takes back what it opened."""


@dataclass(frozen=True, slots=True)
class Times:
    """What a session with the running gate showed, in seconds."""

    answers: dict[str, list[float]]
    repaints: list[float]
    busy: float


def measure(folder: Path, tickets: int) -> Iterator[Figure]:
    """Start a gate, and sit down at it.

    Args:
        folder: an empty folder for the gates' data.
        tickets: how many are cached at a start, and how many are pulled.
    """
    starts = start(folder / "start", tickets, STARTS)
    yield Figure(
        f"start to the gate with {tickets:,} tickets cached, offline, median",
        "s",
        median(starts),
        START_SECONDS,
        len(starts),
    )
    times = sit(folder / "gate", tickets, SYNCS, SCANS, IDLE_SECONDS)
    answers = [each for key in times.answers.values() for each in key]
    answer = f"key to answer while {tickets:,} tickets are synced, p95"
    yield Figure(answer, "ms", p95(answers), ANSWER_MS, len(answers))
    slowest = max(times.answers, key=lambda key: p95(times.answers[key]))
    answers = times.answers[slowest]
    answer = f"the slowest of {len(times.answers)} keys then, {slowest}, p95"
    yield Figure(answer, "ms", p95(answers), ANSWER_MS, len(answers))
    yield Figure("committed verdict to repaint, p95", "ms", p95(times.repaints), REPAINT_MS, SCANS)
    idle = 100 * times.busy / IDLE_SECONDS
    yield Figure("idle without a camera", "% of a core", idle, IDLE_PER_CENT, 1)


def start(home: Path, tickets: int, times: int) -> list[float]:
    """Return the seconds that starts take, each with last evening's list."""
    home.mkdir(parents=True)
    stock.fill(database_file(home), tickets)
    admits = f"This gate admits: {stock.SECTIONS[0].name}".encode()
    found: list[float] = []
    for _ in range(times):
        with running(["scanner", "gate", "--camera", "none"], _settings(home)) as gate:
            found.append(gate.wait_for(admits) - gate.begun)
    return found


def sit(home: Path, tickets: int, syncs: int, scans: int, idle_seconds: float) -> Times:
    """Open gates at a server with so many tickets; type while each syncs, rest and scan at one."""
    answers: dict[str, list[float]] = {key: [] for key in _KEYS}
    with world(tickets, _SEED, nice=_SERVER_NICE) as there:
        for number in range(1, syncs):
            with _syncing(home / f"sync-{number}", there, scans) as (gate, _, serials):
                _type(gate, f"{tickets:,} tickets".encode(), serials[0], answers)
        with _syncing(home / "last", there, scans) as (gate, notes, serials):
            _type(gate, f"{tickets:,} tickets".encode(), serials[0], answers)
            gate.idle(2.0)
            before = gate.processor_seconds()
            gate.idle(idle_seconds)
            busy = gate.processor_seconds() - before
            painted = _scan(gate, serials)
    stood = dict(json.loads(notes.read_text(encoding="utf-8")))
    repaints = [painted[serial] - stood[serial] for serial in serials]
    return Times({key: seconds for key, seconds in answers.items() if seconds}, repaints, busy)


@contextmanager
def _syncing(
    home: Path, there: World, scans: int
) -> Iterator[tuple[Terminal, Path, Sequence[str]]]:
    """Start a gate that pulls the whole list; gives the file for its notes, and some serials."""
    home.mkdir(parents=True)
    notes = home / "verdicts.json"
    serials = asyncio.run(_open(home, there, scans))
    with running(["scanner.tui.gate.timed_gate", str(notes)], _settings(home)) as gate:
        gate.wait_for(b"No ticket was shown yet.")
        yield gate, notes, serials


def _settings(home: Path) -> dict[str, str]:
    return {"SCANNER_HOME": str(home), "SCANNER_LANGUAGE": "en", "SCANNER_SCANNER": "auto"}


async def _open(home: Path, there: World, scans: int) -> list[str]:
    """Open a session without its list, which the gate is to pull; returns some of its serials."""
    from scanner.keystore import KeyStore
    from scanner.store.cache import StoredSession
    from scanner.store.writer import Writer
    from scanner.sync.clock import utc_now
    from scanner.sync.credentials import GateSecret, keep
    from scanner.sync.opening import store
    from scanner.ticketing.client import TickeTing

    async with TickeTing(there.url, there.api_key) as api:
        grant: TokenGrant = await api.token_grant(there.global_code)
    async with TickeTing(there.url, grant.key) as api:
        event: Event = await api.event(grant.event)
        page = await api.tickets(event.uri, page=1, records=scans)
    session = StoredSession(there.url, event.uri, event.title, "Lee", "bench", utc_now())
    keep(
        KeyStore(home, file_only=True),
        GateSecret(there.url, event.uri, there.global_code, grant.key),
    )
    with Writer(database_file(home)) as writer:
        await writer.run(lambda conn: store(conn, session))
    return [each.serial for each in page.entries]


def _type(gate: Terminal, until: bytes, serial: str, answers: dict[str, list[float]]) -> None:
    """Press all keys, one at a time, until the list has been pulled; notes the answers' seconds.

    Somebody was refused before: the gate is closed as long as it has no list.
    """
    _scan(gate, [serial])
    while True:
        for name, (key, words) in _KEYS.items():
            gate.forget()
            pressed = gate.press(key)
            answers[name].append(gate.wait_for(words) - pressed)
            gate.press(b"\x1b")
            gate.idle(_BACK_SECONDS)
            if gate.shows(until):
                return


def _scan(gate: Terminal, serials: Sequence[str]) -> dict[str, float]:
    """Scan as a hand scanner that types; returns when each serial stood on the screen."""
    painted: dict[str, float] = {}
    for serial in serials:
        gate.forget()
        for key in f"{serial}\r":
            gate.press(key.encode())
            gate.idle(_KEY_SECONDS)
        painted[serial] = gate.wait_for(serial.encode())
        gate.idle(_PAUSE_SECONDS)
    return painted
