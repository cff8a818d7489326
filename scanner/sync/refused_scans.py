"""Tickets that were refused at the door are told to a platform that wants to know of them."""

from dataclasses import dataclass

import structlog

from scanner.platform.errors import BadRequest, NotFound
from scanner.platform.protocol import Beyond
from scanner.store import refused_scans
from scanner.store.database import SqlConnection, transaction
from scanner.store.refused_scans import RefusedScan
from scanner.store.writer import Writer

_AT_ONCE = 20


def _next_ones(conn: SqlConnection) -> list[RefusedScan]:
    return refused_scans.refused_after(conn, refused_scans.told_until(conn), _AT_ONCE)


@dataclass(slots=True)
class RefusedScans:
    """Tells of the session's refused scans in their order; told again, one counts once."""

    beyond: Beyond
    writer: Writer

    async def run_once(self) -> int:
        """Tell until nothing is left; returns how many were told.

        One that the platform does not want to hear of is logged, and left.

        Raises:
            TicketingError: what stopped it; the rest is told next time.
        """
        told = 0
        while some := await self.writer.run(_next_ones):
            for each in some:
                try:
                    await self.beyond.report_refused(each)
                except (BadRequest, NotFound):
                    structlog.get_logger("replay").warning(
                        "a refused scan was not taken", scan=each.journal, exc_info=True
                    )
                await self._note(each.journal)
                told += 1
        return told

    async def _note(self, row: int) -> None:
        def note(conn: SqlConnection) -> None:
            with transaction(conn):
                refused_scans.note_told(conn, row)

        await self.writer.run(note)
