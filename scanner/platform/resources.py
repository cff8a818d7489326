"""What platforms tell a gate, as values; what a gate has no use for is not in them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from scanner.admission.door import DoorRules
from scanner.platform.errors import FieldFault
from scanner.store.tickets import TicketRow

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
        beside: what was told with the entries, and is none in the list's own count.
    """

    total: int
    page: int
    records: int
    entries: tuple[T, ...]
    faults: tuple[Fault, ...] = ()
    server_time: datetime | None = None
    gaps: tuple[Fault, ...] = ()
    beside: tuple[T, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A section with its absolute URI."""

    uri: str
    name: str
    capacity: int | None = None


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
class Receipt:
    """Who admitted a ticket where: all that a gate reads of the answer to a batch.

    `own` tells whether it was this gate, where the platform tells devices apart itself.
    """

    serial: str
    redeemer: str | None
    device: str | None
    own: bool | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Admission(Receipt):
    """An admission that the API holds.

    Where a platform lists what only left, `entered` is false: that is no admission.
    `left` tells when its patron left, where that came last, and `left_by` by which device;
    `further` that the patron came in by another device before, or does after, without that being
    a contradiction: they had left in between, or the door lets in again.
    """

    admitted: datetime | None
    uri: str | None = None
    owner: Owner | None = None
    section: str | None = None
    section_name: str | None = None
    left: datetime | None = None
    left_by: str | None = None
    entered: bool = True
    further: bool = False


class Order(NamedTuple):
    """An entry of a list whose entries hold several tickets, and the admissions told with them."""

    code: str
    tickets: tuple[TicketRow, ...]
    admissions: tuple[Admission, ...] = ()


Listed = TicketRow | Order
"""An entry of a platform's list of tickets."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a gate may admit to now: the event, its sections, and which of them are permitted.

    Attributes:
        event: names the event at its server; sections and admissions belong to it.
        key: what the platform is to be asked with from now on (secret).
        door: the rules of this door that are the platform's.
        gaps: what was left out of the answers.
    """

    event: str
    title: str
    sections: tuple[Section, ...]
    permitted: frozenset[str]
    key: str = field(repr=False)
    door: DoorRules = field(default_factory=DoorRules)
    gaps: tuple[Fault, ...] = ()
