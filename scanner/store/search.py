"""Finding tickets by a part of their serial or of a name, among a million, while somebody types."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scanner.admission.rules import decide
from scanner.admission.serial import Serial
from scanner.admission.ticket import EarlierAdmission, TicketStatus
from scanner.admission.verdict import Verdict
from scanner.store import ledger, sessions, tickets
from scanner.store.ledger import State
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


@dataclass(frozen=True, slots=True)
class TicketView:
    """All that is known of one ticket; nothing is recorded by reading it.

    Attributes:
        found: the ticket, and the verdict it would have now.
        status: its status at the API.
        listed: whether the last whole list had it.
        own: this gate's admission that stands, and its state.
        other: another gate's, according to the API.
        again: when its patron was let in again here, oldest first (aware).
    """

    found: Found
    status: TicketStatus
    listed: bool
    own: EarlierAdmission | None = None
    own_state: State | None = None
    other: EarlierAdmission | None = None
    again: tuple[datetime, ...] = ()


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


def read_ticket(conn: sqlite3.Connection, serial: str) -> TicketView | None:
    """Read what is known of a serial's ticket; nothing where the list has none."""
    found, ticket = read_found(conn, [serial]), tickets.find_ticket(conn, serial)
    if not found or ticket is None:
        return None
    own = next(iter(ledger.by_serial(conn, [serial])), None)
    return TicketView(
        found[0],
        ticket.status,
        ticket.listed,
        EarlierAdmission(own.at, own.redeemer, own.gate) if own else None,
        own.state if own else None,
        tickets.find_other_admission(conn, serial),
        tuple(each.at for each in ledger.reentries(conn, serial)),
    )


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
