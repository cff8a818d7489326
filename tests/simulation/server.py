"""The API as the simulation knows it: what grants once, and remembers who it was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from scanner.ticketing.errors import BadRequest, NoSuchToken, Restricted
from scanner.ticketing.resources import (
    Admission,
    Event,
    Granted,
    Owner,
    Page,
    Section,
    Ticket,
    TokenGrant,
)

T = TypeVar("T")

EVENT = "/events/1"
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

    def token_grant(self, code: str) -> TokenGrant:
        if code not in self.tokens:
            raise NoSuchToken(status=404)
        return TokenGrant(code, EVENT, self.tokens[code])

    def event(self) -> Event:
        sections = tuple(Section(uri, f"Section {uri[-1]}", 100) for uri in SECTIONS)
        return Event(EVENT, "Night", "Published", None, None, sections)

    def list_tickets(
        self, key: str, page: int, records: int, since: datetime | None
    ) -> Page[Ticket]:
        permitted = self._scope(key)
        found = [
            self._ticket(serial)
            for serial, section in sorted(self.tickets.items())
            if section in permitted and self._is_listed(serial, since)
        ]
        return self._page(found, page, records)

    def list_admissions(self, page: int, records: int, ticket: str | None) -> Page[Admission]:
        found = [each for each in self.admissions.values() if ticket in (None, each.serial)]
        return self._page(found, page, records)

    def admit(self, key: str, redeemer: str, device: str, serials: Sequence[str]) -> Granted:
        permitted = self._scope(key)
        granted = []
        for serial in serials:
            valid = self.tickets.get(serial) in permitted and self._is_issued(serial)
            if valid and serial not in self.admissions:
                self.admissions[serial] = Admission(
                    serial, redeemer, device, self._second(), section=self.tickets[serial]
                )
                self.changed[serial] = self.now()
                granted.append(self.admissions[serial])
        if not granted:
            said = "None of the provided ticket serials grants admission to this event"
            raise BadRequest(status=400, said=said)
        return Granted(tuple(granted), server_time=self._second())

    def cancel(self, serial: str) -> None:
        self.status[serial] = "Cancelled"
        self.changed[serial] = self.now()

    def undo(self, serial: str) -> None:
        """Take an admission back, as a help desk does: its ticket is issued again."""
        del self.admissions[serial]
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
        owner = Owner("AZ-4918SF92", None, None, "Jo Doe")
        return Ticket(serial, status, section, f"Section {section[-1]}", owner, None)

    def _page(self, found: Sequence[T], page: int, records: int) -> Page[T]:
        start = (page - 1) * records
        entries = tuple(found[start : start + records])
        return Page(len(found), page, records, entries, (), self._second())

    def _second(self) -> datetime:
        return self.now().replace(microsecond=0)
