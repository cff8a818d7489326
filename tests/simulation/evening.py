"""One simulated evening: several gates, one API, and a seeded die that throws all of it about."""

import asyncio
import contextlib
import random
import sqlite3
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from scanner.admission.rules import LetIn
from scanner.admission.verdict import Kind, Reason
from scanner.desk.audit import Audit
from scanner.errors import ScannerError
from scanner.gate import Gate, Judged
from scanner.platform.access import GateCredentials
from scanner.store import differences, encounters, installation, journal, ledger, sessions
from scanner.store.database import transaction
from scanner.store.ledger import State
from scanner.store.sessions import StoredSession
from scanner.sync.credentials import save
from scanner.sync.engine import Engine, Pace
from scanner.sync.server_first import ServerFirst
from scanner.ticketing.platform import TicketingPlatform
from tests.simulation.clones import SPARE, check_clones, clone, give_away
from tests.simulation.memory import InlineWriter, new_database, without_threads
from tests.simulation.network import LATEST, TIMEOUT, Line, Weather
from tests.simulation.personality import Mishap, Personality, mishaps, personalities
from tests.simulation.server import EVENT, SECTIONS, Server
from tests.sync.house import MemoryKeys

T = TypeVar("T")

BEGIN = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
EVENING_SECONDS = 180.0
ROUND_SECONDS = 20.0
CALM_ROUNDS = 13
API = "https://api.example/v3/"


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


class Evening:
    """Everything that happens, from one seed."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.rng = random.Random(seed)
        self._folder = folder
        kinds = personalities(seed)
        # A list that has become shorter than 20, by admissions or another scope, is never doubted.
        few, many = (100, 110) if Personality.EMPTY_MOMENTS in kinds else (3, 14)
        serials = [f"DAWIER-BACK{number:08}" for number in range(self.rng.randint(few, many))]
        spare = SPARE if Mishap.CLONED in mishaps(seed) else {}
        token = frozenset(SECTIONS if self.rng.random() < 0.7 else SECTIONS[:1])
        self.server = Server(
            self.now,
            {serial: self.rng.choice(SECTIONS) for serial in serials} | spare,
            {"KEY": token},
            personalities=kinds,
            rng=random.Random(f"server {seed}"),
        )
        self.serials = serials
        count = self.rng.randint(1, 3)
        self.houses = [self._house(f"gate {number}") for number in range(count)]
        self.lines: list[Line] = []
        self.cloned: list[House] = []
        self.broken: list[BaseException] = []
        self.mishaps = mishaps(seed)
        self.chance = random.Random(f"chance {seed}")

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=asyncio.get_running_loop().time())

    async def play(self) -> None:
        """Play the storm, then the calm after it, and check what must hold."""
        for house in self.houses:
            await self._open(house)
        self.server.empty_from = self.now() + timedelta(seconds=self.rng.uniform(0, 120))
        end = asyncio.get_running_loop().time() + EVENING_SECONDS
        while asyncio.get_running_loop().time() < end:
            await asyncio.sleep(self.rng.expovariate(1 / 6))
            await self._something()
            await self._something_of_its_kind()
            self._check_always()
            if Mishap.CLONED in self.mishaps and not self.cloned:
                await clone(self, self.houses[0])
        await self._calm()
        await self._read_for_the_last_time()
        self._check_at_the_end()

    def _house(self, name: str) -> House:
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

    async def _open(self, house: House) -> None:
        device = f"{house.name}, north entrance"
        session = StoredSession(API, EVENT, "Night", "Lee", device, self.now())
        with transaction(house.conn):
            installation.draw_tag(house.conn, "here")
            sessions.open_session(house.conn, session)
        save(house.keys, GateCredentials(API, EVENT, "KEY", "KEY"))
        with contextlib.suppress(ScannerError):  # the gate opens with a later pull
            await self._engine(house).pull()
        self._start(house)

    def _engine(self, house: House) -> Engine:
        def line(key: str) -> Line:
            self.lines.append(Line(self.server, key, self.rng, house.weather, house.name))
            return self.lines[-1]

        def connect(held: GateCredentials, _: str) -> TicketingPlatform:
            return TicketingPlatform(line, held)

        def clock() -> datetime:
            return self.now() + house.clock_off

        pace = Pace(timedelta(seconds=15), timedelta(seconds=90), self.rng.choice((2, 5, 500)))
        writer = InlineWriter(house.file, house.conn)
        running = asyncio.get_running_loop().time
        return Engine(writer, house.keys, clock, connect, pace, monotonic=running)

    def _start(self, house: House) -> None:
        engine = self._engine(house)
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

    async def _crash(self, house: House) -> None:
        work, house.work, house.gate = house.work, None, None
        if work:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def _something(self) -> None:
        house = self.rng.choice(self.houses)
        dice = self.rng.random()
        if dice < 0.62:
            self._present(house)
        elif dice < 0.72:
            self._change_weather(house)
        elif dice < 0.82:
            await self._crash(house)
        elif dice < 0.92:
            if house.work is None:
                self._start(house)
        elif dice < 0.95:
            house.clock_off += timedelta(seconds=self.rng.uniform(-7200, 7200))
        elif dice < 0.98:
            serial = self.rng.choice(self.serials)
            if serial not in self.server.admissions:
                self.server.cancel(serial)
        else:
            self.server.tokens["KEY"] = frozenset(self.rng.sample(SECTIONS, 1))

    async def _something_of_its_kind(self) -> None:
        """Let happen what the server or the mishaps of this evening bring."""
        held = sorted(self.server.admissions)
        if Personality.UNDOES in self.server.personalities and held and self.chance.random() < 0.15:
            self.server.undo(self.chance.choice(held))
        if Mishap.RESTORED in self.mishaps and self.chance.random() < 0.1:
            house = self.chance.choice(self.houses)
            if house.copy is None:
                house.copy = house.conn.serialize()
            elif house.work is None and not house.server_first:  # no thread of it goes on
                self._restore(house, house.copy)

    def _restore(self, house: House, copy: bytes) -> None:
        """Put back what was copied; what was admitted since then is forgotten."""
        house.conn = new_database(copy)
        house.copy, house.rows_before, house.restored = None, 0, True
        kept = {each.serial for each in ledger.in_state(house.conn)}
        house.forgotten |= house.greens - kept
        house.greens &= kept
        house.seen.clear()
        house.seen |= {
            serial
            for (serial,) in house.conn.execute(
                "SELECT serial FROM admitted JOIN shown USING (journal)"
            )
        }

    def _present(self, house: House) -> None:
        word = LetIn() if self.rng.random() < 0.2 else None
        self._show(house, self.rng.choice(self.serials), word)

    def _show(self, house: House, serial: str, word: LetIn | None = None) -> None:
        """Show a ticket to a gate that is there."""
        if house.gate is None:
            return
        at = self.now() + house.clock_off
        house.light_lost = self.rng.random() < 0.2
        promise = house.gate.present(serial, at, "simulation", word)
        if promise.done():
            promise.result()

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
            before = {serial} & house.greens - self.server.undone
            assert not before, "two green lights for one ticket at one gate"
            house.greens.add(serial)
            house.seen.discard(serial)
        if not house.server_first:  # there the next one may be judged before this one is seen
            doubtful = verdict.reason in (Reason.LIGHT_NOT_SHOWN, Reason.LET_IN)
            assert not (doubtful and serial in house.seen), "a light that was shown is doubted"
            known = verdict.reason is not Reason.ADMITTED_HERE
            assert known or serial in house.seen, "a light that nobody saw is taken for seen"
        if verdict.admits:
            found = ledger.by_serial(house.conn, [serial])
            assert len(found) == 1, "a green light without its admission"
            if not house.light_lost and house.gate:
                house.gate.note_shown(judged)
                house.seen.add(serial)

    def _change_weather(self, house: House) -> None:
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

    async def _calm(self) -> None:
        """Heal the network and let every gate run for long enough."""
        self.server.strays = False
        for house in self.houses:
            for name, value in vars(Weather()).items():
                setattr(house.weather, name, value)
            if house.work is None:
                self._start(house)
        await asyncio.sleep(LATEST + TIMEOUT)
        for _ in range(CALM_ROUNDS):
            given_away = give_away(self)
            await asyncio.sleep(ROUND_SECONDS)
            if given_away and not any(
                ledger.has_unsettled(house.conn, EVENT) for house in self.houses
            ):
                break
        await asyncio.sleep(ROUND_SECONDS)  # what is settled has to stay so
        for house in self.houses:
            if house.work and house.work.done():
                house.work.result()
            await self._crash(house)
        for line in self.lines:
            await asyncio.gather(*line.under_way)

    async def _read_for_the_last_time(self) -> None:
        for house in self.houses:
            for _ in range(20):  # lists that contradict themselves are not believed
                with contextlib.suppress(ScannerError):
                    await self._engine(house).pull(whole=True)
                    break

    def _check_always(self) -> None:
        if self.broken:
            raise self.broken[0]
        for house in self.houses:
            rows, _ = journal.head(house.conn)
            assert rows >= house.rows_before, "the journal became shorter"
            house.rows_before = rows
            session = sessions.read_session(house.conn)
            assert session is None or session.invalid is None, "closed by what is not the API's"
            if house.work and house.work.done():
                house.work.result()
            withdrawn = self._valid_but(house, "SELECT serial FROM ticket WHERE NOT listed")
            withdrawn -= self.server.undone  # the next reading finds them
            if withdrawn:  # one that is let in here is judged by that, listed or not
                withdrawn -= {each.serial for each in ledger.by_serial(house.conn, [*withdrawn])}
            assert not withdrawn, f"valid, and taken for withdrawn: {withdrawn}"

    def _check_at_the_end(self) -> None:
        self._check_always()
        for house in self.houses:
            if Personality.SHIFTS_PAGES not in self.server.personalities:
                listed = self._valid_but(house, "SELECT serial FROM ticket WHERE listed")
                assert listed == self.server.valid_tickets("KEY"), "valid, and not on the list"
            states = {each.serial: each.state for each in ledger.in_state(house.conn)}
            assert house.greens <= set(states), "an admission was lost"
            open_ones = {s for s, state in states.items() if state in (State.QUEUED, State.SENDING)}
            assert not open_ones, f"not settled: {open_ones}"
            if house not in self.cloned:
                self._check_books(house, states)
            findings = [str(each) for each in Audit(house.conn).findings()]
            assert not findings, findings
        check_clones(self)

    def _check_books(self, house: House, states: dict[str, State]) -> None:
        """Check that both books agree, or that the gate shows where they differ."""
        sent = self.server.granted_to
        ours = {s for s in self.server.admissions if sent[s] == house.name}
        confirmed = {s for s, state in states.items() if state is State.CONFIRMED}
        told = {each.serial for each in differences.read(house.conn)}
        if house.restored or encounters.current(house.conn):
            told |= {s for s, state in states.items() if state is State.CONFLICT} | house.forgotten
        # Of a section that the token no longer permits, an empty list may be a silent one.
        listed = {each.section for each in self.server.admissions.values()}
        hidden = set(SECTIONS) - self.server.tokens["KEY"] - listed
        told |= {s for s in confirmed if self.server.tickets.get(s) in hidden}
        assert (ours ^ confirmed) <= told, f"server {ours}, ledger {confirmed}, told {told}"
        for serial, state in states.items():
            if state is State.CONFLICT and serial not in self.server.undone | told:
                assert sent[serial] != house.name, "a conflict with ourselves"
        standing = [s.serial for s in ledger.in_state(house.conn) if s.state is not State.UNDONE]
        assert len(standing) == len(set(standing)), "two admissions of one ticket stand"

    def _valid_but(self, house: House, query: str) -> set[str]:
        """Return the valid tickets among those that a query finds in a gate's cache.

        Nothing where pages shift: a ticket can be on none of them, twice.
        """
        if Personality.SHIFTS_PAGES in self.server.personalities:
            return set()
        found = {serial for (serial,) in house.conn.execute(query)}
        return found & self.server.valid_tickets("KEY")


def simulate(seed: int, folder: Path) -> Evening:
    """Play the evening of a seed; raises where something that must hold does not."""
    from tests.simulation.virtual_time import run_virtually

    async def play(folder: Path) -> Evening:
        evening = Evening(seed, folder)
        await evening.play()
        return evening

    before = random.getstate()
    random.seed(seed)  # the pauses between two tries are drawn from it
    try:
        with without_threads(), tempfile.TemporaryDirectory(dir=folder) as folder_of_its_own:
            return run_virtually(play(Path(folder_of_its_own)))
    finally:
        random.setstate(before)
