"""What servers make of what the contract leaves open; an evening's server has some of it."""

import random
from enum import Enum

_CHANCE = 0.2


class Personality(Enum):
    """One way in which a server differs from the mock."""

    CAPS_PAGES = "it silently gives fewer entries on a page than were asked for"
    REFUSES_SIZES = "it refuses pages of more than a few entries"
    LIES_ABOUT_TOTALS = "its totals are too low, too high, or without an end"
    SHIFTS_PAGES = "entries move to other pages while they are read"
    REPEATS_ENTRIES = "some entries come twice"
    STRAY_REFUSALS = "something before it answers 401, 403, 404 or a page of its own now and then"
    EMPTY_MOMENTS = "its list of tickets is empty for half a minute"
    UNDOES = "somebody there takes admissions back, and their tickets are issued again"
    CHANGES_NAMES = "it trims names, cuts them, or changes their case"
    SKEWED_CLOCK = "the clock that dates admissions is minutes off"


class Mishap(Enum):
    """One thing that befalls a gate's own data."""

    RESTORED = "its ledger is put back from a copy made earlier in the evening"
    CLONED = "its data is copied, nothing betrays the copy, and both go on"


def mishaps(seed: int) -> frozenset[Mishap]:
    """Return what befalls an evening's gates; each in a tenth of all evenings."""
    rng = random.Random(f"mishap {seed}")
    return frozenset(each for each in Mishap if rng.random() < _CHANCE / 2)


def personalities(seed: int) -> frozenset[Personality]:
    """Return what the server of an evening is like; each in a fifth of all evenings."""
    rng = random.Random(f"personality {seed}")
    return frozenset(each for each in Personality if rng.random() < _CHANCE)
