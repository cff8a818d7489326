"""Reads the admissions that other gates made from the API into the cache."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog

from scanner.admission.names import tag_of
from scanner.admission.ticket import EarlierAdmission, TicketStatus
from scanner.platform.delivery import is_under_our_name
from scanner.platform.paged_list import PagedList, PageSize, pages_of
from scanner.platform.protocol import Platform
from scanner.platform.resources import Admission, Page
from scanner.platform.server_time import ServerTime
from scanner.store import encounters, installation, ledger, passages, ticket_writes
from scanner.store.database import SqlConnection, transaction
from scanner.store.details import admitted_as
from scanner.store.encounters import Encounter
from scanner.store.ledger import State
from scanner.store.sessions import StoredSession
from scanner.store.tickets import TicketRow
from scanner.store.writer import Writer
from scanner.sync.carried import attributed
from scanner.sync.left_out import Tally


@dataclass(slots=True)
class Heard:
    """How many admissions of an event the last reading brought; 0 where all are to be read."""

    event: str = ""
    count: int = 0


@dataclass(slots=True)
class AdmissionList:
    """An event's admissions, of which mostly the end is read: there the new ones are."""

    platform: Platform
    writer: Writer
    server_time: ServerTime
    size: PageSize
    session: StoredSession
    heard: Heard
    _disputed: set[str] = field(default_factory=set)
    _tally: Tally = field(default_factory=lambda: Tally("admissions"))

    async def read(self) -> set[str]:
        """Read what is new; where the list is in another order or became shorter, all of it.

        Returns:
            The serials among them that the books may differ about: the ledger confirms another
            admission than the API's, or lacks one that bears its tag, or one has given away
            somebody who uses this gate's name.
        """
        await self._read()
        await self._tally.keep(self.writer, whole=False)
        return self._disputed

    async def hear(self, told: Sequence[Admission]) -> None:
        """Write admissions that came with something else."""
        await self._write(told)

    async def _read(self) -> None:
        if self.heard.event != self.session.event:
            self.heard.event, self.heard.count = self.session.event, 0
        last = -(-self.heard.count // self.size.records)
        if last > 1 and not await self._begins_with_news():
            tail = PagedList(self._ask, _identity, self.size, page=last)
            await self._write_pages(tail.pages())
            if tail.came >= self.heard.count:
                self.heard.count = tail.came
                return
        self.heard.count = await self._write_pages(pages_of(self._ask, _identity, self.size))

    async def _begins_with_news(self) -> bool:
        """Read the first page; tells whether the new ones are there, or nothing is any more."""
        page = await PagedList(self._ask, _identity, self.size).first()
        return page is None or await self._write([*page.beside, *page.entries]) > 0

    async def _write_pages(self, pages: AsyncIterator[Page[Admission]]) -> int:
        """Write page after page; returns how many admissions there are."""
        found: set[tuple[object, ...]] = set()
        async for page in pages:
            await self._write([*page.beside, *page.entries])
            found.update(map(_identity, page.entries))
        return len(found)

    async def _ask(self, page: int, records: int) -> Page[Admission]:
        found = await self.platform.admissions(page=page, records=records)
        self.server_time.note(found.server_time)
        self._tally.note(found.faults, found.gaps)
        return found

    async def _write(self, listed: Sequence[Admission]) -> int:
        """Write the admissions of other gates, and who of them uses this gate's name or tag.

        One that is this gate's own further entry is in the ledger as such.

        Returns:
            How many were not known yet.
        """
        listed = [each for each in listed if each.entered]
        if not listed:
            return 0
        admitted = [row for each in listed if (row := _admitted_row(each))]

        def write(conn: SqlConnection) -> tuple[int, list[Encounter]]:
            found = attributed(conn, _as_recorded(conn, listed))
            serials = [each.serial for each in found]
            with transaction(conn):
                before = ticket_writes.known_admissions(conn, serials)
                standing = self._standing(conn, serials)
                tags = installation.tags(conn)
                again = passages.entered_again(conn, self.session.event, serials) - set(standing)
                told = [
                    each
                    for each in found
                    if each.serial not in again or tag_of(each.device) not in tags
                ]
                self._disputed |= _disputed(standing, tags, told)
                own = _ours(standing, told)
                others = [
                    (each.serial, EarlierAdmission(each.admitted, each.redeemer, each.device))
                    for each in told
                    if each.serial not in own or each.further
                ]
                ticket_writes.write_others(conn, others)
                ticket_writes.write_exits(conn, _exits_elsewhere(found, tags))
                ticket_writes.write_admitted(conn, admitted)
                met = encounters.among(conn, self.session, others)
            return sum(each.serial not in before for each in told), met

        count, met = await self.writer.run_on_cache(write)
        self._disputed |= {each.serial for each in await note_encounters(self.writer, met)}
        return count

    def _standing(self, conn: SqlConnection, serials: Sequence[str]) -> "Standing":
        """Read the ledger's admissions; of one at another door, its first entry here if any."""
        first = passages.first_entries(conn, self.session.event, serials)
        here = [
            each
            for each in ledger.by_serial(conn, serials)
            if each.event == self.session.event or not self.session.passages
        ]
        return {each.serial: each for each in (*first, *here)}


def _identity(admission: Admission) -> tuple[object, ...]:
    return admission.serial, admission.uri, admission.admitted


def _as_recorded(conn: SqlConnection, listed: Sequence[Admission]) -> list[Admission]:
    """Give admissions the serials that the ledger has them under: a ticket's may be another now."""
    recorded = admitted_as(conn, [each.serial for each in listed])
    return [
        replace(each, serial=recorded[each.serial]) if each.serial in recorded else each
        for each in listed
    ]


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


def _exits_elsewhere(
    found: Sequence[Admission], tags: set[str]
) -> list[tuple[str, EarlierAdmission]]:
    return [
        (each.serial, EarlierAdmission(each.left, None, each.left_by))
        for each in found
        if each.left and tag_of(each.left_by) not in tags
    ]


Standing = Mapping[str, ledger.Admission]
"""The ledger's admissions that stand, by serial."""


def _ours(standing: Standing, found: Sequence[Admission]) -> set[str]:
    """Return the serials whose admission the ledger holds as this gate's own.

    One that it holds and has never sent was made by another.
    """
    return {
        each.serial
        for each in found
        if (own := standing.get(each.serial))
        and (own.attempts or own.state is not State.QUEUED)
        and is_under_our_name(own, each)
    }


def _disputed(standing: Standing, tags: set[str], found: Sequence[Admission]) -> set[str]:
    """Return the serials of which the ledger has another admission, or none under its own tag."""

    def is_disputed(each: Admission) -> bool:
        own = standing.get(each.serial)
        if each.further:
            return False
        if own is None:
            return tag_of(each.device) in tags
        return own.state is State.CONFIRMED and not is_under_our_name(own, each)

    return {each.serial for each in found if is_disputed(each)}


async def note_encounters(writer: Writer, met: Sequence[Encounter]) -> list[Encounter]:
    """Note others that use this gate's name or tag, if any; returns those that are new."""

    def note(conn: SqlConnection) -> list[Encounter]:
        with transaction(conn):
            return encounters.write(conn, met)

    new = await writer.run(note) if met else []
    for each in new:
        structlog.get_logger("pull").warning("met", kind=each.kind.value, device=each.device)
    return new
