"""The tickets as another gate of the venue has pulled them, taken as a pull of this gate's own."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from scanner.platform.paged_list import PageSize
from scanner.platform.protocol import TicketSource
from scanner.platform.server_time import ServerTime
from scanner.priority import Priority
from scanner.store import sessions, ticket_writes
from scanner.store.database import SqlConnection, transaction
from scanner.store.writer import Writer
from scanner.sync.clock import Clock
from scanner.sync.ticket_list import TicketList

_RECORDS = 5000


@dataclass(frozen=True, slots=True)
class SharedList:
    """What another gate shares.

    Attributes:
        source: lists the tickets.
        watermark: the server's time that they are at least as new as.
        whole: whether they are of all sections that this gate's token permits; else what they
            lack says nothing.
    """

    source: TicketSource
    watermark: datetime
    whole: bool


class _OwnTime(ServerTime):
    """The gate's own time: a list that was pulled a while ago does not tell the server's now."""

    def note(self, server_time: datetime | None) -> None:
        """Learn nothing."""


async def take(shared: SharedList, writer: Writer, clock: Clock, priority: Priority) -> bool:
    """Take a list in, unless the gate's own is as new; doubts of it count as those of a pull.

    Returns:
        Whether it was taken.

    Raises:
        TicketingError: the list is not what it says.
    """
    session = await writer.run(sessions.read_session)
    if session is None or (session.watermark and session.watermark >= shared.watermark):
        return False
    own = _OwnTime(clock)
    reading = TicketList(shared.source, writer, own, PageSize(_RECORDS), priority)
    if not shared.whole:
        await reading.changes(shared.watermark)
        return True
    await writer.run_on_cache(ticket_writes.forget_position)  # another list's, if any
    try:
        await reading.everything()
    finally:
        await writer.run_on_cache(ticket_writes.forget_position)
    offset = session.server_offset
    at = clock() if offset is None else min(clock(), _here(shared.watermark, offset))

    def finish(conn: SqlConnection) -> None:
        with transaction(conn):
            now = sessions.read_session(conn)
            if now and now.opened == session.opened and now.invalid is None:
                ticket_writes.finish_pull(conn, synced=at, watermark=shared.watermark)
                if not reading.doubted:
                    ticket_writes.note_whole(conn, at)

    await writer.run(finish)
    return True


def _here(server_time: datetime, offset_seconds: float) -> datetime:
    return server_time - timedelta(seconds=offset_seconds)
