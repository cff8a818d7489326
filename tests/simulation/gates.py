"""Several gates, and a seeded die that throws them about; at whatever platform."""

import asyncio
import random
import sqlite3
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scanner.admission.rules import Word
from scanner.admission.verdict import Kind, Reason
from scanner.gate import Gate
from scanner.judging import Judged
from scanner.store import journal, ledger
from scanner.sync.credentials import Connect
from scanner.sync.engine import Engine, Pace
from scanner.sync.server_first import ServerFirst
from tests.simulation.memory import InlineWriter, new_database, without_threads
from tests.simulation.network import LATEST, TIMEOUT, Weather
from tests.simulation.virtual_time import run_virtually
from tests.sync.house import MemoryKeys

BEGIN = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
EVENING_SECONDS = 180.0
ROUND_SECONDS = 20.0
CALM_ROUNDS = 13


@dataclass
class House:
    """One gate: what survives a crash (its database, its secrets), and what runs now."""

    name: str
    conn: sqlite3.Connection
    file: Path
    keys: MemoryKeys
    weather: Weather
    server_first: bool
    clock_off: timedelta
    gate: Gate | None = None
    work: asyncio.Task[None] | None = None
    greens: set[str] = field(default_factory=set)
    settled_before: frozenset[str] = frozenset()
    seen: set[str] = field(default_factory=set)
    light_lost: bool = False
    rows_before: int = 0
    copy: bytes | None = None
    restored: bool = False
    forgotten: set[str] = field(default_factory=set)


class Gates(ABC):
    """The gates of one evening, and what happens to them; all draws come from one die."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.rng = random.Random(seed)
        self._folder = folder
        self.houses: list[House] = []
        self.under_way: list[list[asyncio.Task[None]]] = []
        self.broken: list[BaseException] = []
        self.left: set[str] = set()  # by whose exit it is known that they came in

    @abstractmethod
    def connect(self, house: House) -> Connect:
        """Return what makes the gate's access, over a way to the server of its own."""

    @abstractmethod
    async def play(self) -> None:
        """Play the storm, then the calm after it, and check what must hold."""

    @property
    def undone(self) -> set[str]:
        """The serials that were admitted and may be admitted again."""
        return set()

    def alike(self, serial: str) -> set[str]:
        """Return the serials under which the same right was or is known."""
        return {serial}

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=asyncio.get_running_loop().time())

    def house(self, name: str) -> House:
        """Return a new gate that nothing runs at."""
        folder = self._folder / name
        folder.mkdir()
        return House(
            name,
            new_database(),
            folder / "gate.sqlite3",
            MemoryKeys(),
            Weather(),
            server_first=self.rng.random() < 0.25,
            clock_off=timedelta(seconds=self.rng.uniform(-4000, 4000)),
        )

    def engine(self, house: House) -> Engine:
        def clock() -> datetime:
            return self.now() + house.clock_off

        pace = Pace(timedelta(seconds=15), timedelta(seconds=90), self.rng.choice((2, 5, 500)))
        writer = InlineWriter(house.file, house.conn)
        running = asyncio.get_running_loop().time
        return Engine(writer, house.keys, clock, self.connect(house), pace, monotonic=running)

    def start(self, house: House) -> None:
        engine = self.engine(house)
        writer = InlineWriter(house.file, house.conn)
        house.gate = Gate(writer, ServerFirst(engine, writer) if house.server_first else None)
        house.gate.subscribe(engine.on_verdict)
        loop = asyncio.get_running_loop()

        def look(judged: Judged) -> None:
            # Where the API is asked first, a thread publishes; the database is the loop's.
            if house.server_first:
                loop.call_soon_threadsafe(self._look_at, house, judged)
            else:
                self._look_at(house, judged)

        house.gate.subscribe(look)
        house.work = asyncio.create_task(engine.run())

    async def crash(self, house: House) -> None:
        work, house.work, house.gate = house.work, None, None
        if work:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    def show(self, house: House, payload: str, word: Word | None = None) -> None:
        """Show a ticket to a gate that is there."""
        if house.gate is None:
            return
        at = self.now() + house.clock_off
        house.light_lost = self.rng.random() < 0.2
        promise = house.gate.present(payload, at, "simulation", word)
        if promise.done():
            promise.result()

    def change_weather(self, house: House) -> None:
        weather = house.weather
        weather.up = self.rng.random() < 0.6
        for mishap in (
            "request_lost",
            "answer_lost",
            "late",
            "doubled",
            "fault",
            "portal",
            "told_to_wait",
        ):
            bad = self.rng.random() < 0.35
            setattr(weather, mishap, self.rng.choice((0.1, 0.4)) if bad else 0.0)

    async def calm_down(self) -> None:
        """Heal the network, start what was down, and wait for all that is on its way."""
        for house in self.houses:
            for name, value in vars(Weather()).items():
                setattr(house.weather, name, value)
            if house.work is None:
                self.start(house)
        await asyncio.sleep(LATEST + TIMEOUT)

    async def end(self) -> None:
        """Let what is settled stay so for a round, then end every gate."""
        await asyncio.sleep(ROUND_SECONDS)
        for house in self.houses:
            if house.work and house.work.done():
                house.work.result()
            await self.crash(house)
        for tasks in self.under_way:
            await asyncio.gather(*tasks)

    def check_running(self, house: House) -> None:
        """Check that nothing was lost, and that what runs has not failed."""
        if self.broken:
            raise self.broken[0]
        rows, _ = journal.head(house.conn)
        assert rows >= house.rows_before, "the journal became shorter"
        house.rows_before = rows
        if house.work and house.work.done():
            house.work.result()

    def _look_at(self, house: House, judged: Judged) -> None:
        """Check a verdict; the gate goes on whatever a subscriber raises, so it is kept."""
        try:
            self._published(house, judged)
        except AssertionError as error:
            self.broken.append(error)

    def _published(self, house: House, judged: Judged) -> None:
        """A verdict stands: if it is green, so must its one record; its light may get lost."""
        verdict, serial = judged.verdict, str(judged.verdict.serial)
        if verdict.kind is Kind.ADMITTED:
            before = {serial} & house.greens - self.undone
            assert not before, "two green lights for one ticket at one gate"
            house.greens.add(serial)
            house.seen.discard(serial)
        if not house.server_first:  # there the next one may be judged before this one is seen
            doubtful = verdict.reason in (Reason.LIGHT_NOT_SHOWN, Reason.LET_IN)
            assert not (doubtful and serial in house.seen), "a light that was shown is doubted"
            known = verdict.reason is not Reason.ADMITTED_HERE or self.alike(serial) & self.left
            assert known or self.alike(serial) & house.seen, "a light nobody saw is taken for seen"
        if verdict.kind is Kind.EXITED:
            self.left.add(serial)
        if verdict.admits or verdict.kind is Kind.EXITED:
            self.check_record(house, judged)
        if verdict.admits and not house.light_lost and house.gate:
            house.gate.note_shown(judged)
            house.seen.add(serial)

    def check_record(self, house: House, judged: Judged) -> None:
        """Check that a green light has its one durable record."""
        found = ledger.by_serial(house.conn, [str(judged.verdict.serial)])
        assert len(found) == 1, "a green light without its admission"


def play_virtually(seed: int, folder: Path, evening: Callable[[int, Path], Gates]) -> None:
    """Play the evening of a seed; raises where something that must hold does not."""

    async def play(folder: Path) -> None:
        await evening(seed, folder).play()

    before = random.getstate()
    random.seed(seed)  # the pauses between two tries are drawn from it
    try:
        with without_threads(), tempfile.TemporaryDirectory(dir=folder) as folder_of_its_own:
            run_virtually(play(Path(folder_of_its_own)))
    finally:
        random.setstate(before)
