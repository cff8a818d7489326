"""The answer to one presentation, as facts; its words are in `scanner.wording.verdict`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum

from scanner.admission.serial import LooksLike
from scanner.admission.ticket import EarlierAdmission, TicketStatus
from scanner.facts import Code, Fact, Value


class Kind(StrEnum):
    """What the gate decided; the values are those of the journal and of `--json`."""

    ADMITTED = "admitted"
    REENTRY = "reentry"
    ALREADY_ADMITTED = "already_admitted"
    WRONG_SECTION = "wrong_section"
    OTHER_EVENT = "other_event"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"
    NOT_A_TICKET = "not_a_ticket"
    GATE_CLOSED = "gate_closed"
    EXITED = "exited"


class Reason(Code):
    """Why it decided so; each reason is of one kind."""

    VALID = "verdict.valid"
    OVERRIDDEN = "verdict.overridden"
    ADMITTED_HERE = "verdict.admitted_here"
    LIGHT_NOT_SHOWN = "verdict.light_not_shown"
    LET_IN = "verdict.let_in"
    REENTRY = "verdict.reentry"
    ADMITTED_ELSEWHERE = "verdict.admitted_elsewhere"
    OTHER_SECTION = "verdict.other_section"
    OTHER_EVENT = "verdict.other_event"
    TRAINING = "verdict.training"
    NOT_ON_LIST = "verdict.not_on_list"
    FORMER_CODE = "verdict.former_code"
    REFUSED_BY_API = "verdict.refused_by_api"
    CANCELLED = "verdict.cancelled"
    TRANSFERRED = "verdict.transferred"
    NOT_VALID = "verdict.not_valid"
    TAKEN_OFF_LIST = "verdict.taken_off_list"
    NOT_A_TICKET = "verdict.not_a_ticket"
    NO_SESSION = "verdict.no_session"
    TOKEN_INVALID = "verdict.token_invalid"  # noqa: S105 - a code
    NEVER_SYNCED = "verdict.never_synced"
    PUT_BACK = "verdict.put_back"
    UNPAID = "verdict.unpaid"
    BLOCKED = "verdict.blocked"
    REVOKED = "verdict.revoked"
    UNAPPROVED = "verdict.unapproved"
    NOT_YET_VALID = "verdict.not_yet_valid"
    NO_LONGER_VALID = "verdict.no_longer_valid"
    BACK_AFTER_EXIT = "verdict.back_after_exit"
    SEVERAL_ENTRIES = "verdict.several_entries"
    OTHER_DOOR = "verdict.other_door"
    EXITED = "verdict.exited"
    NOT_CLAIMED = "verdict.not_claimed"

    @property
    def kind(self) -> Kind:
        """The kind that it is a reason for."""
        return _KINDS[self]


_KINDS: Mapping[Reason, Kind] = {
    Reason.VALID: Kind.ADMITTED,
    Reason.OVERRIDDEN: Kind.ADMITTED,
    Reason.ADMITTED_HERE: Kind.ALREADY_ADMITTED,
    Reason.LIGHT_NOT_SHOWN: Kind.ALREADY_ADMITTED,
    Reason.LET_IN: Kind.ALREADY_ADMITTED,
    Reason.REENTRY: Kind.REENTRY,
    Reason.ADMITTED_ELSEWHERE: Kind.ALREADY_ADMITTED,
    Reason.OTHER_SECTION: Kind.WRONG_SECTION,
    Reason.OTHER_EVENT: Kind.OTHER_EVENT,
    Reason.TRAINING: Kind.OTHER_EVENT,
    Reason.NOT_ON_LIST: Kind.UNKNOWN,
    Reason.FORMER_CODE: Kind.WITHDRAWN,
    Reason.REFUSED_BY_API: Kind.WITHDRAWN,
    Reason.CANCELLED: Kind.WITHDRAWN,
    Reason.TRANSFERRED: Kind.WITHDRAWN,
    Reason.NOT_VALID: Kind.WITHDRAWN,
    Reason.TAKEN_OFF_LIST: Kind.WITHDRAWN,
    Reason.NOT_A_TICKET: Kind.NOT_A_TICKET,
    Reason.NO_SESSION: Kind.GATE_CLOSED,
    Reason.TOKEN_INVALID: Kind.GATE_CLOSED,
    Reason.NEVER_SYNCED: Kind.GATE_CLOSED,
    Reason.PUT_BACK: Kind.GATE_CLOSED,
    Reason.UNPAID: Kind.WITHDRAWN,
    Reason.BLOCKED: Kind.WITHDRAWN,
    Reason.REVOKED: Kind.WITHDRAWN,
    Reason.UNAPPROVED: Kind.WITHDRAWN,
    Reason.NOT_YET_VALID: Kind.WITHDRAWN,
    Reason.NO_LONGER_VALID: Kind.WITHDRAWN,
    Reason.BACK_AFTER_EXIT: Kind.REENTRY,
    Reason.SEVERAL_ENTRIES: Kind.REENTRY,
    Reason.OTHER_DOOR: Kind.REENTRY,
    Reason.EXITED: Kind.EXITED,
    Reason.NOT_CLAIMED: Kind.GATE_CLOSED,
}


LIGHTS = tuple(kind for kind in Kind if kind is not Kind.REENTRY)
"""The kinds that have a face and a sound; a re-entry has those of an admission."""


class Closed(Enum):
    """Why a gate may not admit anybody."""

    NO_SESSION = Reason.NO_SESSION
    TOKEN_INVALID = Reason.TOKEN_INVALID
    NEVER_SYNCED = Reason.NEVER_SYNCED
    PUT_BACK = Reason.PUT_BACK

    @property
    def reason(self) -> Reason:
        """The reason of a verdict that a closed gate gives."""
        return Reason(self.value)

    @property
    def fact(self) -> Fact:
        """The reason, to be worded."""
        return Fact(self.reason)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the patron goes in, and what that rests on.

    Attributes:
        reason: why; the kind follows from it.
        serial: the ticket's, where the payload led to one.
        section: the name of the ticket's section, where the ticket is cached.
        first: the earlier admission of a ticket that was admitted before, here or at another door.
        status: the ticket's status at the API, where the ticket is cached.
        refusal: why the API refused the admission, where it did.
        note: what the supervisor wrote, where they let the patron in, or in again.
        by: the supervisor's name, where they gave it by a PIN of their own.
        looks_like: what a payload seems to be that is not a ticket's.
        bound: the first or the last moment at which the ticket admits, where it came too early or
            too late; aware.
    """

    reason: Reason
    serial: str | None = None
    section: str | None = None
    first: EarlierAdmission | None = None
    status: TicketStatus | None = None
    refusal: Fact | None = None
    note: str | None = None
    looks_like: LooksLike | None = None
    by: str | None = None
    bound: datetime | None = None

    @classmethod
    def of(cls, fact: Fact, serial: str | None) -> "Verdict":
        """Return the verdict that a fact is of, which may be read back from the journal.

        Raises:
            ValueError: it is of none that this program knows.
        """

        def text(name: str) -> str | None:
            value = fact.params.get(name)
            return None if value is None else str(value)

        at, looks_like, status = text("first_at"), fact.params.get("looks_like"), text("status")
        bound = text("bound")
        first = EarlierAdmission(
            datetime.fromisoformat(at) if at else None,
            text("first_redeemer"),
            text("first_device"),
        )
        refusal = fact.params.get("refusal")
        return cls(
            Reason(fact.code),
            serial,
            text("section"),
            first if first != EarlierAdmission() else None,
            TicketStatus(status) if status else None,
            refusal if isinstance(refusal, Fact) else None,
            text("note"),
            LooksLike(looks_like.code) if isinstance(looks_like, Fact) else None,
            text("by"),
            datetime.fromisoformat(bound) if bound else None,
        )

    @property
    def kind(self) -> Kind:
        """What was decided."""
        return self.reason.kind

    @property
    def admits(self) -> bool:
        """Tell whether the patron goes in: as a new admission, or on an earlier one.

        On an earlier one, its light was never shown, or a supervisor lets them in again.
        """
        return self.kind in (Kind.ADMITTED, Kind.REENTRY) or self.reason is Reason.LET_IN

    @property
    def light(self) -> Kind:
        """The kind whose face and sound go with it: green wherever the patron goes in."""
        return Kind.ADMITTED if self.admits else self.kind

    @property
    def fact(self) -> Fact:
        """The reason and the facts that explain it, by name; those that are not known are not in.

        These are the parameters that the journal keeps and that `--json` gives.
        """
        first = self.first or EarlierAdmission()
        params: dict[str, Value] = {
            "section": self.section,
            "first_at": first.at,
            "first_device": first.device,
            "first_redeemer": first.redeemer,
            "status": self.status,
            "refusal": self.refusal,
            "note": self.note,
            "by": self.by,
            "looks_like": Fact(self.looks_like) if self.looks_like else None,
            "bound": self.bound,
        }
        return Fact(self.reason, {name: each for name, each in params.items() if each is not None})

    def fact_at(self, now: datetime) -> Fact:
        """Return the same with the moment of the verdict as `now`: the words say how long ago."""
        return Fact(self.reason, {**self.fact.params, "now": now})
