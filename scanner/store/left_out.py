"""What a reading of the API's lists had to leave out, counted by field."""

import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One field that could not be read in some entries of a list.

    Attributes:
        source: the list: `tickets`, `admissions`, or `event` for what describes the event.
        field: its path in an entry.
        problem: the code of what is wrong with it.
        kept: whether the entries were kept without it, or set aside whole.
        count: how many entries.
    """

    source: str
    field: str
    problem: str
    kept: bool
    count: int

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return asdict(self)


def write_left_out(
    conn: sqlite3.Connection, source: str, found: Iterable[LeftOut], *, whole: bool
) -> None:
    """Keep what a reading of a list left out; call inside a transaction on the cache.

    Args:
        conn: the cache's connection.
        source: the list.
        found: what was left out of it.
        whole: the list was read from end to end, and what was left out of it before counts no
            more. A reading of changes sees the same entries many times; its largest count stays.
    """
    if whole:
        conn.execute("DELETE FROM left_out WHERE source = ?", (source,))
    conn.executemany(
        "INSERT INTO left_out (source, field, problem, kept, count) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET count = max(count, excluded.count)",
        [(each.source, each.field, each.problem, each.kept, each.count) for each in found],
    )


def read_left_out(conn: sqlite3.Connection) -> tuple[LeftOut, ...]:
    """Read it, whole entries first, then by the list, then the most frequent first."""
    rows = conn.execute(
        "SELECT source, field, problem, kept, count FROM left_out"
        " ORDER BY kept, source DESC, count DESC, field"
    )
    return tuple(
        LeftOut(source, field, problem, bool(kept), n) for source, field, problem, kept, n in rows
    )
