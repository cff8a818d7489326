"""A section's tickets as the cache has them, for other gates that may see them, and back.

Owners' names stay here: a gate that shows names reads them itself.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap
from typing import Any

from scanner.admission.ticket import TicketStatus
from scanner.store import hearsay, sessions
from scanner.store.database import snapshot
from scanner.store.details import TicketDetail, read_unjudged
from scanner.store.tickets import TicketRow

_LISTED = (
    "SELECT ticket.serial, status, redeemed, owner, key, party, valid_from, valid_until,"
    " attention, notice, unjudged FROM ticket LEFT JOIN detail ON detail.serial = ticket.serial"
    " WHERE section = ? AND listed ORDER BY ticket.id"
)
_PLAIN = 4
"""The columns that every platform tells."""

Row = Sequence[Any]
"""A ticket as a message has it: the columns of `_LISTED`, without those that nothing is told in."""


@dataclass(frozen=True, slots=True)
class SectionList:
    """The tickets of a section.

    Attributes:
        uri: the section's.
        name: the section's.
        rows: the tickets, as messages have them.
    """

    uri: str
    name: str
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of the sections that a gate's token permits, as they are now.

    Attributes:
        event: their event's URI.
        watermark: the server's time that they are at least as new as.
        sections: the lists.
    """

    event: str
    watermark: datetime
    sections: Sequence[SectionList]


def read(conn: sqlite3.Connection) -> Lists | None:
    """Read the lists of the permitted sections; nothing where they were never read whole."""
    with snapshot(conn):
        session = sessions.read_session(conn)
        closed = sessions.read_standing(conn).closed
        if session is None or closed or not (session.whole and session.watermark):
            return None
        found = conn.execute("SELECT id, uri, name FROM section WHERE permitted ORDER BY uri")
        lists = [
            SectionList(uri, name, [_shortened(row) for row in conn.execute(_LISTED, (number,))])
            for number, uri, name in found.fetchall()
        ]
        return Lists(session.event, session.watermark, lists)


def rows_of(section: str, name: str, rows: Sequence[Any]) -> list[TicketRow]:
    """Return a section's tickets from their messages.

    Raises:
        ValueError: there is something else in them.
    """
    try:
        return list(starmap(_row, ((section, name, row) for row in rows)))
    except (TypeError, AttributeError) as error:
        raise ValueError("no tickets") from error


def _shortened(row: tuple[Any, ...]) -> Row:
    details = row[_PLAIN:]
    return row if any(each is not None for each in details) else row[:_PLAIN]


def _row(section: str, name: str, row: Row) -> TicketRow:
    serial, status, redeemed, owner = row[:_PLAIN]
    detail = None
    if details := row[_PLAIN:]:
        key, party, valid_from, valid_until, attention, notice, unjudged = details
        detail = TicketDetail(
            hearsay.text_or_none(key),
            hearsay.text_or_none(party),
            hearsay.limit_or_none(valid_from),
            hearsay.limit_or_none(valid_until),
            bool(attention),
            hearsay.text_or_none(notice),
            read_unjudged(hearsay.text_or_none(unjudged)),
        )
    return TicketRow(
        hearsay.text(serial),
        section,
        name,
        TicketStatus(status),
        hearsay.limit_or_none(redeemed),
        hearsay.text_or_none(owner),
        None,
        detail,
    )
