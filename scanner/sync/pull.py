"""The pull: reads scope, tickets and other gates' admissions from the API into the cache."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from scanner.admission.ticket import EarlierAdmission, TicketStatus
from scanner.priority import Priority
from scanner.store import encounters, ledger, names, sessions, ticket_writes, tickets
from scanner.store.database import transaction
from scanner.store.encounters import Encounter
from scanner.store.ledger import State
from scanner.store.sessions import StoredSession
from scanner.store.ticket_writes import PullPosition
from scanner.store.tickets import CachedSection, TicketRow
from scanner.store.writer import Writer
from scanner.sync.api import Api
from scanner.sync.batch_writer import BatchWriter
from scanner.sync.clock import ServerTime
from scanner.sync.left_out import Tally
from scanner.sync.settle import is_under_our_name
from scanner.ticketing.errors import ApiError, NoSuchPage
from scanner.ticketing.resources import Admission, Event, Page, Ticket, TokenGrant

OVERLAP = timedelta(minutes=2)
"""The next pull asks from so long before the last one's start: clocks differ, answers cross."""

_FULL_READS = 3
_TICKETS_AT_ONCE = 50_000

_STATUSES = {status.value: status for status in TicketStatus}
_TOO_MANY = (400, 413)


class _OverSome(Protocol):
    def __call__(self, conn: sqlite3.Connection, /, ids: range) -> int: ...


Progress = Callable[[int, int], None]
"""Called with the tickets read so far, and their total."""


@dataclass(slots=True)
class Pull:
    """Brings the cache up to date; after a failure, the next pull goes on where this one ended."""

    api: Api
    writer: Writer
    server_time: ServerTime
    records: int = 500
    on_progress: Progress | None = None
    priority: Priority = field(default_factory=Priority)
    _ticket_tally: Tally = field(default_factory=lambda: Tally("tickets"))
    _admission_tally: Tally = field(default_factory=lambda: Tally("admissions"))

    async def scope(self, session: StoredSession, grant: TokenGrant) -> bool:
        """Read the event, and write its sections and the token's scope.

        Returns:
            Whether to read the whole list: the scope has grown, the cache was another event's, or
            owners' names are kept that were not before.
        """
        return await self.write_scope(session, await self.api.event(session.event), grant)

    async def write_scope(self, session: StoredSession, event: Event, grant: TokenGrant) -> bool:
        """Write the sections and the scope of an event that was read before; returns as `scope`."""
        sections = sections_of(event, grant)
        tally = Tally("event")
        tally.note((), (*event.gaps, *grant.gaps))

        def write(conn: sqlite3.Connection) -> bool:
            with transaction(conn):
                emptied = tickets.belong_to(conn, session)
                before = {each.uri for each in tickets.read_sections(conn) if each.permitted}
                tickets.write_sections(conn, sections)
                if before != grant.sections:
                    ticket_writes.forget_position(conn)
            awaited = names.names_are_awaited(conn)
            return emptied or awaited or not before.issuperset(grant.sections)

        grown = await self.writer.run_on_cache(write)
        await tally.keep(self.writer, whole=True)
        return grown

    async def changes(self, session: StoredSession) -> None:
        """Read what changed since the last pull, with an overlap."""
        if session.watermark is None:
            await self.everything(session)
            return
        since = session.watermark - OVERLAP
        page_number, watermark = 1, None
        async with self._batches(
            await self.writer.run_on_cache(ticket_writes.last_number)
        ) as batches:
            while page := await self._tickets(session.event, page_number, self.records, since):
                watermark = watermark or page.server_time
                await batches.add(_rows(page.entries))
                if page_number * self.records >= page.total:
                    break
                page_number += 1
        await self._ticket_tally.keep(self.writer, whole=False)
        await self._finish(watermark)

    async def everything(self, session: StoredSession) -> None:
        """Read every ticket, from where the last attempt broke off, and mark what is gone.

        Pages may shift while they are read, so the list is read again until as many tickets
        were seen as the API counts; where that never comes true, nothing is marked as gone.
        """
        position = await self._position()
        for _ in range(_FULL_READS):
            position, faults = await self._read_through(session, position)
            seen = await self._count_listed(position.number)
            if position.total is not None and seen + faults >= position.total:
                await self._withdraw(position.number)
                break
            position = replace(position, page=1, total=None)
        else:
            structlog.get_logger("pull").warning("the ticket list kept shifting", read=seen)
        await self.writer.run_on_cache(ticket_writes.forget_position)
        await self._ticket_tally.keep(self.writer, whole=True)
        await self.writer.run_on_cache(names.note_names_read)
        await self._finish(position.watermark, whole=True)

    async def others(self, session: StoredSession) -> None:
        """Read the admissions that other gates made since the last time, newest pages first."""
        await self._read_others(session)
        await self._admission_tally.keep(self.writer, whole=False)

    async def _read_others(self, session: StoredSession) -> None:
        first = await self._admissions(session.event, 1)
        missing = first.total - await self.writer.run_on_cache(ticket_writes.count_admissions)
        if missing <= 0:
            return
        missing -= await self._write_others(session, first.entries)
        for number in range(-(-first.total // self.records), 1, -1):
            if missing <= 0:
                return
            page = await self._admissions(session.event, number)
            missing -= await self._write_others(session, page.entries)

    async def directory(self, session: StoredSession, permitted: frozenset[str]) -> None:
        """Read the tickets of other sections, without names, so that the gate can point the way."""
        page_number = 1
        async with self._batches(0) as batches:
            while page := await self._tickets(session.event, page_number, self.records, None):
                foreign = [each for each in page.entries if each.section not in permitted]
                await batches.add(_rows(foreign, names=False))
                if page_number * self.records >= page.total:
                    break
                page_number += 1

    async def _read_through(
        self, session: StoredSession, position: PullPosition
    ) -> tuple[PullPosition, int]:
        faults = 0
        self._ticket_tally.counts.clear()
        async with self._batches(position.number) as batches:
            while True:
                try:
                    page = await self._tickets(session.event, position.page, position.records, None)
                except ApiError as error:
                    if error.status not in _TOO_MANY or position.records == 1:
                        raise
                    position = replace(position, page=1, records=position.records // 2)
                    continue
                if page is None:
                    return replace(position, total=position.total or 0), faults
                faults += len(page.faults)
                position = replace(
                    position,
                    page=position.page + 1,
                    total=page.total,
                    watermark=position.watermark or page.server_time,
                )
                await batches.add(_rows(page.entries), then=position)
                read = (position.page - 1) * position.records
                if self.on_progress:
                    self.on_progress(min(read, page.total), page.total)
                if read >= page.total:
                    return position, faults

    async def _count_listed(self, number: int) -> int:
        return await self._over_all(lambda conn, ids: ticket_writes.count_listed(conn, number, ids))

    async def _over_all(self, work: _OverSome) -> int:
        """Go over all tickets in pieces, so that no other program waits long for the cache."""
        last, found = await self.writer.run_on_cache(ticket_writes.last_ticket), 0
        for start in range(0, last + 1, _TICKETS_AT_ONCE):
            ids = range(start, start + _TICKETS_AT_ONCE)
            found += await self.writer.run_on_cache(partial(work, ids=ids))
        return found

    async def _position(self) -> PullPosition:
        def read(conn: sqlite3.Connection) -> PullPosition:
            with transaction(conn):
                found = ticket_writes.read_position(conn)
                return found or PullPosition(
                    ticket_writes.begin_pass(conn), 1, self.records, None, None
                )

        return await self.writer.run_on_cache(read)

    async def _tickets(
        self, event: str, page: int, records: int, since: datetime | None
    ) -> Page[Ticket] | None:
        """Read a page; `None` where the list has become shorter than that."""
        try:
            found = await self.api.tickets(event, page=page, records=records, modified_since=since)
        except NoSuchPage:
            return None
        self.server_time.note(found.server_time)
        self._ticket_tally.note(found.faults, found.gaps)
        return found

    async def _admissions(self, event: str, page: int) -> Page[Admission]:
        try:
            found = await self.api.admissions(event, page=page, records=self.records)
        except NoSuchPage:
            return Page(0, page, self.records, (), (), None)
        self.server_time.note(found.server_time)
        self._admission_tally.note(found.faults, found.gaps)
        return found

    async def _write_others(self, session: StoredSession, entries: Iterable[Admission]) -> int:
        """Write the admissions of other gates, and who of them uses this gate's name or tag.

        Returns:
            How many were not known yet.
        """
        found = list(entries)
        admitted = [row for each in found if (row := _admitted_row(each))]

        def write(conn: sqlite3.Connection) -> tuple[int, list[Encounter]]:
            with transaction(conn):
                before = ticket_writes.known_admissions(conn, [each.serial for each in found])
                own = _ours(conn, found)
                others = [
                    (each.serial, EarlierAdmission(each.admitted, each.redeemer, each.device))
                    for each in found
                    if each.serial not in own
                ]
                ticket_writes.write_others(conn, others)
                ticket_writes.write_admitted(conn, admitted)
                met = encounters.among(conn, session, others)
            return sum(each.serial not in before for each in found), met

        count, met = await self.writer.run_on_cache(write)
        await note_encounters(self.writer, met, self.server_time.clock())
        return count

    async def _withdraw(self, number: int) -> None:
        def withdraw(conn: sqlite3.Connection, ids: range) -> int:
            with transaction(conn):
                return ticket_writes.withdraw_unlisted(conn, number, ids)

        await self._over_all(withdraw)

    async def _finish(self, watermark: datetime | None, *, whole: bool = False) -> None:
        """Note the pull in the session, after its tickets have reached the disk."""
        at, offset = self.server_time.clock(), self.server_time.offset

        def finish(conn: sqlite3.Connection) -> None:
            with transaction(conn):
                ticket_writes.finish_pull(conn, synced=at, watermark=watermark)
                if whole:
                    ticket_writes.note_whole(conn, at)
                if offset is not None:
                    sessions.note_server_offset(conn, offset.total_seconds())

        await self.writer.run(finish)

    def _batches(self, number: int) -> BatchWriter:
        return BatchWriter(self.writer, number, self.priority)


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


def _rows(tickets: Iterable[Ticket], *, names: bool = True) -> list[TicketRow]:
    return [_row(each, names=names) for each in tickets]


def _row(ticket: Ticket, *, names: bool) -> TicketRow:
    owner = ticket.owner
    return TicketRow(
        serial=ticket.serial,
        section=ticket.section,
        section_name=ticket.section_name or ticket.section.rsplit("/", 1)[-1],
        status=_STATUSES.get(ticket.status, TicketStatus.OTHER),
        redeemed=ticket.redeemed,
        owner=owner.identity if owner else None,
        name=owner.name if owner and names else None,
    )


def _admitted_row(admission: Admission) -> TicketRow | None:
    if admission.section is None:
        return None
    owner = admission.owner
    return TicketRow(
        serial=admission.serial,
        section=admission.section,
        section_name=admission.section_name or admission.section.rsplit("/", 1)[-1],
        status=TicketStatus.REDEEMED,
        redeemed=admission.admitted,
        owner=owner.identity if owner else None,
        name=None,
    )


def _ours(conn: sqlite3.Connection, found: Sequence[Admission]) -> set[str]:
    """Return the serials whose admission the ledger holds as this gate's own.

    One that it holds and has never sent was made by another.
    """
    ours = {a.serial: a for a in ledger.by_serial(conn, [each.serial for each in found])}
    return {
        each.serial
        for each in found
        if (own := ours.get(each.serial))
        and (own.attempts or own.state is not State.QUEUED)
        and is_under_our_name(own, each)
    }


async def note_encounters(writer: Writer, met: Sequence[Encounter], at: datetime) -> None:
    """Note others that use this gate's name or tag, if any."""

    def note(conn: sqlite3.Connection) -> None:
        with transaction(conn):
            encounters.write(conn, met, at)

    if met:
        structlog.get_logger("pull").warning(
            "others use this gate's name or tag", met=[f"{each.kind} {each.device}" for each in met]
        )
        await writer.run(note)
