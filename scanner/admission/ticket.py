"""What a gate knows of a ticket when it judges it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from scanner.admission.door import DoorRules, Unjudged
from scanner.facts import Fact


class TicketStatus(StrEnum):
    """A ticket's state at the API; only `ISSUED` admits.

    TickeTing's API documents `Issued` alone; the others of its own are the forms that a change can
    take, and any other text is kept as `OTHER` and does not admit. Those in small letters are what
    other platforms tell apart: `REISSUED` is a code that another has taken the place of.
    """

    ISSUED = "Issued"
    REDEEMED = "Redeemed"
    CANCELLED = "Cancelled"
    TRANSFERRED = "Transferred"
    UNPAID = "unpaid"
    BLOCKED = "blocked"
    REVOKED = "revoked"
    REISSUED = "reissued"
    UNAPPROVED = "unapproved"
    OTHER = "other"


class Unclaimed(StrEnum):
    """What a gate does where the venue's other gates can't be asked: let in, or refuse."""

    ADMIT = "admit"
    REFUSE = "refuse"


class Section(NamedTuple):
    """A part of the event that tickets are sold for."""

    uri: str
    name: str


class CachedTicket(NamedTuple):
    """The cache's copy of one ticket.

    Attributes:
        serial: its printed identifier.
        section: what it was sold for.
        status: its state at the API.
        redeemed: when the API says that it was redeemed.
        listed: false when a complete pull no longer finds the ticket.
        permitted: whether the admission token permits the section.
        former_code: whether it was found by a fingerprint that an earlier owner held.
        valid_from, valid_until: the first and the last moment at which it admits, if it has them;
            aware.
        unjudged: what only the platform can judge of it.
    """

    serial: str
    section: Section
    status: TicketStatus
    redeemed: datetime | None = None
    listed: bool = True
    permitted: bool = False
    former_code: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    unjudged: frozenset[Unjudged] = frozenset()


@dataclass(frozen=True, slots=True)
class EarlierAdmission:
    """An admission of the ticket before this presentation, as far as it is known."""

    at: datetime | None = None
    redeemer: str | None = None
    device: str | None = None


class Knowledge(NamedTuple):
    """All that cache and ledger know of what was presented.

    Attributes:
        ticket: the cached ticket.
        local: this ledger's own admission of it.
        other: another gate's, according to the API.
        event_known: whether the serial's event part is one of the cached event's.
        refusal: why the API refused this gate's admission before its green light was shown.
        unshown: whether nothing is known of the green light of `local` having been shown.
        door: what the platform lets this door do.
        left: when the patron left, where that is the last that is known of the ticket, here or at
            another gate.
        other_door: this ledger's own admission of it at another of its platform's doors; `local`,
            `other` and `left` are of the present one alone.
        unclaimed: what stands where the venue's other gates did not answer.
    """

    ticket: CachedTicket | None = None
    local: EarlierAdmission | None = None
    other: EarlierAdmission | None = None
    event_known: bool = False
    refusal: Fact | None = None
    unshown: bool = False
    door: DoorRules = DoorRules()
    left: EarlierAdmission | None = None
    other_door: EarlierAdmission | None = None
    unclaimed: Unclaimed | None = None
