"""All that goes from this gate to the platform: its own queue, then what it carries for others."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scanner.platform.errors import TicketingError
from scanner.platform.paged_list import PageSize
from scanner.platform.protocol import Beyond, Platform
from scanner.platform.server_time import ServerTime
from scanner.store import carried, ledger
from scanner.store.writer import Writer
from scanner.sync.carried import CarriedOutbox
from scanner.sync.outbox import Outbox, OwnOutbox
from scanner.sync.passages import PassageReplay
from scanner.sync.refused_scans import RefusedScans
from scanner.sync.replay import Replay, tolerating


@dataclass(slots=True)
class Deliveries:
    """Delivers at one event, once; one works on a database at a time, see `replay_lock`.

    Args:
        platform: takes them.
        writer: has them.
        server_time: the server's.
        size: of its pages.
        event: the session's.
        report_refused: whether a platform that wants it is told of refused scans.
        on_progress: called whenever some have come to another state.
    """

    platform: Platform
    writer: Writer
    server_time: ServerTime
    size: PageSize
    event: str
    report_refused: bool
    on_progress: Callable[[], None] | None = None

    async def run_once(self) -> bool:
        """Deliver all that may be; tells whether the platform was asked for anything.

        Raises:
            TicketingError: what stopped it, or stopped some of it; the rest was delivered.
        """
        failures: list[TicketingError] = []
        sent = await self.writer.run(lambda conn: ledger.has_unsettled(conn, self.event))
        if sent:
            await self._replay(OwnOutbox(self.writer, self.event), failures)
        if beyond := self.platform.beyond:
            sent = await self._deliver_beyond(beyond, failures) or sent
        if await self.writer.run_on_cache(carried.has_unsettled):
            sent = True
            await self._replay(CarriedOutbox(self.writer), failures)
        if failures:
            raise failures[0]
        return sent

    async def _replay(self, outbox: Outbox, failures: list[TicketingError]) -> None:
        replay = Replay(self.platform, outbox, self.server_time, self.on_progress, self.size)
        await tolerating(failures, replay.run_once())

    async def _deliver_beyond(self, beyond: Beyond, failures: list[TicketingError]) -> bool:
        """Tell of passages, and of refused scans where that is wanted; tells whether of any."""
        passages = PassageReplay(beyond, self.writer, self.server_time, self.event)
        told = await tolerating(failures, passages.run_once())
        if self.report_refused:
            told += await tolerating(failures, RefusedScans(beyond, self.writer).run_once())
        return told > 0


@contextlib.contextmanager
def replay_lock(database: Path) -> Iterator[bool]:
    """Let one process replay at a time; gives `False` where another one does.

    The system frees the lock however the process ends.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(database.with_name(f"{database.name}.replay-lock"), thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
