"""A gate whose data is copied in mid-evening, as a disk image does; nothing betrays the copy."""

from typing import TYPE_CHECKING

from scanner.store import encounters, ledger
from scanner.store.ledger import State
from tests.simulation.personality import Personality

if TYPE_CHECKING:
    from tests.simulation.evening import Evening, House

HIDES_COPIES = frozenset({Personality.CHANGES_NAMES, Personality.UNDOES})
"""Where these come together with a copy, it is not noticed in every evening yet."""


async def clone(evening: "Evening", house: "House") -> None:
    """Copy a gate with its tag; both go on."""
    await evening._crash(house)
    copy = evening._house(f"{house.name} copy")
    copy.conn.deserialize(house.conn.serialize())
    copy.keys, copy.seen, copy.clock_off = house.keys, set(house.seen), house.clock_off
    evening.houses.append(copy)
    evening.cloned = [house, copy]
    house.greens_before = copy.greens_before = frozenset(house.greens)
    for each in evening.cloned:
        evening._start(each)


def check_clones(evening: "Evening") -> None:
    """Two green lights for one ticket are never confirmed twice; who hears of the other tells."""
    twice = set(evening.serials) - evening.server.undone
    for house in evening.cloned:
        states = {each.serial: each.state for each in ledger.in_state(house.conn)}
        (other,) = (each for each in evening.cloned if each is not house)
        theirs = {s for s, name in evening.server.granted_to.items() if name == other.name}
        heard = theirs & set(evening.server.admissions) - set(states)
        if heard and not evening.server.personalities & HIDES_COPIES:
            assert encounters.current(house.conn), "a copy that was not noticed"
        since = house.greens - house.greens_before
        twice &= {serial for serial in since if states[serial] is State.CONFIRMED}
    assert not (evening.cloned and twice), f"two green lights, both confirmed: {twice}"
