"""Values as other gates tell them: checked before anything is done with them, or they reach a file.

A gate can be stolen, wrong or newer than this one. What it tells may stop nothing here.
"""

from datetime import datetime
from math import isfinite
from typing import Any

from scanner.facts import Fact, Value

_LONGEST = 4096
"""Characters of a text; serials and names have some dozens."""
_NUMBERS = range(-(1 << 63), 1 << 63)
"""What a database's column takes."""
_YEARS = range(1970, 9000)
"""Far enough from the ends of the calendar for every zone, and for times around it."""


def text(found: Any) -> str:
    """Return a text that can be written.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(found, str) or len(found) > _LONGEST:
        raise ValueError("no text, or too long a one")
    found.encode()  # half of a surrogate pair can't be, and raises a ValueError
    return found


def text_or_none(found: Any) -> str | None:
    """Return a text that can be written, or none.

    Raises:
        ValueError: it is something else.
    """
    return None if found is None else text(found)


def number(found: Any) -> int:
    """Return a whole number that a column takes.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(found, int) or found not in _NUMBERS:
        raise ValueError("no number, or too large a one")
    return int(found)


def time(found: Any) -> datetime:
    """Return an aware time that every zone can show.

    Raises:
        ValueError: it is none.
    """
    at = _aware(found)
    if at.year not in _YEARS:
        raise ValueError("a time is far from any evening")
    return at


def limit_or_none(found: Any) -> datetime | None:
    """Return an aware time up to which something counts, or none; it may be the calendar's end.

    Raises:
        ValueError: it is something else.
    """
    return None if found is None else _aware(found)


def fact(found: Any) -> Fact:
    """Return a fact whose parameters are texts, numbers, and facts without facts of their own.

    Raises:
        ValueError: it is none.
    """
    return _fact(found, nested=True)


def _aware(found: Any) -> datetime:
    at = datetime.fromisoformat(text(found))
    if at.tzinfo is None:
        raise ValueError("a time lacks its zone")
    return at


def _fact(found: Any, *, nested: bool) -> Fact:
    if not isinstance(found, dict) or not isinstance(found.get("params"), dict):
        raise ValueError("no fact")  # noqa: TRY004 - the content is wrong, not the type
    params = {text(key): _value(each, nested) for key, each in found["params"].items()}
    return Fact(text(found.get("code")), params)


def _value(found: Any, nested: bool) -> Value:
    if isinstance(found, dict) and nested:
        return _fact(found, nested=False)
    if isinstance(found, float) and isfinite(found):
        return found
    return number(found) if isinstance(found, int) else text_or_none(found)
