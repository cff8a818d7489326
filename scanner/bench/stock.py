"""The tickets that the ledger is measured with, always the same, and an API that lists them."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from scanner.admission.serial import fingerprint
from scanner.admission.ticket import TicketStatus
from scanner.platform.errors import NoSuchPage
from scanner.platform.resources import Admission, Owner, Page
from scanner.store import sessions, ticket_writes, tickets
from scanner.store.database import open_database, stop_syncing, transaction
from scanner.store.names import keep_names
from scanner.store.sessions import StoredSession
from scanner.store.tickets import CachedSection, TicketRow
from scanner.ticketing.resources import Event, Granted, Ticket, TokenGrant

EVENT = "/events/1"
NOW = datetime(2026, 6, 12, 21, 0, tzinfo=UTC)
SESSION = StoredSession("http://127.0.0.1/", EVENT, "Night", "Ana", "door-1", NOW)
SECTIONS = tuple(
    CachedSection(f"{EVENT}/sections/{number}", f"Section {number}", None, permitted=admits)
    for number, admits in enumerate((True, True, False))
)
"""The token does not permit the last one."""

RECORDS = 500
"""Tickets on a page, as a gate asks for them."""

_SCATTER = 48_271_717
"""Without a common factor with 10**8, so that no two tickets get one number."""
_PIECE = 5000


def serial(number: int) -> str:
    """Return the serial of a ticket by its place; serials come in no order, as sold ones do."""
    return f"DAWIER-SEC{number % len(SECTIONS)}{number * _SCATTER % 10**8:08}"


def scattered(count: int, *, permitted: bool) -> Iterator[str]:
    """Yield the serials of all tickets that admit, or of those that don't, out of their order."""
    step = _SCATTER if count % _SCATTER else 1
    for place in range(count):
        number = place * step % count
        if SECTIONS[number % len(SECTIONS)].permitted is permitted:
            yield serial(number)


def rows(count: int, first: int = 0) -> Iterator[TicketRow]:
    """Yield tickets as a pull writes them, from place `first` up to `count`; an owner has two."""
    for number in range(first, count):
        section = SECTIONS[number % len(SECTIONS)]
        owner = f"AZ-{number // 2:08}"
        yield TicketRow(
            serial(number), section.uri, section.name, TicketStatus.ISSUED, None, owner, "Jo Doe"
        )


def fill(file: Path, count: int) -> None:
    """Make a gate's database with a session and `count` tickets, as after its first pull."""
    conn = open_database(file)
    try:
        stop_syncing(conn)
        keep_names(conn, wanted=True)
        with transaction(conn):
            begin(conn)
            number = ticket_writes.begin_pass(conn)
            source = rows(count)
            while piece := list(islice(source, _PIECE)):
                ticket_writes.write_tickets(conn, piece, number)
            ticket_writes.finish_pull(conn, synced=NOW, watermark=NOW)
    finally:
        conn.close()


def begin(conn: sqlite3.Connection, *, everywhere: bool = False) -> None:
    """Open the session and write its sections; inside a transaction.

    Args:
        conn: a gate's database.
        everywhere: whether the token permits all sections, and so lists all tickets.
    """
    sessions.open_session(conn, SESSION)
    tickets.belong_to(conn, SESSION)
    sections = (replace(each, permitted=each.permitted or everywhere) for each in SECTIONS)
    tickets.write_sections(conn, sections)


def digest(row: TicketRow) -> str:
    """Return a ticket's fingerprint."""
    return fingerprint(row.serial, row.owner or "")


class Listing:
    """Answers a first sync, with pages that are made when they are asked for."""

    def __init__(self, count: int) -> None:
        self._count = count

    async def tickets(
        self,
        event: str,  # noqa: ARG002 - the API's form
        *,
        page: int = 1,
        records: int = RECORDS,
        modified_since: datetime | None = None,  # noqa: ARG002 - nothing ever changes
    ) -> Page[Ticket]:
        """Return one page of the whole list."""
        first = (page - 1) * records
        found = rows(min(first + records, self._count), first)
        entries = tuple(
            Ticket(
                each.serial,
                each.status.value,
                each.section,
                each.section_name,
                Owner(each.owner, None, None, each.name),
                None,
            )
            for each in found
        )
        return Page(self._count, page, records, entries, (), NOW)

    async def admissions(self, event: str, **_: object) -> Page[Admission]:
        """Know no admission."""
        raise NotImplementedError(event)

    async def admit(
        self, event: str, *, redeemer: str, device: str, serials: Sequence[str]
    ) -> Granted:
        """Admit nobody."""
        raise NotImplementedError(event, redeemer, device, serials)

    async def token_grant(self, code: str) -> TokenGrant:
        """Know no token."""
        raise NotImplementedError(code)

    async def close(self) -> None:
        """There is nothing to close."""

    async def event(self, uri: str) -> Event:
        """Know no event."""
        raise NotImplementedError(uri)


class Prepared(Listing):
    """The same with pages made beforehand, so that making them is not timed."""

    def __init__(self, pages: Sequence[Page[Ticket]]) -> None:
        super().__init__(pages[0].total)
        self._pages = pages

    async def tickets(self, event: str, *, page: int = 1, **_: object) -> Page[Ticket]:  # noqa: ARG002
        """Return one page of the whole list."""
        if page > len(self._pages):
            raise NoSuchPage(status=404)
        return self._pages[page - 1]


async def prepare(count: int) -> Prepared:
    """Make all pages of a list."""
    listing = Listing(count)
    pages = range(1, -(-count // RECORDS) + 1)
    return Prepared([await listing.tickets(EVENT, page=page) for page in pages])
