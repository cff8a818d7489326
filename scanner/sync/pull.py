"""The pull: reads scope, tickets and other gates' admissions from the API into the cache."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scanner.platform.paged_list import PageSize
from scanner.platform.protocol import Platform
from scanner.platform.resources import Scope
from scanner.platform.server_time import ServerTime
from scanner.priority import Priority
from scanner.store import details, doubts, names, sessions, ticket_writes, tickets
from scanner.store.database import SqlConnection, transaction
from scanner.store.doubts import DoubtKind
from scanner.store.sessions import StoredSession
from scanner.store.tickets import CachedSection
from scanner.store.writer import Writer
from scanner.sync.admission_list import AdmissionList, Heard
from scanner.sync.left_out import Tally
from scanner.sync.ticket_list import Progress, TicketList

OVERLAP = timedelta(minutes=2)
"""The next pull asks from so long before the last one's start: clocks differ, answers cross."""


@dataclass(slots=True)
class Pull:
    """Brings the cache up to date; after a failure, the next pull goes on where this one ended.

    `size` and `heard` are what earlier pulls have learned of this server.
    """

    platform: Platform
    writer: Writer
    server_time: ServerTime
    size: PageSize = field(default_factory=PageSize)
    on_progress: Progress | None = None
    priority: Priority = field(default_factory=Priority)
    heard: Heard = field(default_factory=Heard)
    _scope_written: bool = field(default=False, init=False)

    async def write_scope(self, session: StoredSession, scope: Scope) -> bool:
        """Write the event's sections, and which of them are permitted.

        Once the scope has grown, no whole list of it was read yet, whatever interrupts the next
        reading: that is noted first.

        Returns:
            Whether to read the whole list: the scope has grown, the cache was another event's, or
            owners' names are kept that were not before.
        """
        self._scope_written = True
        sections = sections_of(scope)
        tally = Tally("event")
        tally.note((), scope.gaps)
        before = await self.writer.run_on_cache(tickets.permitted_sections)
        grown = not before.issuperset(scope.permitted)
        if grown:
            await self.writer.run(ticket_writes.forget_whole)

        def write(conn: SqlConnection) -> bool:
            with transaction(conn):
                emptied = tickets.belong_to(conn, session)
                tickets.write_sections(conn, sections)
                details.write_door(conn, scope.door)
                if before != scope.permitted:
                    ticket_writes.forget_position(conn)
                    doubts.dispel(conn, *DoubtKind)
            return emptied or names.names_are_awaited(conn)

        to_read = await self.writer.run_on_cache(write)
        await tally.keep(self.writer, whole=True)
        return grown or to_read

    async def changes(self, session: StoredSession) -> None:
        """Read what changed since the last pull, with an overlap."""
        if session.watermark is None:
            await self.everything(session)
        else:
            await self._finish(await self._tickets(session).changes(session.watermark - OVERLAP))

    async def everything(self, session: StoredSession, *, accept_shrink: bool = False) -> None:
        """Read every ticket, and mark what is gone; see `TicketList.everything`."""
        reading = self._tickets(session)
        reading.scope_changed = self._scope_changed
        watermark = await reading.everything(accept_shrink=accept_shrink)
        if reading.believed:
            await self.writer.run_on_cache(names.note_names_read)
            await self._finish(watermark, whole=not reading.doubted)

    async def others(self, session: StoredSession) -> set[str]:
        """Read the admissions that other gates made since the last time; see `AdmissionList`."""
        return await self._admissions(session).read()

    async def directory(self, session: StoredSession, permitted: frozenset[str]) -> None:
        """Read the tickets of other sections, so that the gate can point the way."""
        await self._tickets(session).directory(permitted)

    async def _scope_changed(self) -> bool:
        """Tell whether other sections are permitted now than when this pull wrote the scope."""
        if not self._scope_written:
            return False
        scope = await self.platform.scope()
        return scope.permitted != await self.writer.run_on_cache(tickets.permitted_sections)

    def _admissions(self, session: StoredSession) -> AdmissionList:
        return AdmissionList(
            self.platform, self.writer, self.server_time, self.size, session, self.heard
        )

    def _tickets(self, session: StoredSession) -> TicketList:
        return TicketList(
            self.platform,
            self.writer,
            self.server_time,
            self.size,
            self.priority,
            self.on_progress,
            on_admissions=self._admissions(session).hear,
        )

    async def _finish(self, watermark: datetime | None, *, whole: bool = False) -> None:
        """Note the pull in the session, after its tickets have reached the disk."""
        at, offset = self.server_time.clock(), self.server_time.offset

        def finish(conn: SqlConnection) -> None:
            with transaction(conn):
                ticket_writes.finish_pull(conn, synced=at, watermark=watermark)
                if whole:
                    ticket_writes.note_whole(conn, at)
                if offset is not None:
                    sessions.note_server_offset(conn, offset.total_seconds())

        await self.writer.run(finish)


def sections_of(scope: Scope) -> list[CachedSection]:
    """Return the event's sections, and which of them are permitted.

    A section that is permitted and that the event does not name is kept under its number.
    """
    named = {section.uri for section in scope.sections}
    unnamed = [uri for uri in sorted(scope.permitted) if uri not in named]
    return [
        *(
            CachedSection(each.uri, each.name, each.capacity, each.uri in scope.permitted)
            for each in scope.sections
        ),
        *(CachedSection(uri, uri.rsplit("/", 1)[-1], None, permitted=True) for uri in unnamed),
    ]
