"""What pretix tells a device, as values; what a gate has no use for is not in them."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from scanner.admission.door import DoorRules

SLUG = r"[0-9A-Za-z_-][0-9A-Za-z._-]*"
"""The short name of an organiser or event in an address, as a regular expression."""

_LIST = re.compile(rf"/organizers/({SLUG})/events/({SLUG})/checkinlists/(\d{{1,15}})", re.ASCII)


class ListPath(NamedTuple):
    """A check-in list: what a gate is opened for. Its URI stands for the event in the ledger."""

    organizer: str
    event: str
    number: int

    @property
    def uri(self) -> str:
        """Return its URI below the API's address."""
        return f"{self.event_uri}/checkinlists/{self.number}"

    @property
    def event_uri(self) -> str:
        """Return its event's URI."""
        return f"/organizers/{self.organizer}/events/{self.event}"

    def section_uri(self, product: int) -> str:
        """Return the URI of a product of its event's: a section."""
        return f"{self.event_uri}/items/{product}"


def read_list_path(uri: str) -> ListPath | None:
    """Return the check-in list that a URI names; nothing where it names none."""
    found = _LIST.fullmatch(uri)
    return ListPath(found[1], found[2], int(found[3])) if found else None


def is_slug(text: str) -> bool:
    """Tell whether a text can be the short name of an organiser or event."""
    return bool(re.fullmatch(SLUG, text))


@dataclass(frozen=True, slots=True)
class Device:
    """A device of an organiser's, and the key that it works with.

    Attributes:
        url: the server's address, ended with a slash.
        number: what tells it from the organiser's other devices, in check-ins too.
        profile: what pretix lets it do, by the name that pretix has for that.
        gate: the name of the gate that it stands at, where it was given one.
    """

    url: str
    organizer: str
    number: int
    key: str = field(repr=False)
    name: str = ""
    profile: str = ""
    gate: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the organiser's; one that has dates is a series of them."""

    slug: str
    title: str
    begins: datetime | None
    ends: datetime | None
    live: bool
    testing: bool
    has_dates: bool


@dataclass(frozen=True, slots=True)
class EventDate:
    """One date of a series."""

    number: int
    title: str
    begins: datetime | None
    ends: datetime | None
    active: bool


@dataclass(frozen=True, slots=True)
class CheckInList:
    """A check-in list.

    Attributes:
        products: those whose tickets it admits; all of the event's where it is nothing.
        date: the only date of the series that it is for, by number.
        takes_unpaid: whether tickets of orders that are not paid yet are on it.
        takes_addons: whether a ticket also admits by the add-ons that belong to it.
    """

    number: int
    name: str
    products: frozenset[int] | None
    date: int | None
    takes_unpaid: bool
    takes_addons: bool
    door: DoorRules


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the event's; only some are asked at the door."""

    number: int
    products: frozenset[int]
    at_the_door: bool
