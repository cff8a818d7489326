"""Finding tickets by a part of their serial or of a name, among a million, while somebody types."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from scanner.admission.rules import decide
from scanner.admission.serial import Serial
from scanner.admission.verdict import Verdict
from scanner.store import sessions, tickets
from scanner.store.search_text import SearchText, fold

MOST = 50
"""Results; more than a screen holds says that more must be typed."""

SHORTEST = 2
"""Characters of a query: one would find everything."""


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
        file: where the text is kept.
    """

    def __init__(self, file: Path) -> None:
        self._text = SearchText(file)

    def refresh(self, conn: sqlite3.Connection, *, names: bool) -> None:
        """Take up what is in the database now; until it returns, the former text is searched."""
        self._text.refresh(conn, names=names)

    def forget_names(self, *, unless: bool) -> None:
        """Remove the text if it has names, unless they are wanted."""
        if not unless:
            self._text.forget_names()

    def find(
        self, conn: sqlite3.Connection, query: str, *, names: bool, most: int = MOST
    ) -> list[str]:
        """Return the serials of tickets that hold every word of the query, at most so many."""
        words = [word.encode("utf-8", "replace") for word in fold(query).split()]
        if not words or max(map(len, words)) < SHORTEST:
            return []
        rarest, found = b"", list[str]()
        for piece in self._text.pieces(conn, names=names):
            rarest = rarest or min(words, key=piece.count)  # most lines are passed over unread
            at = piece.find(rarest)
            while at >= 0:
                start, end = piece.rfind(b"\n", 0, at) + 1, piece.find(b"\n", at)
                line = piece[start:end]
                if all(word in line for word in words):
                    found.append(line.split(b"\t", 1)[0].decode().upper())
                    if len(found) == most:
                        return found
                at = piece.find(rarest, end)
        return found


def read_found(conn: sqlite3.Connection, serials: list[str]) -> list[Found]:
    """Read the tickets of these serials, and how each would be judged now."""
    closed = sessions.read_standing(conn).closed
    found = []
    for serial in serials:
        presented = Serial(serial)
        known = tickets.look_up(conn, presented)
        row = conn.execute("SELECT name FROM ticket WHERE serial = ?", (serial,)).fetchone()
        if known.ticket and row:
            section = known.ticket.section.name
            found.append(Found(serial, row[0], section, decide(presented, closed, known)))
    return found
