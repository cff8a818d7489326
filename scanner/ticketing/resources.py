"""TickeTing's own resources as values; what a gate has no use for is not in them."""

from dataclasses import dataclass, field
from datetime import datetime

from scanner.platform.resources import Fault, Owner, Receipt, Section


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
class Ticket:
    """A ticket of the event; `section` is an absolute URI."""

    serial: str
    status: str
    section: str
    section_name: str | None
    owner: Owner | None
    redeemed: datetime | None


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
