"""The heads of other gates' journals, as they came last, and what does not fit together in them."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from scanner.facts import Code, Fact
from scanner.store import journal, sessions
from scanner.store.anchor import Head


class HeadFault(Code):
    """What is wrong with another gate's ledger; the codes of the finder's notes of it."""

    WENT_BACK = "venue.head_went_back"
    OTHER_ROW = "venue.head_other_row"
    REWRITTEN = "venue.head_rewritten"


@dataclass(frozen=True, slots=True)
class KnownHead:
    """The last head of a gate's journal that came here.

    Attributes:
        gate: the venue's key of that gate.
        name: what it is called.
        head: the row and its hash.
        seen: when it came, this gate's time.
    """

    gate: str
    name: str
    head: Head
    seen: datetime


def read(conn: sqlite3.Connection) -> dict[str, KnownHead]:
    """Return the last heads, by their gates."""
    rows = conn.execute("SELECT gate, name, row, hash, seen FROM venue_head ORDER BY name, gate")
    return {
        gate: KnownHead(gate, name, Head(row, bytes.fromhex(digest)), datetime.fromisoformat(seen))
        for gate, name, row, digest, seen in rows
    }


def write(conn: sqlite3.Connection, found: Iterable[KnownHead]) -> None:
    """Keep heads in the place of those before; call inside a transaction."""
    conn.executemany(
        "INSERT OR REPLACE INTO venue_head VALUES (?, ?, ?, ?, ?)",
        [
            (each.gate, each.name, each.head.row, each.head.digest.hex(), each.seen.isoformat())
            for each in found
        ],
    )


def hash_at(conn: sqlite3.Connection, row: int) -> bytes | None:
    """Return the hash of a row of this gate's own journal; nothing where it has no such row."""
    if row == 0:
        return journal.FIRST
    found = conn.execute("SELECT hash FROM journal WHERE id = ?", (row,)).fetchone()
    return bytes(found[0]) if found else None


def mac_at(conn: sqlite3.Connection, row: int) -> bytes | None:
    """Return the MAC of a row of this gate's own journal, where it was written with a key."""
    found = conn.execute("SELECT mac FROM journal WHERE id = ?", (row,)).fetchone()
    return bytes(found[0]) if found and found[0] else None


def note(conn: sqlite3.Connection, finding: Fact, at: datetime) -> bool:
    """Note a finding in this gate's journal, once; call inside a transaction.

    Returns:
        Whether it is new.
    """
    if any(fact == finding for _, fact in journal.notes(conn, finding.code)):
        return False
    journal.note(conn, finding, at, "venue")
    return True


def findings(conn: sqlite3.Connection) -> list[Fact]:
    """Return what was found since the session was opened, oldest first."""
    session = sessions.read_session(conn)
    since = session.opened.isoformat() if session else ""
    rows = conn.execute(
        "SELECT reason, params FROM journal WHERE kind = ? AND reason IN (?, ?, ?) AND at >= ?"
        " ORDER BY id",
        (journal.NOTE, *HeadFault, since),
    )
    return [journal.params_from_text(reason, params) for reason, params in rows]
