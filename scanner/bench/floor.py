"""The yardstick: what the disk and SQLite allow, by bare loops without anything of this program.

Hence the SQL here, which else stands in the store alone.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from scanner.bench import stock

_COLUMNS = "serial, section, status, redeemed, owner, name, fingerprint, pass"


class Floor:
    """One SELECT, one INSERT and one commit that has reached the disk; WAL, `synchronous=FULL`."""

    def __init__(self, file: Path, tickets: int) -> None:
        self._conn = sqlite3.connect(file, isolation_level=None)
        self._conn.execute("PRAGMA journal_mode = WAL")
        self._conn.execute("CREATE TABLE ticket (serial TEXT PRIMARY KEY, section TEXT)")
        self._conn.execute("CREATE TABLE admission (serial TEXT PRIMARY KEY, at TEXT)")
        self._conn.execute("PRAGMA synchronous = OFF")
        self._conn.execute("BEGIN")
        found = ((row.serial, row.section) for row in stock.rows(tickets))
        self._conn.executemany("INSERT INTO ticket VALUES (?, ?)", found)
        self._conn.execute("COMMIT")
        self._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._conn.execute("PRAGMA synchronous = FULL")

    def record(self, serial: str) -> None:
        """Look a ticket up and record its admission."""
        at = datetime.now(UTC).isoformat()
        self._conn.execute("BEGIN IMMEDIATE")
        self._conn.execute("SELECT section FROM ticket WHERE serial = ?", (serial,)).fetchone()
        self._conn.execute("INSERT INTO admission VALUES (?, ?)", (serial, at))
        self._conn.execute("COMMIT")

    def count(self) -> int:
        """Count what was recorded."""
        return int(self._conn.execute("SELECT count(*) FROM admission").fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        self._conn.close()


def section_ids(conn: sqlite3.Connection) -> dict[str, int]:
    """Return the sections' ids by their URI."""
    return dict(conn.execute("SELECT uri, id FROM section").fetchall())


def count_tickets(conn: sqlite3.Connection) -> int:
    """Count what `insert_all` has inserted."""
    return int(conn.execute("SELECT count(*) FROM ticket").fetchone()[0])


def insert_all(conn: sqlite3.Connection, values: Iterable[Sequence[Any]]) -> float:
    """Insert tickets by one `executemany` in one transaction; returns the seconds.

    Args:
        conn: a database of the gate's shape, with its sections.
        values: serial, the section's id, status, redeemed, owner, name, fingerprint, pass.
    """
    rows = list(values)
    begun = perf_counter()
    conn.execute("BEGIN IMMEDIATE")
    conn.executemany(
        f"INSERT INTO ticket ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - fixed
        rows,
    )
    conn.execute("COMMIT")
    return perf_counter() - begun
