"""A gate whose data is copied in mid-evening, as a disk image does; nothing betrays the copy."""

from typing import TYPE_CHECKING

from scanner.store import differences, encounters, ledger
from scanner.store.ledger import State
from tests.simulation.server import SECTIONS

if TYPE_CHECKING:
    from tests.simulation.evening import Evening
    from tests.simulation.gates import House

SPARE = {f"DAWIER-BACK9000000{number}": SECTIONS[number % 2] for number in range(4)}
"""Tickets that nobody shows before the end of the evening, two for each section."""


async def clone(evening: "Evening", house: "House") -> None:
    """Copy a gate with its tag; both go on."""
    await evening.crash(house)
    copy = evening.house(f"{house.name} copy")
    copy.conn.deserialize(house.conn.serialize())
    copy.keys, copy.seen, copy.clock_off = house.keys, set(house.seen), house.clock_off
    evening.houses.append(copy)
    evening.cloned = [house, copy]
    settled = [each for each in ledger.in_state(house.conn) if each.state is State.CONFIRMED]
    house.settled_before = copy.settled_before = frozenset(each.serial for each in settled)
    for each in evening.cloned:
        evening.start(each)


def give_away(evening: "Evening") -> bool:
    """Have both let in somebody else, as gates in use do; tells whether both have."""
    permitted = evening.server.tokens["KEY"]
    for number, house in enumerate(evening.cloned):
        spare = next(
            serial for serial, section in list(SPARE.items())[2 * number :] if section in permitted
        )
        if not house.greens & SPARE.keys():
            evening.show(house, spare)
    return all(house.greens & SPARE.keys() for house in evening.cloned)


def check_clones(evening: "Evening") -> None:
    """What is confirmed and the other's is shown as such; who hears of the other tells."""
    server = evening.server
    for house in evening.cloned:
        states = {each.serial: each.state for each in ledger.in_state(house.conn)}
        theirs = {s for s in server.admissions if server.granted_to[s] != house.name}
        (other,) = (each for each in evening.cloned if each is not house)
        if any(server.granted_to[s] == other.name for s in theirs - set(states)):
            assert encounters.current(house.conn), "a copy that was not noticed"
        confirmed = {s for s, state in states.items() if state is State.CONFIRMED}
        told = {each.serial for each in differences.read(house.conn)}
        # Of two admissions under one tag, nothing tells that the first one was undone.
        wrong = (theirs & confirmed) - house.settled_before - told - server.undone
        assert not wrong, f"another's, confirmed, and not shown: {wrong}"
