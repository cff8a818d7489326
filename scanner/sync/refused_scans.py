"""Tickets that were refused at the door are told to a platform that wants to know of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from scanner.platform.errors import (
    BadRequest,
    ListError,
    Malformed,
    NotFound,
    ServerFault,
    TicketingError,
)
from scanner.platform.protocol import Beyond
from scanner.store import refused_scans
from scanner.store.database import SqlConnection, transaction
from scanner.store.refused_scans import RefusedScan
from scanner.store.writer import Writer

_AT_ONCE = 20
_MOST_FAILURES = 3
_OF_ONE = (ServerFault, Malformed, ListError)
"""Failures that one scan may have caused; others are the platform's or the network's."""


def _log_left(scan: RefusedScan) -> None:
    """Log the failure that is being handled."""
    structlog.get_logger("replay").warning(
        "a refused scan was not taken", scan=scan.journal, exc_info=True
    )


def _next_ones(conn: SqlConnection) -> list[RefusedScan]:
    return refused_scans.refused_after(conn, refused_scans.told_until(conn), _AT_ONCE)


@dataclass(slots=True)
class RefusedScans:
    """Tells of the session's refused scans in their order; told again, one counts once."""

    beyond: Beyond
    writer: Writer

    async def run_once(self) -> int:
        """Tell until nothing is left; returns how many were told.

        One that the platform does not want to hear of is logged, and left. So is one that makes it
        fail, where it takes another one's after that.

        Raises:
            TicketingError: what stopped it; the rest is told next time.
        """
        told = 0
        while some := await self.writer.run(_next_ones):
            told += await self._tell_some(some)
        return told

    async def _tell_some(self, some: Sequence[RefusedScan]) -> int:
        told = 0
        failed: dict[str, TicketingError] = {}
        waiting: list[RefusedScan] = []
        for each in some:
            if each.serial in failed:
                waiting.append(each)
                continue
            try:
                await self._tell(each)
            except _OF_ONE as error:
                failed[each.serial] = error
                waiting.append(each)
                if len(failed) >= _MOST_FAILURES:
                    raise
                continue
            told += 1 + await self._tell_again(waiting)
            failed, waiting = {}, []
            await self._note(each.journal)
        for failure in failed.values():
            raise failure
        return told

    async def _tell(self, scan: RefusedScan) -> None:
        try:
            await self.beyond.report_refused(scan)
        except (BadRequest, NotFound):
            _log_left(scan)

    async def _tell_again(self, some: Sequence[RefusedScan]) -> int:
        """Tell those on which a platform failed that works; returns how many it took."""
        told = 0
        for each in some:
            try:
                await self._tell(each)
            except _OF_ONE:
                _log_left(each)
            else:
                told += 1
        return told

    async def _note(self, row: int) -> None:
        def note(conn: SqlConnection) -> None:
            with transaction(conn):
                refused_scans.note_told(conn, row)

        await self.writer.run(note)
