"""A gate's access to a check-in list at pretix."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from scanner.facts import Fact
from scanner.platform.access import GateCredentials, Pause
from scanner.platform.delivery import Inquiry, Outcome, Reply
from scanner.platform.resources import Admission, Fault, Listed, Order, Page, Scope, Section
from scanner.platform.tolerant_reader import FieldError, Gaps
from scanner.pretix.client import PAGE_SIZE, Pretix, count, generated, results
from scanner.pretix.door_calls import DoorCalls, place_of
from scanner.pretix.event_data import EventReader
from scanner.pretix.models import read_revoked_secret
from scanner.pretix.movements import admissions_of
from scanner.pretix.order_models import FIELDS, read_listed
from scanner.pretix.resources import Devices, EventData
from scanner.pretix.tickets import read_order, revoked_row
from scanner.store import ledger
from scanner.store.journal import nonce_of
from scanner.store.ledger import State, Waiting
from scanner.store.passages import Passage
from scanner.store.refused_scans import RefusedScan
from scanner.store.tickets import TicketRow


class PretixPlatform:
    """The calls of the API that one gate makes for one check-in list.

    pretix takes one ticket at a time, and the same nonce once: what was told without an answer is
    told again. An admission that it refuses is settled at once, from the answer's own words.

    Args:
        api: asks with the device's key; closed at the end.
        credentials: the gate's.
        device: the gate's name as it is sent, with the installation's tag.
        language: sections are called in this one where they can be.
        pause: awaited again and again while a list is read.
    """

    largest_batch = 1

    def __init__(
        self,
        api: Pretix,
        credentials: GateCredentials,
        device: str,
        language: str,
        pause: Pause,
    ) -> None:
        self._api = api
        self._key = credentials.key
        self._named = credentials.event
        self._path = place_of(credentials.event)
        self._pause = pause
        self._devices = Devices(credentials.number, device, credentials.former)
        self._event = EventReader(api, self._path, language)
        self._door = DoorCalls(api, self._devices)

    @property
    def beyond(self) -> "PretixPlatform":
        """It takes passages and refused scans too."""
        return self

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def scope(self) -> Scope:
        """Read the check-in list and the event's products: these are its sections."""
        data = await self._event.read()
        named = [each for each in data.items.values() if each.admission or data.admits(each.number)]
        sections = tuple(Section(data.path.section_uri(each.number), each.name) for each in named)
        permitted = data.place.products
        if permitted is None:
            permitted = frozenset(data.items)
        return Scope(
            self._named,
            data.title,
            sections,
            frozenset(map(data.path.section_uri, permitted)),
            key=self._key,
            door=data.place.door,
            gaps=self._event.faults,
        )

    async def tickets(
        self, *, page: int = 1, records: int = PAGE_SIZE, modified_since: datetime | None = None
    ) -> Page[Listed]:
        """Read one page of the event's orders, in the order of their making.

        Codes that were revoked come along with a whole list's first page.
        """
        data = await self._event.known()
        query = _paged(page, records) | {
            "include": FIELDS,
            "include_canceled_positions": "true",
        }
        if modified_since:
            query["modified_since"] = modified_since.isoformat()
        revoked = await self._revoked(data) if page == 1 and modified_since is None else ()
        read = partial(read_order, data, self._devices, changes=modified_since is not None)
        answer = await self._api.page(f"{self._path.event_uri}/orders/", query)
        orders: list[Order] = []
        faults: list[Fault] = []
        left_out: list[Fault] = []
        for position, each in enumerate(results(answer.body)):
            await self._pause()  # an order may have a hundred tickets
            gaps: Gaps = []
            try:
                orders.append(read(each, gaps))
            except FieldError as error:
                faults.append(Fault(position, error.name, error.problem))
            else:
                left_out += [Fault(position, gap.name, gap.problem) for gap in gaps]
        if orders and revoked:
            first = orders[0]  # what an order says of a code counts, and comes after
            orders[0] = first._replace(tickets=(*revoked, *first.tickets))
        return Page(
            count(answer.body),
            page,
            records,
            tuple(orders),
            tuple(faults),
            generated(answer),
            tuple(left_out),
        )

    async def admissions(
        self, *, page: int = 1, records: int = PAGE_SIZE, serial: str | None = None
    ) -> Page[Admission]:
        """Read one page of the tickets that came in or left at the check-in list, or of one.

        Those that moved last come last.
        """
        data = await self._event.known()
        query = _paged(page, records) | {"ignore_status": "true"}
        query |= {"secret": serial} if serial else _MOVED
        answer = await self._api.page(f"{self._path.uri}/positions/", query)
        found: list[Admission] = []
        beside: list[Admission] = []
        faults: list[Fault] = []
        left_out: list[Fault] = []
        for position, each in enumerate(results(answer.body)):
            gaps: Gaps = []
            try:
                secret, item, moves = read_listed(each, gaps)
            except FieldError as error:
                faults.append(Fault(position, error.name, error.problem))
                continue
            told = admissions_of(secret, item, moves, data, self._devices)
            found += told[-1:] or [Admission(secret, None, None, None, entered=False)]
            beside += told[:-1]
            left_out += [Fault(position, gap.name, gap.problem) for gap in gaps]
        return Page(
            count(answer.body),
            page,
            records,
            tuple(found),
            tuple(faults),
            answer.server_time,
            tuple(left_out),
            tuple(beside),
        )

    async def deliver(self, batch: Sequence[Waiting]) -> Reply:
        """Tell of admissions, one after the other; where another gate was first, it is told."""
        granted: list[str] = []
        settled: list[tuple[str, Outcome]] = []
        for each in batch:
            found = await self._door.enter(
                each.event, each.serial, each.at, each.nonce, override=each.override
            )
            if found.state is State.CONFIRMED:
                granted.append(each.serial)
            else:
                settled.append((each.serial, found))
        return Reply(granted, settled)

    async def look_up(
        self,
        sent: ledger.Admission,
        inquiry: Inquiry,  # noqa: ARG002 - the nonce says it all
    ) -> Outcome:
        """Tell of an admission again: what pretix has under its nonce stays as it is."""
        at = sent.at.isoformat()
        nonce = nonce_of(sent.journal, at, sent.event, sent.device, sent.serial)
        override = sent.override_note is not None
        return await self._door.enter(sent.event, sent.serial, sent.at, nonce, override=override)

    async def deliver_passage(self, passage: Passage) -> Outcome:
        """Tell of an exit or a further entry."""
        return await self._door.pass_through(passage)

    async def report_refused(self, scan: RefusedScan) -> None:
        """Tell of a ticket that was refused at the door."""
        await self._door.report_refused(self._path, scan)

    async def would_refuse(self, serial: str, at: datetime) -> Fact | None:
        """Ask what pretix would say to an entry now; nothing is recorded."""
        return await self._door.would_refuse(self._path, serial, at)

    async def _revoked(self, data: EventData) -> tuple[TicketRow, ...]:
        """Read the codes that are no tickets any more; one that can't be read is unknown."""
        found: list[TicketRow] = []
        for each in await self._api.entries(f"{self._path.event_uri}/revokedsecrets/"):
            try:
                found.append(revoked_row(read_revoked_secret(each), data))
            except FieldError:
                continue
        return tuple(found)


_MOVED = {"has_checkin": "true", "ordering": "last_checked_in"}


def _paged(page: int, records: int) -> dict[str, Any]:
    return {"page": str(page), "page_size": str(min(records, PAGE_SIZE))}
