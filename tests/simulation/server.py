"""The API as the simulation knows it: what grants once, and remembers who it was."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from scanner.facts import Fact
from scanner.platform.errors import (
    ApiFault,
    BadRequest,
    Forbidden,
    NoSuchToken,
    NotFound,
    NotTheApi,
    Restricted,
    Stranger,
    TicketingError,
    Unauthenticated,
)
from scanner.platform.resources import Admission, Owner, Page, Section
from scanner.ticketing.resources import Event, Granted, Ticket, TokenGrant
from tests.simulation.personality import Personality

T = TypeVar("T")
U = TypeVar("U")

EVENT = "/events/1"
EMPTY_MOMENT = timedelta(seconds=30)
_CAP, _MOST_RECORDS = 2, 3
_SHIFTS, _LIES, _STRAYS = 0.2, 0.2, 0.12
_REFUSALS: tuple[TicketingError, ...] = (
    Unauthenticated(status=401, said="Your request could not be authenticated."),
    Forbidden(status=403, said="Access denied"),
    NotFound(status=404, said="The requested endpoint /tokens does not exist on this server."),
    NotTheApi(ApiFault.NOT_THE_API, host="api.example", what=Fact(Stranger.REDIRECT)),
)

_OWNER = Owner("AZ-4918SF92", None, None, "Jo Doe")
SECTIONS = tuple(f"{EVENT}/sections/{number}" for number in (1, 2))


@dataclass
class Server:
    """Tickets with their section and status; admissions in the order of granting."""

    now: Callable[[], datetime]
    tickets: dict[str, str]
    tokens: dict[str, frozenset[str]]
    status: dict[str, str] = field(default_factory=dict)
    changed: dict[str, datetime] = field(default_factory=dict)
    admissions: dict[str, Admission] = field(default_factory=dict)
    granted_to: dict[str, str] = field(default_factory=dict)
    personalities: frozenset[Personality] = frozenset()
    rng: random.Random = field(default_factory=lambda: random.Random(0))
    strays: bool = True
    undone: set[str] = field(default_factory=set)
    empty_from: datetime | None = None

    def token_grant(self, code: str) -> TokenGrant:
        self._refuse_now_and_then()
        if code not in self.tokens:
            raise NoSuchToken(status=404)
        return TokenGrant(code, EVENT, self.tokens[code])

    def event(self) -> Event:
        sections = tuple(Section(uri, f"Section {uri[-1]}", 100) for uri in SECTIONS)
        return Event(EVENT, "Night", "Published", None, None, sections)

    def list_tickets(
        self, key: str, page: int, records: int, since: datetime | None
    ) -> Page[Ticket]:
        self._refuse_now_and_then()
        permitted = self._scope(key)
        found = [
            serial
            for serial, section in self.tickets.items()
            if section in permitted and self._is_listed(serial, since)
        ]
        if self._is_in_an_empty_moment():
            found = []
        return self._page(found, page, records, self._ticket)

    def list_admissions(self, page: int, records: int, ticket: str | None) -> Page[Admission]:
        self._refuse_now_and_then()
        found = [each for each in self.admissions.values() if ticket in (None, each.serial)]
        return self._page(found, page, records, lambda admission: admission)

    def admit(
        self, key: str, redeemer: str, device: str, serials: Sequence[str], sender: str = ""
    ) -> Granted:
        self._refuse_now_and_then()
        permitted = self._scope(key)
        granted = []
        for serial in serials:
            valid = self.tickets.get(serial) in permitted and self._is_issued(serial)
            if valid and serial not in self.admissions:
                names = self._kept(redeemer), self._kept(device)
                self.admissions[serial] = Admission(
                    serial, *names, self._stamp(), section=self.tickets[serial]
                )
                self.granted_to[serial] = sender
                self.changed[serial] = self.now()
                granted.append(self.admissions[serial])
        if not granted:
            said = "None of the provided ticket serials grants admission to this event"
            raise BadRequest(status=400, said=said)
        return Granted(tuple(granted), server_time=self._second())

    def valid_tickets(self, key: str) -> set[str]:
        return {
            serial
            for serial, section in self.tickets.items()
            if section in self.tokens[key]
            and self._is_issued(serial)
            and serial not in self.admissions
        }

    def cancel(self, serial: str) -> None:
        self.status[serial] = "Cancelled"
        self.changed[serial] = self.now()

    def undo(self, serial: str) -> None:
        """Take an admission back, as a help desk does: its ticket is issued again."""
        del self.admissions[serial]
        self.undone.add(serial)
        self.changed[serial] = self.now()

    def _scope(self, key: str) -> frozenset[str]:
        if key not in self.tokens:
            raise Restricted(status=403)
        return self.tokens[key]

    def _is_issued(self, serial: str) -> bool:
        return serial not in self.status

    def _is_listed(self, serial: str, since: datetime | None) -> bool:
        if since is None:
            return self._is_issued(serial) and serial not in self.admissions
        changed = self.changed.get(serial)
        return changed is not None and changed >= since

    def _ticket(self, serial: str) -> Ticket:
        status = "Redeemed" if serial in self.admissions else self.status.get(serial, "Issued")
        section = self.tickets[serial]
        return Ticket(serial, status, section, f"Section {section[-1]}", _OWNER, None)

    def _page(
        self, found: Sequence[T], page: int, records: int, entry: Callable[[T], U]
    ) -> Page[U]:
        """Return a page of what was found; only its entries are made."""
        if self._is(Personality.REFUSES_SIZES) and records > _MOST_RECORDS:
            raise BadRequest(status=400, said=f"records may be {_MOST_RECORDS} at most")
        size = min(records, _CAP) if self._is(Personality.CAPS_PAGES) else records
        if self._is(Personality.REPEATS_ENTRIES):
            found = [*found, *found[:2]]
        total = len(found)
        if self._is(Personality.SHIFTS_PAGES) and found and self.rng.random() < _SHIFTS:
            found = [*found[1:], found[0]]
        if self._is(Personality.LIES_ABOUT_TOTALS) and (found or self.rng.random() < _LIES):
            total = self.rng.choice((0, total + 3, max(0, total - 1), 10**9))
        start = (page - 1) * size
        entries = tuple(map(entry, found[start : start + size]))
        return Page(total, page, records, entries, (), self._second())

    def _is(self, personality: Personality) -> bool:
        return personality in self.personalities

    def _refuse_now_and_then(self) -> None:
        if not (self.strays and self._is(Personality.STRAY_REFUSALS)):
            return
        if self.rng.random() < _STRAYS:
            raise self.rng.choice(_REFUSALS)

    def _is_in_an_empty_moment(self) -> bool:
        if not self._is(Personality.EMPTY_MOMENTS) or self.empty_from is None:
            return False
        return timedelta(0) <= self.now() - self.empty_from < EMPTY_MOMENT

    def _kept(self, name: str) -> str:
        """Return a name as this server keeps it."""
        if not self._is(Personality.CHANGES_NAMES):
            return name
        return (name.upper(), name[:20], name.strip().title(), f" {name}")[len(self.tickets) % 4]

    def _stamp(self) -> datetime:
        skew = timedelta(minutes=len(self.tickets) % 21 - 10)
        return self._second() + (skew if self._is(Personality.SKEWED_CLOCK) else timedelta(0))

    def _second(self) -> datetime:
        return self.now().replace(microsecond=0)
