"""Gates that are open for one event already: what a pull has brought, without a server."""

from datetime import UTC, datetime
from functools import cache as once

from scanner.admission.door import DoorRules
from scanner.admission.ticket import TicketStatus
from scanner.store import details, sessions, ticket_writes, tickets
from scanner.store.database import SqlConnection, transaction
from scanner.store.details import TicketDetail
from scanner.store.sessions import StoredSession
from scanner.store.tickets import CachedSection, TicketRow
from tests.simulation.gates import BEGIN
from tests.simulation.memory import Reused, reused

API, EVENT = "https://api.example/v3/", "/events/1"
SECTION = f"{EVENT}/sections/1"
TAGS = tuple(f"{letter}k{digit}q" for digit in range(2, 10) for letter in "bcdfgh")
"""Of installations; drawn ones could meet."""


def opened(name: str, count: int, tag: str, *, back: bool) -> SqlConnection:
    """Return a gate's database, opened for the event and with the list of its tickets.

    Args:
        name: the gate's.
        count: how many tickets there are.
        tag: the installation's.
        back: whether the door lets in again who has left; then rights outlive their serials.
    """
    conn = _kept(name, count, back)
    conn.begin_again()
    conn.execute("UPDATE session SET device = ?", (f"{name}, north entrance",))
    draw_tag(conn, tag)
    return conn


def draw_tag(conn: SqlConnection, tag: str) -> None:
    """Give an installation a tag for what it admits from now on."""
    conn.execute(
        "INSERT INTO installation (tag, place, drawn) VALUES (?, ?, ?)",
        (tag, "here", BEGIN.isoformat()),
    )


def serial_of(number: int, edition: int = 0) -> str:
    """Return a ticket's serial; a right's later editions take the place of earlier ones."""
    return f"DAWIER-BACK{edition}{number:07}"


def right_of(serial: str) -> int:
    """Return the number of a serial's right."""
    return int(serial[-7:])


def tell_of(conn: SqlConnection, number: int, edition: int) -> None:
    """Tell a gate that a right has another serial from now on."""
    with transaction(conn):
        ticket_writes.write_tickets(conn, [_row(number, edition, keyed=True)], 1)


@once
def _kept(name: str, count: int, back: bool) -> Reused:
    """Return the database that a gate of this name has in all evenings like this one."""
    conn = reused()
    now = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
    session = StoredSession(API, EVENT, "Night", "Lee", "gate", now, passages=back)
    with transaction(conn):
        sessions.open_session(conn, session)
        tickets.belong_to(conn, session)
        ticket_writes.write_tickets(
            conn, [_row(number, 0, keyed=back) for number in range(count)], 1
        )
        tickets.write_sections(conn, [CachedSection(SECTION, "Section 1", 100, permitted=True)])
        details.write_door(conn, DoorRules(entry_after_exit=back))
        conn.execute("UPDATE session SET synced = ?", (now.isoformat(),))
    return conn


def _row(number: int, edition: int, *, keyed: bool) -> TicketRow:
    detail = TicketDetail(key=f"position {number}") if keyed else None
    serial = serial_of(number, edition)
    return TicketRow(serial, SECTION, "Section 1", TicketStatus.ISSUED, None, None, None, detail)
