"""Reads an event's tickets from the API into the cache: what changed, or the whole list."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

import structlog

from scanner.platform.errors import ApiFault, ListError
from scanner.platform.paged_list import PagedList, PageSize, pages_of
from scanner.platform.protocol import TicketSource
from scanner.platform.resources import Admission, Listed, Order, Page
from scanner.platform.server_time import ServerTime
from scanner.priority import Priority
from scanner.store import doubts, ticket_writes
from scanner.store.database import SqlConnection, transaction
from scanner.store.doubts import Doubt, DoubtKind
from scanner.store.ticket_writes import PullPosition
from scanner.store.tickets import TicketRow
from scanner.store.writer import Writer
from scanner.sync.batch_writer import BatchWriter
from scanner.sync.left_out import Tally

_FULL_READS = 3
_TICKETS_AT_ONCE = 50_000

Progress = Callable[[int, int], None]
"""Called with the tickets read so far, and their total."""


_OverSome = Callable[[SqlConnection, int, range], int]


@dataclass(slots=True)
class TicketList:
    """An event's list of tickets; what is read of it goes into the cache at once.

    Attributes:
        believed: whether the last whole reading says what is gone; not where its token's scope
            changed meanwhile, which `scope_changed` tells.
        doubted: whether it lacked much, which is not believed yet.
    """

    platform: TicketSource
    writer: Writer
    server_time: ServerTime
    size: PageSize
    priority: Priority
    on_progress: Progress | None = None
    scope_changed: Callable[[], Awaitable[bool]] | None = None
    on_admissions: Callable[[Sequence[Admission]], Awaitable[object]] | None = None
    believed: bool = True
    doubted: bool = False
    _tally: Tally = field(default_factory=lambda: Tally("tickets"))
    _beyond: int = 0  # tickets that came beside the first one of each entry

    async def changes(self, since: datetime) -> datetime | None:
        """Read what changed since a time of the server's; returns its time at the beginning."""
        number = await self.writer.run_on_cache(ticket_writes.last_number)
        watermark: datetime | None = None
        async with self._batches(number) as batches:
            ask = partial(self._ask, since=since)
            async for page in pages_of(ask, _identity, self.size):
                watermark = watermark or page.server_time
                await batches.add(_rows(page.entries))
        await self._tally.keep(self.writer, whole=False)
        return watermark

    async def directory(self, permitted: frozenset[str]) -> None:
        """Read the tickets of other sections, without names, so that the gate can point the way."""
        async with self._batches(0) as batches:
            async for page in pages_of(self._ask, _identity, self.size):
                foreign = [each for each in _rows(page.entries) if each.section not in permitted]
                await batches.add([each._replace(name=None) for each in foreign])

    async def everything(self, *, accept_shrink: bool = False) -> datetime | None:
        """Read every ticket, from where the last attempt broke off, and mark what is gone.

        Entries may move to another page meanwhile, so what is missing is believed to be so when
        the list is as long as the API says, or a second reading brings nothing else. Much that is
        missing is doubted all the same.

        Returns:
            The server's time at the beginning.

        Raises:
            ListError: the list has no end, or breaks off before its total and is doubted.
        """
        watermark = await self._everything(accept_shrink)
        await self._tally.keep(self.writer, whole=True)
        return watermark

    async def _everything(self, accept_shrink: bool) -> datetime | None:
        position = await self._position()
        seen_before: int | None = None
        for _ in range(_FULL_READS):
            position, reading = await self._read_through(position)
            seen = await self._over_all(ticket_writes.count_listed, position.number)
            absent = await self._over_all(ticket_writes.count_absent, position.number)
            if await self._is_alike(reading, seen - self._beyond) and (
                seen == seen_before or (reading.exact and not absent)
            ):
                self.believed = not (self.scope_changed and await self.scope_changed())
                await self.writer.run_on_cache(ticket_writes.forget_position)
                if not self.believed:
                    structlog.get_logger("pull").warning("the scope changed within the list")
                    return position.watermark
                await self._weigh_total(position.number, reading, accept=accept_shrink)
                await self._withdraw(position.number, seen, absent, accept=accept_shrink)
                return position.watermark
            seen_before = seen
            position = replace(position, page=1, records=self.size.records, total=None)
        structlog.get_logger("pull").warning("the ticket list kept shifting", read=seen_before)
        await self.writer.run_on_cache(ticket_writes.forget_position)
        return position.watermark

    async def _read_through(self, position: PullPosition) -> tuple[PullPosition, PagedList[Listed]]:
        reading = PagedList(
            self._ask, _identity, self.size, page=position.page, records=position.records
        )
        self._tally.counts.clear()
        known = await self._over_all(ticket_writes.count_listed, position.number)
        self._beyond = max(0, known - reading.came) if position.page > 1 else 0
        async with self._batches(position.number) as batches:
            async for page in reading.pages():
                position = replace(
                    position,
                    page=reading.page,
                    records=reading.records,
                    total=page.total,
                    watermark=position.watermark or page.server_time,
                )
                rows = _rows(page.entries)
                self._beyond += len(rows) - len(page.entries)
                await batches.add(rows, then=position)
                if self.on_progress:
                    self.on_progress(reading.came, max(reading.came, page.total))
        return position, reading

    @staticmethod
    async def _is_alike(reading: PagedList[Listed], seen: int) -> bool:
        """Tell whether a reading came as far as all of this full pull together."""
        lacks = seen - reading.came
        return lacks * doubts.LARGE_PART <= seen and (
            lacks <= 0 or await reading.still_has_its_end()
        )

    async def _weigh_total(self, number: int, reading: PagedList[Listed], *, accept: bool) -> None:
        """Doubt a list that ends before its total.

        Raises:
            ListError: it is doubted.
        """
        total = reading.total or 0
        missing = total - reading.came if reading.short else 0
        if await self._believed_from(DoubtKind.SHORT, number, missing, total, accept) is None:
            raise ListError(ApiFault.LIST_SHORT, came=reading.came, total=total)

    async def _withdraw(self, number: int, seen: int, absent: int, *, accept: bool) -> None:
        """Mark what this full pull did not list; where that is much, what two of them did not."""
        known = seen + absent
        whole = await self.writer.run_on_cache(_was_whole_without_doubt)
        large = absent if doubts.is_large(absent, known, whole=whole) else 0
        believed = await self._believed_from(DoubtKind.SHRUNK, number, large, known, accept)
        self.doubted = believed is None
        if believed is None:
            structlog.get_logger("pull").warning(
                "the ticket list shrank, which is doubted", missing=absent, known=known
            )
            return

        def withdraw(conn: SqlConnection, number: int, ids: range) -> int:
            with transaction(conn):
                return ticket_writes.withdraw_unlisted(conn, number, ids)

        await self._over_all(withdraw, believed)
        await self._forget(DoubtKind.SHRUNK)
        if believed < number:  # what only this one lacks has a doubt of its own
            absent = await self._over_all(ticket_writes.count_absent, number)
            await self._withdraw(number, seen, absent, accept=accept)

    async def _believed_from(
        self, kind: DoubtKind, number: int, missing: int, known: int, accept: bool
    ) -> int | None:
        """Weigh a doubt; returns the full pull whose word is believed, where one's is."""
        if not missing:
            await self._forget(kind)
            return number
        found = Doubt(kind, number, self.server_time.now(), missing, known)

        def weigh(conn: SqlConnection) -> int | None:
            with transaction(conn):
                return doubts.weigh(conn, found, accept=accept)

        return await self.writer.run_on_cache(weigh)

    async def _forget(self, kind: DoubtKind) -> None:
        def forget(conn: SqlConnection) -> None:
            with transaction(conn):
                doubts.dispel(conn, kind)

        await self.writer.run_on_cache(forget)

    async def _over_all(self, work: _OverSome, number: int) -> int:
        """Go over all tickets in pieces, so that no other program waits long for the cache."""
        last, found = await self.writer.run_on_cache(ticket_writes.last_ticket), 0
        for start in range(0, last + 1, _TICKETS_AT_ONCE):
            ids = range(start, start + _TICKETS_AT_ONCE)
            found += await self.writer.run_on_cache(partial(_over, work, number, ids))
        return found

    async def _position(self) -> PullPosition:
        """Return where the last attempt broke off, in the size that the server takes now."""
        size = self.size.records

        def read(conn: SqlConnection) -> PullPosition:
            with transaction(conn):
                found = ticket_writes.read_position(conn)
                if found is None:
                    return PullPosition(ticket_writes.begin_pass(conn), 1, size, None, None)
            if found.records <= size:
                return found
            page = (found.page - 1) * found.records // size + 1
            return replace(found, page=page, records=size)

        return await self.writer.run_on_cache(read)

    async def _ask(self, page: int, records: int, since: datetime | None = None) -> Page[Listed]:
        found = await self.platform.tickets(page=page, records=records, modified_since=since)
        self.server_time.note(found.server_time)
        self._tally.note(found.faults, found.gaps)
        told = [one for each in found.entries if isinstance(each, Order) for one in each.admissions]
        if told and self.on_admissions:
            await self.on_admissions(told)
        return found

    def _batches(self, number: int) -> BatchWriter:
        return BatchWriter(self.writer, number, self.priority)


def _was_whole_without_doubt(conn: SqlConnection) -> bool:
    """Tell whether a whole list is known; while that is in doubt, its length says nothing."""
    doubted = any(each.kind is DoubtKind.SHRUNK for each in doubts.read_doubts(conn))
    return not doubted and ticket_writes.was_whole(conn)


def _over(work: _OverSome, number: int, ids: range, conn: SqlConnection) -> int:
    return work(conn, number, ids)


def _identity(entry: Listed) -> str:
    return entry.code if isinstance(entry, Order) else entry.serial


def _rows(found: Iterable[Listed]) -> list[TicketRow]:
    rows: list[TicketRow] = []
    for each in found:
        rows += each.tickets if isinstance(each, Order) else (each,)
    return rows
