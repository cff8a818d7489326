"""Finding tickets by a part of their serial or of a name, among a million, while somebody types.

All serials (and names, where they may be searched) are kept in memory as folded text, some 35
bytes a ticket: looking through it is faster than any index in the database would be for parts of
two characters, and a pull writes no slower for it.
"""

import re
import sqlite3
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from scanner.admission.rules import decide
from scanner.admission.serial import Serial
from scanner.admission.verdict import Verdict
from scanner.store import cache

MOST = 50
"""Results; more than a screen holds says that more must be typed."""

SHORTEST = 2
"""Characters of a query: one would find everything."""

_CHUNK = 20_000
"""Tickets folded at a time: a few milliseconds in which no other thread goes on."""

_MARKS = re.compile("[\u0300-\u036f]")


@dataclass(frozen=True, slots=True)
class Found:
    """One ticket that was found, and the verdict it would have now; nothing is recorded."""

    serial: str
    name: str | None
    section: str
    verdict: Verdict


class TicketSearch:
    """The tickets of one database as searchable text.

    Args:
        names: whether names are kept and searched too.
    """

    def __init__(self, *, names: bool = False) -> None:
        self.names = names
        self._chunks: list[bytes] = []
        self._version: object = None

    def refresh(self, conn: sqlite3.Connection) -> None:
        """Take up what is in the database now; until it returns, the former text is searched."""
        last = conn.execute("SELECT coalesce(max(id), 0) FROM ticket").fetchone()[0]
        pulls = conn.execute("SELECT opened, synced, whole, watermark FROM session").fetchall()
        version = (last, pulls, self.names)
        if version == self._version:
            return
        name = "coalesce(name, '')" if self.names else "''"
        query = (
            f"SELECT group_concat(serial || char(9) || replace({name}, char(10), ' '), char(10))"
            " FROM ticket WHERE id BETWEEN ? AND ? AND listed"
        )
        chunks = []
        for first in range(1, last + 1, _CHUNK):
            text = conn.execute(query, (first, first + _CHUNK - 1)).fetchone()[0]
            if text:
                chunks.append(f"\n{fold(text)}\n".encode())
        self._chunks, self._version = chunks, version

    def find(self, query: str, most: int = MOST) -> list[str]:
        """Return the serials of tickets that hold every word of the query, at most so many."""
        words = [word.encode("utf-8", "replace") for word in fold(query).split()]
        if not self._chunks or not words or max(map(len, words)) < SHORTEST:
            return []
        rarest = min(words, key=self._chunks[0].count)  # most lines are passed over unread
        found: list[str] = []
        for chunk in self._chunks:
            at = chunk.find(rarest)
            while at >= 0:
                start, end = chunk.rfind(b"\n", 0, at) + 1, chunk.find(b"\n", at)
                line = chunk[start:end]
                if all(word in line for word in words):
                    found.append(line.split(b"\t", 1)[0].decode().upper())
                    if len(found) == most:
                        return found
                at = chunk.find(rarest, end)
        return found


def read_found(conn: sqlite3.Connection, serials: list[str], at: datetime) -> list[Found]:
    """Read the tickets of these serials, and how each would be judged at a moment."""
    scope = cache.read_scope(conn)
    found = []
    for serial in serials:
        reading = Serial(serial)
        knowledge = cache.look_up(conn, reading)
        row = conn.execute("SELECT name FROM ticket WHERE serial = ?", (serial,)).fetchone()
        if knowledge.ticket and row:
            section = knowledge.ticket.section.name
            found.append(Found(serial, row[0], section, decide(reading, scope, knowledge, at)))
    return found


def fold(text: str) -> str:
    """Make letters equal that people take for one: case and accents go."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold()
