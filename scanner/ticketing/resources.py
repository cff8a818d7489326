"""The API's resources as values; what a gate has no use for is not in them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from scanner.ticketing.errors import FieldFault

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """What was left out: the entry's position in the answer, the field, and what is wrong."""

    position: int
    field: str
    problem: FieldFault


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        faults: the entries that were set aside.
        server_time: from the answer's `Date` header, in UTC.
        gaps: the fields that were left out of entries.
    """

    total: int
    page: int
    records: int
    entries: tuple[T, ...]
    faults: tuple[Fault, ...] = ()
    server_time: datetime | None = None
    gaps: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A section with its absolute URI."""

    uri: str
    name: str
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An event and its sections; `gaps` is what was left out of them."""

    uri: str
    title: str
    status: str | None
    start: str | None
    end: str | None
    sections: tuple[Section, ...]
    gaps: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Owner:
    """All that is kept of an account: what names it, and the name that a guard may see."""

    number: str | None
    uri: str | None
    username: str | None
    name: str | None

    @property
    def identity(self) -> str | None:
        """What a fingerprint names the owner by: the number, else the URI, else the user name."""
        return self.number or self.uri or self.username


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket of the event; `section` is an absolute URI."""

    serial: str
    status: str
    section: str
    section_name: str | None
    owner: Owner | None
    redeemed: datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Who admitted a ticket where: all that a gate reads of the answer to a batch."""

    serial: str
    redeemer: str | None
    device: str | None


@dataclass(frozen=True, slots=True)
class Admission(Receipt):
    """An admission that the API holds."""

    admitted: datetime | None
    uri: str | None = None
    owner: Owner | None = None
    section: str | None = None
    section_name: str | None = None


@dataclass(frozen=True, slots=True)
class Granted:
    """The API's answer to a batch: the admissions that it granted."""

    admissions: tuple[Receipt, ...]
    faults: tuple[Fault, ...] = ()
    server_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """What an admission token gives: a key (secret), an event, and the sections' URIs."""

    key: str = field(repr=False)
    event: str
    sections: frozenset[str]
    gaps: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """An admission token of an event; whoever holds the code can admit."""

    uri: str
    code: str = field(repr=False)
    is_global: bool
    sections: tuple[str, ...]

    @property
    def identifier(self) -> str:
        """The last part of the URI."""
        return self.uri.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class PersonSession:
    """A person's session: its key (secret) and whose it is."""

    key: str = field(repr=False)
    started: str | None
    account: Owner | None
