"""What a person may have meant who typed a serial that is on no list."""

import sqlite3
from dataclasses import dataclass

from scanner.admission.serial import NotATicket, parse_payload
from scanner.store import tickets
from scanner.store.search import Found, read_found

MOST_OFFERED = 5
"""Tickets; more would be a list to search in."""

FARTHEST = 2
"""Typing mistakes. Of 150,000 random serials, some four lie within two of any other text."""

_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_ROWS = 16_384
"""Serials that are compared at a time; their table stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A text that was typed for a serial.

    Attributes:
        text: as it was typed.
        known: whether it leads to a ticket of the list, or to a code that no person mistypes.
        formed: whether it has the form of a serial.
        near: tickets of permitted sections whose serials differ by few typing mistakes, the
            nearest first.
    """

    text: str
    known: bool = False
    formed: bool = True
    near: tuple[Found, ...] = ()


def read_typed(conn: sqlite3.Connection, text: str) -> Typed:
    """Look at what was typed: some 0.2 s where 150,000 tickets are cached and it is none."""
    parsed = parse_payload(text)
    serial, _ = tickets.find_serial(conn, parsed)
    if serial and tickets.find_ticket(conn, serial):
        return Typed(text, known=True)
    meant = serial or "".join(text.split()).translate(_UPPER)
    near = tuple(read_found(conn, nearest(conn, meant)))
    return Typed(text, formed=not isinstance(parsed, NotATicket), near=near)


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
    """Count the typing mistakes between one text and each of many.

    The optimal string alignment distance: a wrong, a missing or an extra character and two
    neighbours that changed places are one mistake each. All are compared at once, cell by cell.
    """
    import numpy as np

    codes = np.array(others).view(np.uint32).reshape(len(others), -1).T
    lengths = np.fromiter(map(len, others), np.intp, len(others))
    before = last = np.empty(0, np.uint8)
    row = np.repeat(np.arange(len(codes) + 1, dtype=np.uint8)[:, None], len(others), axis=1)
    for at, letter in enumerate(map(ord, text)):
        before, last, row = last, row, np.empty_like(row)
        row[0] = at + 1
        same = codes == letter
        for column in range(len(codes)):
            cell = np.minimum(last[column + 1], row[column]) + np.uint8(1)
            np.minimum(cell, last[column] + ~same[column], out=cell)
            if at and column:
                swapped = same[column - 1] & (codes[column] == ord(text[at - 1]))
                cell = np.where(swapped, np.minimum(cell, before[column - 1] + np.uint8(1)), cell)
            row[column + 1] = cell
    return [int(each) for each in row[lengths, np.arange(len(others))]]
