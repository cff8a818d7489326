"""Readings of the ticket list that are doubted: an error at the API must not empty a gate's list.

A reading that lacks much is believed when a second one says the same a minute later, or when a
person accepts it.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SECOND_READING = timedelta(minutes=1)
"""How much later a second reading has to say the same."""

_FEWEST_TICKETS = 20
LARGE_PART = 5
"""A fifth."""


class DoubtKind(StrEnum):
    """What is doubted."""

    SHRUNK = "shrunk"
    """Tickets that were listed before are absent."""
    SHORT = "short"
    """The list ends before its total."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubted reading: the full pull's number, the server's time, and how many are missing."""

    kind: DoubtKind
    number: int
    at: datetime
    missing: int
    known: int
    accepted: bool = False


def is_large(missing: int, known: int, *, whole: bool = True) -> bool:
    """Tell whether the absence of so many of the known tickets is doubted.

    Args:
        missing: how many are absent.
        known: how many there were, in all.
        whole: whether those were a whole list; a part may be of a list of any length.
    """
    return (known >= _FEWEST_TICKETS or not whole) and missing * LARGE_PART >= known


def read_doubts(conn: sqlite3.Connection) -> list[Doubt]:
    """Read what is doubted now, and what was accepted and is still so."""
    rows = conn.execute("SELECT kind, pass, at, missing, known, accepted FROM doubt ORDER BY kind")
    return [
        Doubt(DoubtKind(kind), number, datetime.fromisoformat(at), missing, known, bool(accepted))
        for kind, number, at, missing, known, accepted in rows
    ]


def weigh(conn: sqlite3.Connection, found: Doubt, *, accept: bool = False) -> int | None:
    """Note a doubt; call inside a transaction on the cache.

    Args:
        conn: the cache.
        found: what the reading that has just ended makes doubt.
        accept: whether a person has looked at it.

    Returns:
        The number of the first full pull whose word is believed; nothing while it is doubted.
    """
    before = next((each for each in read_doubts(conn) if each.kind is found.kind), None)
    believed = None
    if accept:
        believed = found.number
    elif before and (before.accepted or found.at - before.at >= SECOND_READING):
        believed = before.number
    first = found if before is None or found.at < before.at else before
    conn.execute(
        "INSERT OR REPLACE INTO doubt VALUES (?, ?, ?, ?, ?, ?)",
        (
            found.kind.value,
            first.number,
            first.at.isoformat(),
            found.missing,
            found.known,
            believed is not None,
        ),
    )
    return believed


def dispel(conn: sqlite3.Connection, *kinds: DoubtKind) -> None:
    """Forget doubts of these kinds."""
    conn.executemany("DELETE FROM doubt WHERE kind = ?", [(each.value,) for each in kinds])
