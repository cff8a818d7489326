"""Compares the API's admissions with this ledger's, and finds what was undone there."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import structlog

from scanner.admission.names import tag_of
from scanner.admission.ticket import EarlierAdmission
from scanner.facts import Fact
from scanner.platform.delivery import LOOK_UP_RECORDS, SettleReason, is_under_our_name
from scanner.platform.paged_list import PagedList, PageSize, pages_of
from scanner.platform.protocol import Platform
from scanner.platform.resources import Admission, Page
from scanner.platform.server_time import ServerTime
from scanner.store import (
    differences,
    encounters,
    installation,
    ledger,
    passages,
    sessions,
    ticket_writes,
)
from scanner.store.database import SqlConnection, transaction
from scanner.store.details import admitted_as
from scanner.store.differences import (
    ABSENT,
    NOT_LOOKED_UP,
    PENDING,
    Comparison,
    Difference,
    DifferenceKind,
)
from scanner.store.ledger import State
from scanner.store.sessions import StoredSession
from scanner.store.writer import Writer
from scanner.sync.carried import attributed

SECOND_READING = timedelta(minutes=1)
"""After this time, what a first reading found missing is believed if it is missing again."""

MOST_LOOKUPS = 200
"""In one comparison; the next one goes on with those whose last look-up is longest ago."""

Listed = Mapping[str, Sequence[Admission]]
"""The API's admissions by serial."""

_ListedAfterAll = Callable[[str, Sequence[Admission]], Difference | None]
"""Tells how what a look-up found of a serial differs from the ledger, if it does."""


@dataclass(slots=True)
class Books:
    """Compares one event's admissions.

    An admission counts as undone where the API lists none when it is asked for that very ticket,
    and lists the ticket as issued, in two readings that are a minute apart. That a list does not
    have it is never enough. Of a section that the token does not permit the API may list nothing at
    all; then nothing is known of it.
    """

    platform: Platform
    writer: Writer
    server_time: ServerTime
    size: PageSize

    async def is_due(self, total: int, disputed: Set[str] = frozenset()) -> bool:
        """Tell whether the books may differ anew, so that the whole list should be read.

        Something may have been undone where the API counts fewer admissions than are known here,
        or where a first reading found one missing and a second may confirm that now.

        Args:
            total: how many the API counts.
            disputed: the serials that the books may differ about, as `AdmissionList` has read.
        """
        now = self.server_time.now()

        def read(conn: SqlConnection) -> bool:
            told = differences.read(conn)
            if not disputed <= {each.serial for each in told}:
                return True
            pending = [each for each in told if each.kind in PENDING]
            if pending:
                return any(now - each.since >= SECOND_READING for each in pending)
            known = ticket_writes.count_admissions(conn)
            last = differences.read_comparison(conn)
            return total < known and last != Comparison(total, known)

        return await self.writer.run_on_cache(read)

    async def compare(self, session: StoredSession) -> list[Difference]:
        """Compare after the whole list was read; what is proven undone is noted as undone.

        Returns:
            The differences, which the cache keeps until the next comparison.
        """
        before = await self.writer.run_on_cache(differences.read)
        number = await self.writer.run_on_cache(ticket_writes.last_number)
        ours = await self.writer.run(lambda conn: _ours(conn, session.event))
        others = await self.writer.run_on_cache(differences.others)
        listed = await self._read_all()
        tags = await self.writer.run(installation.tags)
        shared = await self.writer.run(encounters.shared_tags)
        again = await self.writer.run(partial(passages.entered_again, event=session.event))
        unpassed = {serial: there for serial, there in listed.items() if serial not in again}
        found = list(self._missing_here(ours, tags, unpassed))
        barred = await self.writer.run_on_cache(differences.barred_sections)
        hidden = barred - {each.section for there in listed.values() for each in there}
        for serial, own in ours.items():
            if own.state is State.CONFIRMED and own.section not in hidden:
                found += self._confirmed(own, listed.get(serial, ()), shared)
        first = await self.writer.run(partial(passages.first_entries, event=session.event))
        found += self._twice(first, listed, shared)
        found += [
            self._new(serial, DifferenceKind.OTHER_MISSING)
            for serial in sorted(others)
            if serial not in listed and _is_elsewhere(ours.get(serial))
        ]
        known = {each.serial: each for each in before if each.kind in ABSENT}
        seen = {(each.serial, each.kind): each.since for each in before}
        absent = [known.get(each.serial, each) for each in found if each.kind in PENDING]
        settled = [
            replace(each, since=seen.get((each.serial, each.kind), each.since))
            for each in found
            if each.kind not in PENDING
        ]

        def listed_after_all(serial: str, there: Sequence[Admission]) -> Difference | None:
            own = ours.get(serial)
            confirmed = own and own.state is State.CONFIRMED
            return next(self._confirmed(own, there, shared), None) if own and confirmed else None

        settled += await self._look_up(absent, number, listed_after_all)
        await self._write(settled, sum(map(len, listed.values())))
        return settled

    async def _look_up(
        self,
        absent: Sequence[Difference],
        number: int,
        listed_after_all: _ListedAfterAll,
    ) -> list[Difference]:
        """Look up some of what the list lacks, those first that had to wait longest.

        Each is looked up again after a minute at the earliest, so all have their turn.

        Returns:
            What is known now of all of them.
        """
        now = self.server_time.now()
        in_turn = sorted(absent, key=lambda each: each.since)
        due = [each for each in in_turn if now - each.since >= SECOND_READING][:MOST_LOOKUPS]
        looked = {each.serial: await self._look(each, number, listed_after_all) for each in due}
        known = [looked.get(each.serial, each) for each in absent]
        return [each for each in known if each]

    async def _ask(self, page: int, records: int, serial: str | None = None) -> Page[Admission]:
        found = await self.platform.admissions(page=page, records=records, serial=serial)
        self.server_time.note(found.server_time)
        return found

    async def _read_all(self) -> Listed:
        found: dict[str, set[Admission]] = {}
        async for page in pages_of(self._ask, _identity, self.size):
            for each in (*page.beside, *page.entries):
                if each.entered and not each.further:
                    found.setdefault(each.serial, set()).add(each)

        def read(conn: SqlConnection) -> Listed:
            recorded = admitted_as(conn, found)
            named = {recorded.get(serial, serial): each for serial, each in found.items()}
            return {serial: tuple(attributed(conn, [*each])) for serial, each in named.items()}

        return await self.writer.run_on_cache(read)

    def _confirmed(
        self, own: ledger.Admission, there: Sequence[Admission], shared: set[str]
    ) -> Iterator[Difference]:
        """Compare an admission that is confirmed here with those that the API lists of it.

        One that only a look-up has confirmed may have been made by a copy of this gate, once one
        may be in use.
        """
        ours = [each for each in there if is_under_our_name(own, each)]
        others = [each for each in there if each not in ours]
        if not there:
            yield self._new(own.serial, DifferenceKind.MISSING_THERE)
        elif not ours:
            yield self._new(own.serial, DifferenceKind.OTHER_GATE, others[0])
        elif others:
            yield self._new(own.serial, DifferenceKind.ADMITTED_TWICE, others[0])
        elif not own.granted and tag_of(own.device) in shared:
            yield self._new(own.serial, DifferenceKind.PERHAPS_A_COPYS, ours[0])

    def _twice(
        self, first: Sequence[ledger.Admission], listed: Listed, shared: set[str]
    ) -> Iterator[Difference]:
        """Find tickets that another gate let in too, of those that were at another door before.

        Of these nothing is undone here, whatever the platform lists no more.
        """
        for own in first:
            there = listed.get(own.serial)
            if there and own.state is State.CONFIRMED:
                differences = self._confirmed(own, there, shared)
                yield from (
                    each for each in differences if each.kind is DifferenceKind.ADMITTED_TWICE
                )

    def _missing_here(
        self, ours: Mapping[str, ledger.Admission], tags: set[str], listed: Listed
    ) -> Iterator[Difference]:
        """Find what the API lists of this gate, and its ledger does not have."""
        for serial, there in listed.items():
            standing = ours.get(serial)
            own_there = [
                each
                for each in there
                if tag_of(each.device) in tags or (standing and is_under_our_name(standing, each))
            ]
            if own_there and (standing is None or _was_denied(standing)):
                yield self._new(serial, DifferenceKind.MISSING_HERE, own_there[0])

    def _new(self, serial: str, kind: DifferenceKind, there: Admission | None = None) -> Difference:
        account = (
            EarlierAdmission(there.admitted, there.redeemer, there.device)
            if there
            else EarlierAdmission()
        )
        since = NOT_LOOKED_UP if kind in PENDING else self.server_time.now()
        return Difference(serial, kind, since, account)

    async def _look(
        self, absent: Difference, number: int, listed_after_all: _ListedAfterAll
    ) -> Difference | None:
        """Look one ticket up; returns what is known now, or nothing where the API has it as ours.

        The API may list it for another gate, though a list whose pages moved did not have it.
        """
        serial, now = absent.serial, self.server_time.now()
        ask = partial(self._ask, serial=serial)
        records = min(LOOK_UP_RECORDS, self.size.records)
        page = await PagedList(ask, _identity, self.size, records=records).first()
        entries = page.entries if page else ()
        if there := [each for each in entries if each.entered and each.serial == serial]:
            return listed_after_all(serial, there)
        if page and page.faults:
            return None
        own = absent.kind is not DifferenceKind.OTHER_MISSING
        open_still = DifferenceKind.MISSING_THERE if own else DifferenceKind.OTHER_MISSING
        names_none = entries and all(each.serial == serial for each in entries)
        if page and (entries or page.total) and not names_none:
            # The server lists what it was not asked for, or counts what it hides.
            return replace(absent, kind=open_still, since=now)
        issued = await self.writer.run_on_cache(
            lambda conn: differences.is_issued_since(conn, serial, number)
        )
        if not issued:
            return replace(absent, kind=DifferenceKind.GONE_THERE, since=now) if own else None
        if absent.kind is not open_still or absent.since == NOT_LOOKED_UP:
            return replace(absent, kind=open_still, since=now)
        return replace(absent, kind=DifferenceKind.UNDONE if own else DifferenceKind.OTHER_UNDONE)

    async def _write(self, found: Sequence[Difference], total: int) -> None:
        at = self.server_time.clock()
        undone = [each.serial for each in found if each.kind is DifferenceKind.UNDONE]
        others = [each.serial for each in found if each.kind is DifferenceKind.OTHER_UNDONE]

        def undo(conn: SqlConnection) -> None:
            with transaction(conn):
                sessions.note_behind(conn, None)
                for serial in undone:
                    ledger.move(conn, serial, State.UNDONE, at, Fact(SettleReason.UNDONE))
                for serial in others:
                    ledger.undo_withheld(conn, serial, at, Fact(SettleReason.UNDONE))

        def write(conn: SqlConnection) -> None:
            with transaction(conn):
                differences.forget_others(conn, others)
                counted = Comparison(total, ticket_writes.count_admissions(conn))
                differences.write(conn, found, counted, at)

        await self.writer.run_on_cache(write)
        await self.writer.run(undo)
        if undone or others:
            structlog.get_logger("books").warning("undone at the API", own=undone, others=others)


def _ours(conn: SqlConnection, event: str) -> dict[str, ledger.Admission]:
    """Return the last admission of each of the ledger's serials."""
    return {each.serial: each for each in ledger.in_state(conn) if each.event == event}


def _was_denied(own: ledger.Admission) -> bool:
    """Tell whether the API should not list an admission: a late request may have made it after all.

    What a copy has made is listed under this gate's name, and known as the conflict it is.
    """
    if own.state is State.CONFLICT:
        return own.reason is None or own.reason.code != SettleReason.ADMITTED_BY_COPY
    return own.state in (State.REFUSED, State.UNDONE)


def _is_elsewhere(own: ledger.Admission | None) -> bool:
    """Tell whether the admission that stands of a ticket is another gate's, if any."""
    return own is None or own.state in (State.CONFLICT, State.UNDONE)


def _identity(admission: Admission) -> tuple[object, ...]:
    return admission.serial, admission.uri, admission.admitted
