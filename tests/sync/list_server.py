"""A server whose list of tickets shrinks, shifts, or lies about its length."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from scanner.platform.errors import ApiFault, NoSuchPage, Unreachable
from scanner.platform.resources import Admission, Page, Scope, Section
from scanner.store.sessions import StoredSession
from scanner.ticketing.resources import Event, Ticket, TokenGrant

API, EVENT = "https://api.example/v3/", "/events/1"
FLOOR, BALCONY = "/events/1/sections/1", "/events/1/sections/2"
BEGIN = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
SESSION = StoredSession(API, EVENT, "Night", "Lee", "north", BEGIN)
GRANT = TokenGrant("KEY", EVENT, frozenset({FLOOR}))
SCOPE = Scope(EVENT, "Night", (Section(FLOOR, "Floor"),), GRANT.sections, "KEY")


class Server:
    """A list of tickets, and of other gates' admissions, with this server's faults."""

    def __init__(self, serials: list[str]) -> None:
        self.serials = serials
        self.admitted: list[str] = []
        self.now = BEGIN
        self.total: int | None = None
        self.before_page: dict[int, str] = {}
        self.breaks_at: int | None = None
        self.vanishes_after: int | None = None
        self.asked: list[str] = []
        self.sections = GRANT.sections

    async def token_grant(self, code: str) -> TokenGrant:
        return replace(GRANT, sections=self.sections)

    async def event(self, uri: str) -> Event:
        return Event(uri, "Night", "Published", None, None, (Section(FLOOR, "Floor"),))

    async def tickets(
        self, event: str, *, page: int = 1, records: int = 500, modified_since: Any = None
    ) -> Page[Ticket]:
        self.asked.append(f"tickets {page} {records}")
        if page == self.breaks_at:
            raise Unreachable(ApiFault.TIMEOUT, host="api.example")
        if gone := self.before_page.pop(page, None):
            self.serials.remove(gone)
        vanished = self.vanishes_after is not None and len(self.asked) > self.vanishes_after
        listed = [] if modified_since or vanished else self.serials
        return self._page([_ticket(each) for each in listed], page, records)

    async def admissions(
        self, event: str, *, page: int = 1, records: int = 500, **_: str | None
    ) -> Page[Admission]:
        self.asked.append(f"admissions {page} {records}")
        found = [Admission(each, "Kim", "south", BEGIN) for each in self.admitted]
        return self._page(found, page, records, hint=False)

    def _page(self, found: list[Any], page: int, records: int, hint: bool = True) -> Page[Any]:
        some = found[(page - 1) * records : page * records]
        if page > 1 and not some:
            raise NoSuchPage(status=404)
        total = len(found) if self.total is None or not hint else self.total
        return Page(total, page, records, tuple(some), (), server_time=self.now)


def _ticket(serial: str) -> Ticket:
    section, name = (FLOOR, "Floor") if "FLOO" in serial else (BALCONY, "Balcony")
    return Ticket(serial, "Issued", section, name, None, None)


def serials(count: int, part: str = "FLOO") -> list[str]:
    return [f"DAWIER-{part}{number:08}" for number in range(count)]
