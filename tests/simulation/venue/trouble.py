"""What befalls a venue beyond the network: to its engine, its gates, and its tickets."""

import asyncio
import random
from enum import Enum
from typing import TYPE_CHECKING

from scanner.facts import Fact
from scanner.store import ledger, sessions
from scanner.store.database import transaction
from scanner.store.differences import DifferenceKind
from scanner.store.ledger import State
from tests.simulation.memory import new_database
from tests.simulation.venue.opened import TAGS, draw_tag, right_of, tell_of
from tests.simulation.venue.party import Party

if TYPE_CHECKING:
    from tests.simulation.venue.evening import VenueEvening

_CHANCE = 0.12
_COMPARED_SECONDS = 10.0


class Trouble(Enum):
    """One kind of it."""

    LOST_WRITES = "damaged disks cost the engine its last writes"
    PUT_BACK = "a gate's files are put back from a copy made earlier in the evening"
    GONE = "a gate is never seen again"
    NO_CACHE = "a gate's cache is lost"
    UNDONE = "an admission is taken back at the platform"
    REISSUED = "a right gets another serial"


def troubles(seed: int) -> frozenset[Trouble]:
    """Return what befalls the venue of an evening; each in an eighth of all evenings."""
    rng = random.Random(f"trouble {seed}")
    return frozenset(each for each in Trouble if rng.random() < _CHANCE)


async def befall(evening: "VenueEvening", trouble: Trouble, party: Party) -> None:
    """Let it happen, where it can."""
    match trouble:
        case Trouble.LOST_WRITES if evening.venue.revision:
            evening.venue.lose(evening.rng.randint(1, 3))
        case Trouble.PUT_BACK:
            await _put_back(evening, party)
        case Trouble.GONE if len(evening.present) > 2:
            await party.crash()
            party.gone = True
        case Trouble.NO_CACHE:
            await party.crash()
            for table in ("venue_claim", "venue_position"):
                party.house.conn.execute(f"DELETE FROM {table}")
        case Trouble.UNDONE:
            _undo(evening, party)
        case Trouble.REISSUED if evening.back:
            number = evening.rng.randrange(evening.count)
            evening.editions[number] += 1
            tell_of(party.house.conn, number, evening.editions[number])


async def _put_back(evening: "VenueEvening", party: Party) -> None:
    """Copy a gate, or put its copy back; it is closed until it was compared with the platform."""
    house = party.house
    if house.copy is None:
        house.copy = house.conn.serialize()
        return
    await party.crash()
    house.conn, house.copy = new_database(house.copy), None
    house.rows_before, house.restored = 0, True
    evening.tags += 1
    party.tag = TAGS[evening.tags]
    draw_tag(house.conn, party.tag)
    conn = house.conn
    sessions.note_behind(conn, evening.now())
    loop = asyncio.get_running_loop()
    loop.call_later(_COMPARED_SECONDS, lambda: sessions.note_behind(conn, None))
    house.greens &= {each.serial for each in ledger.in_state(conn)}
    house.seen.clear()
    shown = conn.execute("SELECT serial FROM admitted JOIN shown USING (journal)")
    house.seen |= {serial for (serial,) in shown}


def _undo(evening: "VenueEvening", party: Party) -> None:
    """Take back one of a gate's admissions, as its platform does after a look at the door."""
    conn, now = party.house.conn, evening.now()
    found = [each for each in ledger.in_state(conn) if each.state is not State.UNDONE]
    if not found:
        return
    serial = evening.rng.choice(found).serial
    with transaction(conn):
        ledger.mark_sending(conn, [serial], now)
        ledger.confirm(conn, [serial], now)
        ledger.move(conn, serial, State.UNDONE, now, Fact(DifferenceKind.UNDONE))
    evening.taken_back.add(serial)
    inside = evening.books.inside[right_of(serial)]
    inside[:] = [each for each in inside if each.tag != party.tag]
