"""What a gate knows of a ticket when it judges it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class TicketStatus(StrEnum):
    """A ticket's state at the API; only `ISSUED` admits.

    The API documents `Issued` alone; the others are the forms that a change can take, and any
    other text is kept as `OTHER` and does not admit.
    """

    ISSUED = "Issued"
    REDEEMED = "Redeemed"
    CANCELLED = "Cancelled"
    TRANSFERRED = "Transferred"
    OTHER = "other"


class Section(NamedTuple):
    """A part of the event that tickets are sold for."""

    uri: str
    name: str


class CachedTicket(NamedTuple):
    """The cache's copy of one ticket.

    `listed` is false when a complete pull no longer finds the ticket; `former_code` is true when
    it was found by a fingerprint that an earlier owner held.
    """

    serial: str
    section: Section
    status: TicketStatus
    redeemed: datetime | None = None
    listed: bool = True
    former_code: bool = False


@dataclass(frozen=True, slots=True)
class LocalAdmission:
    """This ledger's own record that the patron was let in."""

    at: datetime
    redeemer: str
    device: str


@dataclass(frozen=True, slots=True)
class OtherAdmission:
    """An admission that the API attributes to another gate, as far as it is known."""

    at: datetime | None
    redeemer: str | None
    device: str | None


class Knowledge(NamedTuple):
    """All that the cache and the ledger know of one reading.

    `event_known` says that the serial's event part is one of the cache's; `refusal` is why the
    API has refused this gate's admission before its green light was shown.
    """

    ticket: CachedTicket | None = None
    local: LocalAdmission | None = None
    other: OtherAdmission | None = None
    event_known: bool = False
    refusal: str | None = None
