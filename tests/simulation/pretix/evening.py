"""One simulated evening at a pretix: what `tests.simulation.evening` is for TickeTing."""

import asyncio
import contextlib
from datetime import timedelta
from pathlib import Path

from scanner.admission.code_form import CodeForm
from scanner.admission.rules import Exit, LetIn, Override, Reentry, Word
from scanner.admission.verdict import Kind
from scanner.errors import ScannerError
from scanner.judging import Judged
from scanner.platform.access import GateCredentials
from scanner.pretix.client import Pretix
from scanner.pretix.platform import PretixPlatform
from scanner.store import installation, ledger, passages, sessions
from scanner.store.database import transaction
from scanner.store.sessions import StoredSession
from scanner.sync.credentials import Connect, save
from tests.simulation.gates import (
    CALM_ROUNDS,
    EVENING_SECONDS,
    ROUND_SECONDS,
    Gates,
    House,
    play_virtually,
)
from tests.simulation.pretix.api import EVENT, ORGANISER, Api
from tests.simulation.pretix.books import check_at_the_end
from tests.simulation.pretix.orders import (
    CheckIn,
    CheckInList,
    Event,
    Movement,
    OrderStatus,
    Position,
)
from tests.simulation.pretix.wire import URL, Wire

FLOOR, BALCONY, LOUNGE = 1, 2, 3
_PLATFORM = "pretix"


class PretixEvening(Gates):
    """Everything that happens, from one seed."""

    def __init__(self, seed: int, folder: Path) -> None:
        super().__init__(seed, folder)
        first = CheckInList(
            1,
            self.rng.choice((frozenset(), frozenset({FLOOR, BALCONY}))),
            multiple_entries=self.rng.random() < 0.15,
            entry_after_exit=self.rng.random() < 0.6,
            rules=self.rng.random() < 0.2,
        )
        second = CheckInList(2, entry_after_exit=False)
        names = {FLOOR: "Floor", BALCONY: "Balcony", LOUNGE: "Lounge"}
        self.event = Event(self.now, {1: first, 2: second}, names)
        self.event.signed = self.rng.random() < 0.3
        self.api = Api(self.event, self.rng.choice((2, 3, 50)))
        self.lists: dict[str, int] = {}
        for number in range(1, self.rng.randint(1, 3) + 1):
            house = self.house(f"gate {number}")
            self.houses.append(house)
            self.lists[house.name] = self.rng.choice((1, 1, 1, 2))
            self.event.devices[_key(house)] = number

    def connect(self, house: House) -> Connect:
        def make(held: GateCredentials, device: str) -> PretixPlatform:
            wire = Wire(self.api, self.rng, house.weather)
            self.under_way.append(wire.under_way)
            api = Pretix(held.api, held.key, transport=wire)
            return PretixPlatform(api, held, device, "en", _without_pause)

        return make

    def alike(self, serial: str) -> set[str]:
        number = self.event.secrets.get(serial)
        return {each for each, its in self.event.secrets.items() if its == number}

    @property
    def undone(self) -> set[str]:
        numbers = self.event.undone
        return {each for each, number in self.event.secrets.items() if number in numbers}

    def number(self, house: House) -> int:
        """Return a gate's number as a device."""
        return self.event.devices[_key(house)]

    def is_revoked(self, house: House) -> bool:
        return self.number(house) in self.event.revoked

    async def play(self) -> None:
        for _ in range(self.rng.randint(2, 5)):
            self._sell()
        for house in self.houses:
            await self._open(house)
        end = asyncio.get_running_loop().time() + EVENING_SECONDS
        while asyncio.get_running_loop().time() < end:
            await asyncio.sleep(self.rng.expovariate(1 / 6))
            self._at_the_door() if self.rng.random() < 0.7 else await self._elsewhere()
            self._check_always()
        await self.calm_down()
        for _ in range(CALM_ROUNDS):
            await asyncio.sleep(ROUND_SECONDS)
            if not any(map(self._is_waiting, self.houses)):
                break
        await self.end()
        for house in self.houses:
            for _ in range(20):  # lists that contradict themselves are not believed
                with contextlib.suppress(ScannerError):
                    await self.engine(house).pull(whole=True)
                    break
        self._check_always()
        check_at_the_end(self)

    def check_record(self, house: House, judged: Judged) -> None:
        serial = str(judged.verdict.serial)
        if judged.verdict.kind in (Kind.EXITED, Kind.REENTRY):
            found = [each.journal for each in passages.of_ticket(house.conn, serial)]
            assert judged.scan in found, "an exit or further entry without its record"
        else:
            assert len(ledger.by_serial(house.conn, [serial])) == 1, "a green light without any"

    async def _open(self, house: House) -> None:
        event = self._uri(house)
        session = StoredSession(
            URL,
            event,
            "Evening",
            "Lee",
            house.name,
            self.now(),
            platform=_PLATFORM,
            form=CodeForm.SECRET,
            passages=True,
        )
        with transaction(house.conn):
            installation.draw_tag(house.conn, "here")
            sessions.open_session(house.conn, session)
        held = GateCredentials(
            URL, event, "", _key(house), number=self.number(house), platform=_PLATFORM
        )
        save(house.keys, held)
        with contextlib.suppress(ScannerError):  # the gate opens with a later pull
            await self.engine(house).pull()
        self.start(house)

    def _uri(self, house: House) -> str:
        return f"/organizers/{ORGANISER}/events/{EVENT}/checkinlists/{self.lists[house.name]}"

    def _at_the_door(self) -> None:
        house = self.rng.choice(self.houses)
        dice = self.rng.random()
        if dice < 0.85:
            payload = self.rng.choice([each.secret for each in self.event.positions()])
        elif dice < 0.95:
            payload = self.rng.choice(list(self.event.secrets))
        else:
            payload = self.rng.choice(("Happy birthday!", "x" * 32, "https://example.org/"))
        self.show(house, payload, self._word())

    def _word(self) -> Word | None:
        dice = self.rng.random()
        if dice < 0.6:
            return None
        if dice < 0.8:
            return Exit()
        return self.rng.choice((LetIn(), LetIn(), Override("a guest"), Reentry("was outside")))

    async def _elsewhere(self) -> None:
        """Let something happen that is not at the door: to a gate, or at the organiser's."""
        house = self.rng.choice(self.houses)
        dice = self.rng.random()
        if dice < 0.3:
            self.change_weather(house)
        elif dice < 0.5:
            await self.crash(house)
        elif dice < 0.7:
            if house.work is None:
                self.start(house)
        elif dice < 0.76:
            house.clock_off += timedelta(seconds=self.rng.uniform(-7200, 7200))
        else:
            self._at_the_organisers(house)

    def _at_the_organisers(self, house: House) -> None:
        position = self._one_of_the_tickets()
        order = self.event.order_of(position)
        dice = self.rng.random()
        if dice < 0.15:
            order.status = OrderStatus.CANCELLED
        elif dice < 0.25:
            self.event.cancel(position)
        elif dice < 0.5:
            position.blocked = not position.blocked
        elif dice < 0.65:
            self.event.reissue(position)
        elif dice < 0.75 and order.status is OrderStatus.PENDING:
            order.status = OrderStatus.PAID
        elif dice < 0.85:
            self._sell()
        elif dice < 0.9:
            self._admit_by_browser(position.number)
        elif dice < 0.93:
            self.event.undo(position, self.rng.choice(list(self.event.lists)))
        elif dice < 0.97:
            self._set_hours(position)
        elif len(self.houses) > 1:
            self.event.revoked.add(self.number(house))
        self.event.touch(position)

    def _one_of_the_tickets(self) -> Position:
        """Choose one, half the time that which was shown last, whose gate may not know it yet."""
        positions = list(self.event.positions())
        shown = [each for each in positions if each.check_ins]
        if shown and self.rng.random() < 0.5:
            return max(shown, key=lambda each: each.check_ins[-1].number)
        return self.rng.choice(positions)

    def _admit_by_browser(self, number: int) -> None:
        """Check somebody in at the organiser's own page, as a person and no device."""
        position = self.event.by_number(number)
        on_list = self.rng.choice(list(self.event.lists))
        if position and not self.event.admitted(position, on_list):
            made = CheckIn(self.event.number(), on_list, Movement.ENTRY, self.now(), None, None)
            position.check_ins.append(made)

    def _set_hours(self, position: Position) -> None:
        """Have a ticket be valid from or until some time of the evening."""
        bound = self.now() + timedelta(hours=self.rng.uniform(-2, 2))
        if self.rng.random() < 0.5:
            position.valid_from, position.valid_until = bound, None
        else:
            position.valid_from, position.valid_until = None, bound

    def _sell(self) -> None:
        items = self.rng.choices((FLOOR, BALCONY, LOUNGE), k=self.rng.randint(1, 4))
        unpaid = self.rng.random() < 0.25
        order = self.event.sell(items, OrderStatus.PENDING if unpaid else OrderStatus.PAID)
        order.valid_if_pending = self.rng.random() < 0.3
        order.require_approval = self.rng.random() < 0.3

    def _is_waiting(self, house: House) -> bool:
        """Tell whether a gate has something to deliver yet, or to learn that it may not."""
        if self.is_revoked(house):
            session = sessions.read_session(house.conn)
            return session is not None and session.invalid is None
        counts = passages.counts(house.conn)
        queued = counts[ledger.State.QUEUED] + counts[ledger.State.SENDING]
        return bool(queued) or ledger.has_unsettled(house.conn, self._uri(house))

    def _check_always(self) -> None:
        for house in self.houses:
            self.check_running(house)
            session = sessions.read_session(house.conn)
            closed = session is not None and session.invalid is not None
            assert not closed or self.is_revoked(house), "closed by what is not pretix's"


async def _without_pause() -> None:
    """Read on."""


def _key(house: House) -> str:
    return f"KEY of {house.name}"


def simulate(seed: int, folder: Path) -> None:
    """Play the evening of a seed; raises where something that must hold does not."""
    play_virtually(seed, folder, PretixEvening)
