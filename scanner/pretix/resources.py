"""What pretix tells a device, as values; what a gate has no use for is not in them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from scanner.admission.door import DoorRules

SLUG = r"[0-9A-Za-z_-][0-9A-Za-z._-]*"
"""The short name of an organiser or event in an address, as a regular expression."""

_LIST = re.compile(
    rf"(?://\S+)?/organizers/({SLUG})/events/({SLUG})/checkinlists/(\d{{1,15}})", re.ASCII
)


class ListPath(NamedTuple):
    """A check-in list: what a gate is opened for. With its server it is the ledger's event."""

    organizer: str
    event: str
    number: int

    @property
    def uri(self) -> str:
        """Return its URI below the API's address."""
        return f"{self.event_uri}/checkinlists/{self.number}"

    def at(self, server: str) -> str:
        """Return what names it among all servers' lists: two may have the same short names.

        That is `//HOST/organizers/…`, without the scheme: it stays as it is where a server begins
        to encrypt.
        """
        return f"//{server.partition('://')[2].rstrip('/')}{self.uri}"

    @property
    def event_uri(self) -> str:
        """Return its event's URI."""
        return f"/organizers/{self.organizer}/events/{self.event}"

    def section_uri(self, product: int) -> str:
        """Return the URI of a product of its event's: a section."""
        return f"{self.event_uri}/items/{product}"


def read_list_path(uri: str) -> ListPath | None:
    """Return the check-in list that a URI names, with its server or without; or nothing."""
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


class Remark(NamedTuple):
    """What the organiser wants done at the door: look at the ticket, and be told a text."""

    attention: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A product of the event's, and the remarks that its variations have beside its own."""

    number: int
    name: str
    admission: bool
    remark: Remark
    variations: Mapping[int, Remark]


class Movement(NamedTuple):
    """A check-in as pretix has it: an entry or an exit.

    Attributes:
        number: its own.
        at: when, as the device said; aware.
        place: the check-in list, by number.
        device: who told it, by the organiser's number; nothing where a person did, in a browser.
        leaves: whether it is an exit.
    """

    number: int
    at: datetime | None
    place: int
    device: int | None
    leaves: bool


class Conflict(NamedTuple):
    """What a gate noted at a position, whose own admission of it came too late.

    Attributes:
        device: that gate's number.
        name: its name as it is sent.
        admitted: when it let the patron in; aware.
        place: the number of the check-in list, where it says so.
    """

    device: int | None
    name: str
    admitted: datetime
    place: int | None = None


class Moves(NamedTuple):
    """Who came in and left by a position, and what gates noted at it."""

    position: int
    movements: tuple[Movement, ...]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True, slots=True)
class EventData:
    """What a gate has to know of its event to read its tickets.

    Attributes:
        path: the gate's check-in list.
        title: the event's, with the date's.
        place: the check-in list.
        items: the event's products by number.
        asked: the questions that are asked at the door, by product.
    """

    path: ListPath
    title: str
    place: CheckInList
    items: Mapping[int, Item]
    asked: Mapping[int, frozenset[int]]

    def admits(self, item: int) -> bool:
        """Tell whether the check-in list admits a product's tickets."""
        return self.place.products is None or item in self.place.products

    def name_of(self, item: int) -> str:
        """Return a product's name; its number where the event does not name it."""
        found = self.items.get(item)
        return found.name if found else str(item)


@dataclass(frozen=True, slots=True)
class Devices:
    """How the organiser's devices are called.

    Attributes:
        number: this gate's, where it is known.
        name: this gate's name as it is sent.
        former: the numbers that this gate had before.
    """

    number: int | None
    name: str
    former: tuple[int, ...] = ()

    def is_own(self, device: int | None) -> bool:
        """Tell whether a device is this gate."""
        return device is not None and (device == self.number or device in self.former)

    def called(self, device: int | None) -> str | None:
        """Return a device's name: pretix tells no more of others than their numbers."""
        if device is None:
            return None
        return self.name if self.is_own(device) else f"#{device}"
