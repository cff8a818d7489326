"""Forged serials, for simulated crowds."""

import random
from collections.abc import Container

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letters(rng: random.Random, count: int) -> str:
    """Return `count` random characters of the serials' alphabet."""
    return "".join(rng.choices(_ALPHABET, k=count))


def forged(rng: random.Random, event_part: str, known: Container[str]) -> str:
    """Return a serial of an event that is in none of the known ones."""
    while (serial := f"{event_part}-{letters(rng, 12)}") in known:
        pass
    return serial
