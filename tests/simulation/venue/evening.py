"""One simulated evening of a venue: some gates, one engine, and a die that throws them about."""

import asyncio
from datetime import timedelta
from pathlib import Path

from scanner.admission.rules import Exit, LetIn, Override, Reentry, Word
from scanner.admission.ticket import Unclaimed
from scanner.admission.verdict import Kind
from scanner.judging import Judged
from scanner.sync.credentials import Connect
from tests.simulation import network
from tests.simulation.gates import Gates, House
from tests.simulation.memory import without_collections, without_threads
from tests.simulation.venue.checks import (
    Books,
    check_doubles,
    check_settled,
    check_tickets,
    claims_of,
)
from tests.simulation.venue.engine import Engine
from tests.simulation.venue.line import LATEST, Line, Weather
from tests.simulation.venue.opened import TAGS, opened, right_of, serial_of, tell_of
from tests.simulation.venue.party import KEY, Party
from tests.simulation.venue.trouble import befall, troubles
from tests.simulation.virtual_time import run_virtually
from tests.sync.house import MemoryKeys

EVENING_SECONDS = 15.0
_CALM_SECONDS = 14.0
_BETWEEN_SECONDS = 1.2


class VenueEvening(Gates):
    """Everything that happens at a venue, from one seed."""

    venue: Engine

    def __init__(self, seed: int) -> None:
        super().__init__(seed, Path("nowhere"))
        rng = self.rng
        self.policy = rng.choice(tuple(Unclaimed))
        self.back = rng.random() < 0.4
        self.count = rng.randint(3, 9)
        self.crashes = rng.choice((0.0, 0.0, 0.01, 0.04))
        self.troubles = sorted(troubles(seed), key=lambda each: each.name)
        self.editions = [0] * self.count
        self.books = Books(self.policy)
        self.parties: dict[str, Party] = {}
        self.taken_back: set[str] = set()
        self.tags = 4

    def connect(self, house: House) -> Connect:
        """Nothing is sent on such an evening."""
        raise NotImplementedError

    @property
    def undone(self) -> set[str]:
        return self.taken_back

    @property
    def present(self) -> list[Party]:
        """The gates that somebody still has."""
        return [each for each in self.parties.values() if not each.gone]

    def right(self, number: int) -> str:
        """Return what names a right to the venue."""
        return f"position {number}" if self.back else serial_of(number)

    def alike(self, serial: str) -> set[str]:
        number = right_of(serial)
        return {serial_of(number, edition) for edition in range(self.editions[number] + 1)}

    def is_lost(self, number: int) -> bool:
        """Tell whether the engine lost what it had acknowledged of a right."""
        lost = self.venue.lost
        return bool(lost) and KEY.name(self.right(number)) in lost

    async def play(self) -> None:
        self.venue = Engine(self.rng, self.rng.choice((1, 3, 3, 3)))
        try:
            await self._play()
        except BaseException as error:
            error.add_note(self._told())
            raise

    def _told(self) -> str:
        """Tell a failing evening: what it was like, what the engine has, and what happened."""
        said = ", ".join([self.policy, *(each.name for each in self.troubles)])
        claims = (f"{number} {each}" for number, each in sorted(claims_of(self).items()))
        return "\n".join((said, *claims, str(self.books)))

    async def _play(self) -> None:
        for number in range(self.rng.choice((2, 2, 2, 3, 4))):
            self._open(number)
        loop = asyncio.get_running_loop()
        while loop.time() < EVENING_SECONDS:
            await asyncio.sleep(self.rng.expovariate(1 / _BETWEEN_SECONDS))
            await self._something()
            self._check_always()
        await self._calm()
        check_settled(self)
        check_doubles(self)
        await check_tickets(self)
        self._check_always()
        for party in self.parties.values():
            await party.crash()

    def _open(self, number: int) -> None:
        name, tag = f"gate {number}", TAGS[number]
        house = House(
            name,
            opened(name, self.count, tag, back=self.back),
            Path("nowhere") / name,
            MemoryKeys(),
            network.Weather(),
            server_first=False,
            clock_off=timedelta(seconds=self.rng.uniform(-9000, 9000)),
        )
        self.houses.append(house)
        self.parties[name] = Party(house, Line(self.venue, self.rng, Weather()), tag)
        self.start(house)

    def start(self, house: House) -> None:
        party = self.parties[house.name]

        def dies() -> bool:
            if self.rng.random() >= self.crashes:
                return False
            self.under_way.append([asyncio.ensure_future(party.crash())])
            return True

        if party.run is None and not party.gone:
            party.start(
                self.policy,
                lambda: self.now() + house.clock_off,
                dies,
                lambda judged: self._look_at(house, judged),
            )

    async def crash(self, house: House) -> None:
        await self.parties[house.name].crash()

    async def _something(self) -> None:
        rng = self.rng
        party = rng.choice(self.present)
        dice = rng.random()
        if dice < 0.58:
            self._patron()
        elif dice < 0.68:
            self._change_weather(party.line.weather)
        elif dice < 0.73:
            await party.crash()
        elif dice < 0.81:
            self.start(party.house)
        elif dice < 0.85:
            self.venue.toggle()
        elif dice < 0.88:
            self._split()
        elif dice < 0.89:
            self.venue.restart()
        elif dice < 0.91:
            self._heal()
        elif dice < 0.92:
            party.house.clock_off += timedelta(seconds=rng.uniform(-9000, 9000))
        elif self.troubles:
            await befall(self, rng.choice(self.troubles), party)

    def _patron(self) -> None:
        """Have somebody come to a gate, and often a friend to another one with the same ticket."""
        rng = self.rng
        number = rng.randrange(self.count)
        for party in rng.sample(self.present, min(len(self.present), rng.choice((1, 1, 2)))):
            self._come(party, number, rng.choice((0.0, rng.uniform(0, 0.01), rng.uniform(0, 1))))

    def _come(self, party: Party, number: int, delay: float) -> None:
        word, edition = self._word(), self.rng.randint(0, self.editions[number])
        if edition and self.rng.random() < 0.8:  # a pull has brought it
            tell_of(party.house.conn, number, edition)
        loop = asyncio.get_running_loop()
        loop.call_later(delay, self.show, party.house, serial_of(number, edition), word)

    def show(self, house: House, payload: str, word: Word | None = None) -> None:
        number = right_of(payload)
        if isinstance(word, Exit) and not self.books.inside[number]:
            return  # who leaves is in
        self.parties[house.name].tries.add((number, self.now() + house.clock_off))
        super().show(house, payload, word)

    def _word(self) -> Word | None:
        dice = self.rng.random()
        if dice < 0.08:
            return LetIn()
        if dice < 0.2 if self.back else dice < 0.1:
            return Exit()
        if dice < 0.23:
            return Override("they know the artist", "Ana")
        if dice < 0.25:
            return Reentry("they had a smoke", "Ana")
        return None

    def _change_weather(self, weather: Weather) -> None:
        weather.up = self.rng.random() < 0.6
        for mishap in ("request_lost", "reply_lost", "late", "crowded"):
            bad = self.rng.random() < 0.35
            setattr(weather, mishap, self.rng.choice((0.1, 0.4)) if bad else 0.0)
        self.venue.wake()

    def _split(self) -> None:
        for party in self.parties.values():
            party.line.weather.side = self.rng.randrange(2)
        self.venue.split()

    def _heal(self) -> None:
        for party in self.parties.values():
            party.line.weather.side = 0
        self.venue.heal()

    async def _calm(self) -> None:
        """Heal all, and wait for what is on its way, and for what is owed."""
        for party in self.parties.values():
            for name, value in vars(Weather()).items():
                setattr(party.line.weather, name, value)
        self._heal()
        self.crashes = 0.0
        await asyncio.sleep(LATEST)
        for house in self.houses:
            self.start(house)
            for number, edition in enumerate(self.editions):
                for each in range(edition):  # the next pull brings it
                    tell_of(house.conn, number, each + 1)
        await asyncio.sleep(_CALM_SECONDS)
        self._check_always()

    def _check_always(self) -> None:
        for party in self.parties.values():
            self.check_running(party.house)
            party.check()

    def check_record(self, house: House, judged: Judged) -> None:
        if judged.verdict.kind is Kind.ADMITTED:
            super().check_record(house, judged)

    def _published(self, house: House, judged: Judged) -> None:
        party, serial = self.parties[house.name], judged.verdict.serial
        if party.run and serial:
            second, number = asyncio.get_running_loop().time(), right_of(serial)
            lost = self.is_lost(number) or self.editions[number] > 0
            self.books.note(second, party, number, judged, party.run.way, lost=lost)
        super()._published(house, judged)


def simulate(seed: int) -> None:
    """Play the evening of a seed; raises where something that must hold does not."""
    with without_threads(), without_collections():
        run_virtually(VenueEvening(seed).play())
