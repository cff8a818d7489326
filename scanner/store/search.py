"""Finding tickets by a part of their serial or of a name, among a million, while somebody types."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scanner.admission.code_form import CodeForm, code_of, may_be_ticket, parse
from scanner.admission.rules import decide
from scanner.admission.serial import ParsedPayload, Secret, Serial
from scanner.admission.ticket import EarlierAdmission, TicketStatus
from scanner.admission.verdict import Kind, Verdict
from scanner.store import passages, sessions, tickets
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
        exits: when its patron left here, likewise.
    """

    found: Found
    status: TicketStatus
    listed: bool
    own: EarlierAdmission | None = None
    own_state: State | None = None
    other: EarlierAdmission | None = None
    again: tuple[datetime, ...] = ()
    exits: tuple[datetime, ...] = ()


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
        return _unfolded(conn, self._folded(conn, words, names=names, most=most))

    def _folded(
        self, conn: sqlite3.Connection, words: list[bytes], *, names: bool, most: int
    ) -> list[str]:
        """Return the folded serials of lines that hold every word."""
        rarest, found = b"", list[str]()
        for piece in self._text.pieces(conn, names=names):
            rarest = rarest or min(words, key=piece.count)  # most lines are passed over unread
            at = piece.find(rarest)
            while at >= 0:
                start, end = piece.rfind(b"\n", 0, at) + 1, piece.find(b"\n", at)
                line = piece[start:end]
                if all(word in line for word in words):
                    found.append(line.split(b"\t", 1)[0].decode())
                    if len(found) == most:
                        return found
                at = piece.find(rarest, end)
        return found


def _unfolded(conn: sqlite3.Connection, folded: list[str]) -> list[str]:
    """Return the tickets' own spellings: capitals, or what the list has where case counts."""
    if sessions.read_standing(conn).form is CodeForm.SERIAL:
        return [each.upper() for each in folded]
    marks = ",".join("?" * len(folded))
    query = f"SELECT serial FROM ticket WHERE serial IN ({marks})"
    spelled = {serial: [serial] for (serial,) in conn.execute(query, folded)}
    if missing := set(folded) - set(spelled):
        for (serial,) in conn.execute("SELECT serial FROM ticket"):
            if (low := fold(serial)) in missing:
                spelled.setdefault(low, []).append(serial)
    return [serial for each in dict.fromkeys(folded) for serial in spelled.get(each, [])]


def read_ticket(conn: sqlite3.Connection, serial: str) -> TicketView | None:
    """Read what is known of a serial's ticket; nothing where the list has none."""
    found, ticket = read_found(conn, [serial]), tickets.find_ticket(conn, serial)
    if not found or ticket is None:
        return None
    own, passed = passages.at_this_door(conn, serial)
    return TicketView(
        found[0],
        ticket.status,
        ticket.listed,
        EarlierAdmission(own.at, own.redeemer, own.gate) if own else None,
        own.state if own else None,
        tickets.find_other_admission(conn, serial),
        tuple(each.at for each in passed if each.kind is Kind.REENTRY),
        tuple(each.at for each in passed if each.kind is Kind.EXITED),
    )


def read_found(conn: sqlite3.Connection, serials: list[str]) -> list[Found]:
    """Read the tickets of these serials, and how each would be judged now."""
    standing, now = sessions.read_standing(conn), datetime.now(UTC)
    found = []
    for serial in serials:
        presented = code_of(standing.form, serial)
        known = tickets.look_up(conn, presented)
        row = conn.execute("SELECT name FROM ticket WHERE serial = ?", (serial,)).fetchone()
        if known.ticket and row:
            section = known.ticket.section.name
            verdict = decide(presented, standing.closed, known, at=now)
            found.append(Found(serial, row[0], section, verdict))
    return found


MOST_OFFERED = 5
"""Tickets; more would be a list to search in."""

FARTHEST = 2
"""Typing mistakes. Of 150,000 random serials, some four lie within two of any other text."""

SHORTEST_SECRET = 16
"""Characters of an opaque code for which nearby ones are looked for. Random codes of so many are
never alike; short ones are often numbered one by one."""

_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_ROWS = 16_384
"""Serials that are compared at a time; their table stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A text that was typed for a serial.

    Attributes:
        text: as it was typed.
        known: whether it leads to a ticket of the list, or to a code that no person mistypes.
        formed: whether it has the form of a serial, where codes have one.
        near: tickets of permitted sections whose serials differ by few typing mistakes, the
            nearest first.
    """

    text: str
    known: bool = False
    formed: bool = True
    near: tuple[Found, ...] = ()


def read_typed(conn: sqlite3.Connection, text: str) -> Typed:
    """Look at what was typed: some 0.2 s where 150,000 tickets are cached and it is none."""
    form = sessions.read_standing(conn).form
    parsed = parse(form, text)
    serial, _ = tickets.find_serial(conn, parsed)
    if serial and tickets.find_ticket(conn, serial):
        return Typed(text, known=True)
    formed = form is CodeForm.SECRET or may_be_ticket(parsed)
    return Typed(text, formed=formed, near=_near(conn, parsed, text))


def _near(conn: sqlite3.Connection, parsed: ParsedPayload, text: str) -> tuple[Found, ...]:
    """Find what was meant by a code that no ticket has; a short opaque one is like too many."""
    match parsed:
        case Serial(value):
            meant = value
        case Secret(value):
            meant = value if len(value) >= SHORTEST_SECRET else ""
        case _:
            meant = "".join(text.split()).translate(_UPPER)
    return tuple(read_found(conn, nearest(conn, meant))) if meant else ()


def nearest(conn: sqlite3.Connection, text: str, most: int = MOST_OFFERED) -> list[str]:
    """Return the serials nearest to a text, of listed tickets of permitted sections.

    Those with the fewest mistakes only: who has one within one mistake gets none within two.
    """
    rows = conn.execute(
        "SELECT serial FROM ticket WHERE listed AND section IN"
        " (SELECT id FROM section WHERE permitted) AND length(serial) BETWEEN ?1 - ?2 AND ?1 + ?2"
        " ORDER BY id",
        (len(text), FARTHEST),
    )
    found: dict[int, list[str]] = {}
    while serials := [serial for (serial,) in rows.fetchmany(_ROWS)]:
        for serial, mistakes in zip(serials, distances(text, serials), strict=True):
            if mistakes <= FARTHEST:
                found.setdefault(mistakes, []).append(serial)
    return found[min(found)][:most] if found else []


def distances(text: str, others: list[str]) -> list[int]:
    """Count the typing mistakes between one text and each of many, up to one above `FARTHEST`.

    The optimal string alignment distance: a wrong, a missing or an extra character and two
    neighbours that changed places are one mistake each. All are compared at once, cell by cell,
    and only in the band of cells that so few mistakes can reach.
    """
    import numpy as np

    codes = np.array(others).view(np.uint32).reshape(len(others), -1).T
    lengths = np.fromiter(map(len, others), np.intp, len(others))
    too_many, one = np.uint8(FARTHEST + 1), np.uint8(1)
    blank = np.full((len(codes) + 1, len(others)), too_many)
    before = last = blank
    row = np.minimum(blank, np.arange(len(codes) + 1, dtype=np.uint8)[:, None])
    for at, letter in enumerate(map(ord, text)):
        before, last, row = last, row, blank.copy()
        row[0] = min(at + 1, FARTHEST + 1)
        for column in range(max(0, at - FARTHEST), min(len(codes), at + FARTHEST + 1)):
            cell = np.minimum(last[column + 1], row[column]) + one
            np.minimum(cell, last[column] + (codes[column] != letter), out=cell)
            if at and column:
                swapped = (codes[column - 1] == letter) & (codes[column] == ord(text[at - 1]))
                cell[swapped] = np.minimum(cell, before[column - 1] + one)[swapped]
            np.minimum(cell, too_many, out=row[column + 1])
    return [int(each) for each in row[lengths, np.arange(len(others))]]
