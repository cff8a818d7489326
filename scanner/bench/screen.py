"""Measures the gate's screen from outside, through a pseudo-terminal."""

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
"""p95 from the commit of a verdict to its serial in the terminal's output."""

ANSWER_MS = 100.0
"""p95 from a key press to its effect on the screen, while all tickets are pulled. For 75 ms of them
a key is held, which may be a slow hand scanner's first."""

IDLE_PER_CENT = 2.0
"""CPU time of one core, for an idle gate without a camera."""

START_SECONDS = 1.5
"""From the process's start to a gate's screen with its sections, offline."""

STARTS, SYNCS, SCANS, IDLE_SECONDS = 5, 3, 200, 20.0

_SEED = 7
_SERVER_NICE = 15
"""A real server is another machine, so the mock server gets only the CPU time that is left."""

_PAUSE_SECONDS = 0.13  # no multiple of the screen's timers
_KEY_SECONDS = 0.002
_BACK_SECONDS = 0.23  # an Esc is told from an escape sequence after 25 ms
_KEYS = {
    "i": (b"i", b"Type a serial"),
    "?": (b"?", b"Esc closes"),
    "f": (b"f", b"Find a ticket"),
    "u": (b"u", b"Look up a ticket"),
    "k": (b"k", b"eight letters and digits"),
    "q": (b"q", b"Quit the gate?"),
    "w": (b"w", b"Filter"),
    "t": (b"t", b"Previous"),
    "s": (b"s", b"Language"),
    "r": (b"r", b"Trying now."),
    "m": (b"m", b"ound"),  # on, off, or no sound device
    "+": (b"+", b"ound"),
    "-": (b"-", b"ound"),
    "Ctrl+P": (b"\x10", b"earch for commands"),  # the cursor covers the first letter
}
"""All keys with an effect on the screen of a closed gate without a camera: the bytes sent, and a
text that then appears. Esc closes what a key opened."""


@dataclass(frozen=True, slots=True)
class Times:
    """Measured times in seconds: by key, by scan, and CPU time while idle."""

    answers: dict[str, list[float]]
    repaints: list[float]
    busy: float


def measure(folder: Path, tickets: int) -> Iterator[Figure]:
    """Start a gate several times, then use one.

    Args:
        folder: an empty folder for the data.
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
    times = use(folder / "gate", tickets, SYNCS, SCANS, IDLE_SECONDS)
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
    """Return the seconds of each start, with all tickets cached."""
    home.mkdir(parents=True)
    stock.fill(database_file(home), tickets)
    admits = f"This gate admits: {stock.SECTIONS[0].name}".encode()
    found: list[float] = []
    for _ in range(times):
        with running(["scanner", "gate", "--camera", "none"], _settings(home)) as gate:
            found.append(gate.wait_for(admits) - gate.begun)
    return found


def use(home: Path, tickets: int, syncs: int, scans: int, idle_seconds: float) -> Times:
    """Open gates at a server; press keys while each syncs, then idle and scan at the last."""
    answers: dict[str, list[float]] = {key: [] for key in _KEYS}
    with world(tickets, _SEED, nice=_SERVER_NICE) as server:
        for number in range(1, syncs):
            with _syncing(home / f"sync-{number}", server, scans) as (gate, _, serials):
                _type(gate, f"{tickets:,} tickets".encode(), serials[0], answers)
        with _syncing(home / "last", server, scans) as (gate, notes, serials):
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
    home: Path, server: World, scans: int
) -> Iterator[tuple[Terminal, Path, Sequence[str]]]:
    """Start a gate that pulls all tickets; yield it, its file of commit times, and some serials."""
    home.mkdir(parents=True)
    notes = home / "verdicts.json"
    serials = asyncio.run(_open(home, server, scans))
    with running(["scanner.tui.gate.timed_gate", str(notes)], _settings(home)) as gate:
        gate.wait_for(b"No ticket was shown yet.")
        yield gate, notes, serials


def _settings(home: Path) -> dict[str, str]:
    return {"SCANNER_HOME": str(home), "SCANNER_LANGUAGE": "en", "SCANNER_SCANNER": "auto"}


async def _open(home: Path, server: World, scans: int) -> list[str]:
    """Open a session without tickets, which the gate then pulls; return some serials."""
    from scanner.keystore import KeyStore
    from scanner.platform.access import GateCredentials
    from scanner.store.sessions import StoredSession
    from scanner.store.writer import Writer
    from scanner.sync.clock import utc_now
    from scanner.sync.credentials import save
    from scanner.sync.opening import store
    from scanner.ticketing.client import TickeTing

    async with TickeTing(server.url, server.api_key) as api:
        grant: TokenGrant = await api.token_grant(server.global_code)
    async with TickeTing(server.url, grant.key) as api:
        event: Event = await api.event(grant.event)
        page = await api.tickets(event.uri, page=1, records=scans)
    session = StoredSession(server.url, event.uri, event.title, "Lee", "bench", utc_now())
    save(
        KeyStore(home, file_only=True),
        GateCredentials(server.url, event.uri, server.global_code, grant.key),
    )
    with Writer(database_file(home)) as writer:
        await writer.run(lambda conn: store(conn, session))
    return [each.serial for each in page.entries]


def _type(gate: Terminal, until: bytes, serial: str, answers: dict[str, list[float]]) -> None:
    """Press all keys in turn until the pull has ended; add each key's seconds to `answers`.

    One scan comes first, and is refused: the gate is closed while it has no tickets.
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
    """Type serials as a keyboard wedge does; return when each appeared on the screen."""
    painted: dict[str, float] = {}
    for serial in serials:
        gate.forget()
        for key in f"{serial}\r":
            gate.press(key.encode())
            gate.idle(_KEY_SECONDS)
        painted[serial] = gate.wait_for(serial.encode())
        gate.idle(_PAUSE_SECONDS)
    return painted
