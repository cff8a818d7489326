"""Serials that no ticket has, for made-up crowds."""

import random
from collections.abc import Container

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letters(rng: random.Random, count: int) -> str:
    """Return so many of the characters that serials are made of."""
    return "".join(rng.choices(_ALPHABET, k=count))


def forged(rng: random.Random, event_part: str, known: Container[str]) -> str:
    """Return a serial of an event that is not among the known ones."""
    while (serial := f"{event_part}-{letters(rng, 12)}") in known:
        pass
    return serial
