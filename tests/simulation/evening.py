"""One simulated evening: several gates, one API, and a seeded die that throws all of it about."""

import asyncio
import contextlib
import random
from datetime import timedelta
from pathlib import Path

from scanner.admission.rules import LetIn
from scanner.desk.audit import Audit
from scanner.errors import ScannerError
from scanner.platform.access import GateCredentials
from scanner.store import differences, encounters, installation, ledger, sessions
from scanner.store.database import transaction
from scanner.store.ledger import State
from scanner.store.sessions import StoredSession
from scanner.sync.credentials import Connect, save
from scanner.ticketing.platform import TicketingPlatform
from tests.simulation.clones import SPARE, check_clones, clone, give_away
from tests.simulation.gates import (
    CALM_ROUNDS,
    EVENING_SECONDS,
    ROUND_SECONDS,
    Gates,
    House,
    play_virtually,
)
from tests.simulation.memory import new_database
from tests.simulation.network import Line
from tests.simulation.personality import Mishap, Personality, mishaps, personalities
from tests.simulation.server import EVENT, SECTIONS, Server

API = "https://api.example/v3/"


class Evening(Gates):
    """Everything that happens, from one seed."""

    def __init__(self, seed: int, folder: Path) -> None:
        super().__init__(seed, folder)
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
        self.houses = [self.house(f"gate {number}") for number in range(count)]
        self.cloned: list[House] = []
        self.mishaps = mishaps(seed)
        self.chance = random.Random(f"chance {seed}")

    @property
    def undone(self) -> set[str]:
        return self.server.undone

    def connect(self, house: House) -> Connect:
        def line(key: str) -> Line:
            made = Line(self.server, key, self.rng, house.weather, house.name)
            self.under_way.append(made.under_way)
            return made

        return lambda held, _: TicketingPlatform(line, held)

    async def play(self) -> None:
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

    async def _open(self, house: House) -> None:
        device = f"{house.name}, north entrance"
        session = StoredSession(API, EVENT, "Night", "Lee", device, self.now())
        with transaction(house.conn):
            installation.draw_tag(house.conn, "here")
            sessions.open_session(house.conn, session)
        save(house.keys, GateCredentials(API, EVENT, "KEY", "KEY"))
        with contextlib.suppress(ScannerError):  # the gate opens with a later pull
            await self.engine(house).pull()
        self.start(house)

    async def _something(self) -> None:
        house = self.rng.choice(self.houses)
        dice = self.rng.random()
        if dice < 0.62:
            self._present(house)
        elif dice < 0.72:
            self.change_weather(house)
        elif dice < 0.82:
            await self.crash(house)
        elif dice < 0.92:
            if house.work is None:
                self.start(house)
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
        self.show(house, self.rng.choice(self.serials), word)

    async def _calm(self) -> None:
        """Heal the network and let every gate run for long enough."""
        self.server.strays = False
        await self.calm_down()
        for _ in range(CALM_ROUNDS):
            given_away = give_away(self)
            await asyncio.sleep(ROUND_SECONDS)
            if given_away and not any(
                ledger.has_unsettled(house.conn, EVENT) for house in self.houses
            ):
                break
        await self.end()

    async def _read_for_the_last_time(self) -> None:
        for house in self.houses:
            for _ in range(20):  # lists that contradict themselves are not believed
                with contextlib.suppress(ScannerError):
                    await self.engine(house).pull(whole=True)
                    break

    def _check_always(self) -> None:
        for house in self.houses:
            self.check_running(house)
            session = sessions.read_session(house.conn)
            assert session is None or session.invalid is None, "closed by what is not the API's"
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


def simulate(seed: int, folder: Path) -> None:
    """Play the evening of a seed; raises where something that must hold does not."""
    play_virtually(seed, folder, Evening)
