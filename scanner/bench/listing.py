"""An API that lists the bench's tickets at once, without a network."""

from collections.abc import Sequence
from datetime import datetime

from scanner.bench import stock
from scanner.ticketing.errors import NoSuchPage
from scanner.ticketing.resources import (
    Admission,
    Event,
    Granted,
    Owner,
    Page,
    Ticket,
    TokenGrant,
)

RECORDS = 500
"""Tickets on a page, as a gate asks for them."""


class Listing:
    """Answers a first sync, with pages that are made when they are asked for."""

    def __init__(self, count: int) -> None:
        self._count = count

    async def tickets(
        self,
        event: str,  # noqa: ARG002 - the API's form
        *,
        page: int = 1,
        records: int = RECORDS,
        modified_since: datetime | None = None,  # noqa: ARG002 - nothing ever changes
    ) -> Page[Ticket]:
        """Return one page of the whole list."""
        first = (page - 1) * records
        found = stock.rows(min(first + records, self._count), first)
        entries = tuple(
            Ticket(
                each.serial,
                each.status.value,
                each.section,
                each.section_name,
                Owner(each.owner, None, None, each.name),
                None,
            )
            for each in found
        )
        return Page(self._count, page, records, entries, (), stock.NOW)

    async def admissions(self, event: str, **_: object) -> Page[Admission]:
        """Know no admission."""
        raise NotImplementedError(event)

    async def admit(
        self, event: str, *, redeemer: str, device: str, serials: Sequence[str]
    ) -> Granted:
        """Admit nobody."""
        raise NotImplementedError(event, redeemer, device, serials)

    async def token_grant(self, code: str) -> TokenGrant:
        """Know no token."""
        raise NotImplementedError(code)

    async def event(self, uri: str) -> Event:
        """Know no event."""
        raise NotImplementedError(uri)


class Prepared(Listing):
    """The same with pages made beforehand, so that making them is not timed."""

    def __init__(self, pages: Sequence[Page[Ticket]]) -> None:
        super().__init__(pages[0].total)
        self._pages = pages

    async def tickets(self, event: str, *, page: int = 1, **_: object) -> Page[Ticket]:  # noqa: ARG002
        """Return one page of the whole list."""
        if page > len(self._pages):
            raise NoSuchPage(status=404)
        return self._pages[page - 1]


async def prepare(count: int) -> Prepared:
    """Make all pages of a list."""
    listing = Listing(count)
    pages = range(1, -(-count // RECORDS) + 1)
    return Prepared([await listing.tickets(stock.EVENT, page=page) for page in pages])
