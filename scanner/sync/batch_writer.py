"""Collects the tickets of pages, and writes them to the cache in large transactions."""

import asyncio
from collections.abc import Sequence
from types import TracebackType

from scanner.priority import Priority
from scanner.store import ticket_writes
from scanner.store.database import SqlConnection, transaction
from scanner.store.details import TicketDetail
from scanner.store.ticket_writes import Incoming, PullPosition, details_of, incoming
from scanner.store.tickets import TicketRow
from scanner.store.writer import Writer

_SMALLEST, _LARGEST = 1_000, 20_000
"""Tickets in one transaction: the number of those written before, within these limits.

Small at first, so that little is read again after a crash. Larger later, since a transaction writes
every index page that it touches, and touches nearly all of them: 150,000 tickets in transactions of
5,000 wrote 190 MB, of 20,000 they write 75 MB. Not larger, since nothing runs beside the last one.
"""


class BatchWriter:
    """Writes the tickets that it is given; those left are written when it ends, also by a failure.

    The next pages are read while the last ones are written. Use as an async context manager.

    Args:
        writer: of the database.
        number: the pull that lists the tickets.
        priority: who goes before it.
    """

    def __init__(self, writer: Writer, number: int, priority: Priority | None = None) -> None:
        self._writer = writer
        self._priority = priority or Priority()
        self._number = number
        self._tickets: list[Incoming] = []
        self._details: list[tuple[str, TicketDetail]] = []
        self._position: PullPosition | None = None
        self._written = 0
        self._writing: asyncio.Future[None] | None = None

    async def __aenter__(self) -> "BatchWriter":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        try:
            if self._tickets or self._position:
                await self._begin_to_write()
        finally:
            await self._end_writing()

    async def add(self, rows: Sequence[TicketRow], then: PullPosition | None = None) -> None:
        """Add the tickets of a page; `then` is where to go on after it.

        Raises:
            StoreError: an earlier transaction could not be written.
        """
        await self._priority.step_aside()
        self._tickets += map(incoming, rows)
        self._details += details_of(rows)
        self._position = then
        if len(self._tickets) >= min(max(_SMALLEST, self._written), _LARGEST):
            await self._begin_to_write()

    async def _begin_to_write(self) -> None:
        await self._end_writing()
        tickets, position, number = self._tickets, self._position, self._number
        details, self._details = self._details, []
        self._tickets, self._position = [], None
        self._written += len(tickets)

        def write(conn: SqlConnection) -> None:
            with transaction(conn):
                pause = self._priority.give_way
                ticket_writes.write_incoming(conn, tickets, number, pause, details)
                if position:
                    ticket_writes.write_position(conn, position)

        self._writing = asyncio.wrap_future(self._writer.submit_to_cache(write))

    async def _end_writing(self) -> None:
        writing, self._writing = self._writing, None
        if writing:
            await writing
