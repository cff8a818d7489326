"""The pull: reads scope, tickets and other gates' admissions from the API into the cache."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scanner.platform.paged_list import PageSize
from scanner.priority import Priority
from scanner.store import doubts, names, sessions, ticket_writes, tickets
from scanner.store.database import SqlConnection, transaction
from scanner.store.doubts import DoubtKind
from scanner.store.sessions import StoredSession
from scanner.store.tickets import CachedSection
from scanner.store.writer import Writer
from scanner.sync.admission_list import AdmissionList, Heard
from scanner.sync.api import Api
from scanner.sync.clock import ServerTime
from scanner.sync.left_out import Tally
from scanner.sync.ticket_list import Progress, TicketList
from scanner.ticketing.resources import Event, TokenGrant

OVERLAP = timedelta(minutes=2)
"""The next pull asks from so long before the last one's start: clocks differ, answers cross."""


@dataclass(slots=True)
class Pull:
    """Brings the cache up to date; after a failure, the next pull goes on where this one ended.

    `size` and `heard` are what earlier pulls have learned of this server. By the token's `code`,
    its scope is asked for again after a whole list; without it, it is taken to be the same.
    """

    api: Api
    writer: Writer
    server_time: ServerTime
    size: PageSize = field(default_factory=PageSize)
    on_progress: Progress | None = None
    priority: Priority = field(default_factory=Priority)
    heard: Heard = field(default_factory=Heard)
    code: str | None = None

    async def scope(self, session: StoredSession, grant: TokenGrant) -> bool:
        """Read the event, and write its sections and the token's scope.

        Returns:
            Whether to read the whole list: the scope has grown, the cache was another event's, or
            owners' names are kept that were not before.
        """
        return await self.write_scope(session, await self.api.event(session.event), grant)

    async def write_scope(self, session: StoredSession, event: Event, grant: TokenGrant) -> bool:
        """Write the sections and the scope of an event that was read before; returns as `scope`.

        Once the scope has grown, no whole list of it was read yet, whatever interrupts the next
        reading: that is noted first.
        """
        sections = sections_of(event, grant)
        tally = Tally("event")
        tally.note((), (*event.gaps, *grant.gaps))
        before = await self.writer.run_on_cache(tickets.permitted_sections)
        grown = not before.issuperset(grant.sections)
        if grown:
            await self.writer.run(ticket_writes.forget_whole)

        def write(conn: SqlConnection) -> bool:
            with transaction(conn):
                emptied = tickets.belong_to(conn, session)
                tickets.write_sections(conn, sections)
                if before != grant.sections:
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
        return await AdmissionList(
            self.api, self.writer, self.server_time, self.size, session, self.heard
        ).read()

    async def directory(self, session: StoredSession, permitted: frozenset[str]) -> None:
        """Read the tickets of other sections, so that the gate can point the way."""
        await self._tickets(session).directory(permitted)

    async def _scope_changed(self) -> bool:
        """Tell whether the token permits other sections than when the scope was read."""
        if self.code is None:
            return False
        grant = await self.api.token_grant(self.code)
        return grant.sections != await self.writer.run_on_cache(tickets.permitted_sections)

    def _tickets(self, session: StoredSession) -> TicketList:
        return TicketList(
            self.api,
            self.writer,
            self.server_time,
            self.size,
            session.event,
            self.priority,
            self.on_progress,
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


def sections_of(event: Event, grant: TokenGrant) -> list[CachedSection]:
    """Return the event's sections, and which of them the token permits.

    A section that the token names and the event does not is kept under its number.
    """
    named = {section.uri for section in event.sections}
    unnamed = [uri for uri in sorted(grant.sections) if uri not in named]
    return [
        *(
            CachedSection(each.uri, each.name, each.capacity, each.uri in grant.sections)
            for each in event.sections
        ),
        *(CachedSection(uri, uri.rsplit("/", 1)[-1], None, permitted=True) for uri in unnamed),
    ]
