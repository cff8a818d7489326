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
from scanner.store import sessions
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
    told = row[_PLAIN:]
    return row if any(each is not None for each in told) else row[:_PLAIN]


def _row(section: str, name: str, row: Row) -> TicketRow:
    serial, status, redeemed, owner = row[:_PLAIN]
    if not isinstance(serial, str) or not isinstance(owner, str | None):
        raise TypeError(row)
    detail = None
    if told := row[_PLAIN:]:
        key, party, valid_from, valid_until, attention, notice, unjudged = told
        detail = TicketDetail(
            key,
            party,
            _time(valid_from),
            _time(valid_until),
            bool(attention),
            notice,
            read_unjudged(unjudged),
        )
    return TicketRow(
        serial, section, name, TicketStatus(status), _time(redeemed), owner, None, detail
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
