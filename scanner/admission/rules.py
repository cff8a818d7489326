"""The house rules: who enters. Read top to bottom, the first rule that applies decides."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from scanner.admission.claim import wish_of
from scanner.admission.serial import NotATicket, ParsedPayload, Serial
from scanner.admission.ticket import (
    CachedTicket,
    EarlierAdmission,
    Knowledge,
    TicketStatus,
    Unclaimed,
)
from scanner.admission.verdict import Closed, Kind, Reason, Verdict
from scanner.facts import Fact

_OVERRIDABLE = frozenset(
    {
        Kind.ALREADY_ADMITTED,
        Kind.WRONG_SECTION,
        Kind.OTHER_EVENT,
        Kind.UNKNOWN,
        Kind.WITHDRAWN,
    }
)

_WITHDRAWN = {
    TicketStatus.CANCELLED: Reason.CANCELLED,
    TicketStatus.TRANSFERRED: Reason.TRANSFERRED,
    TicketStatus.OTHER: Reason.NOT_VALID,
    TicketStatus.UNPAID: Reason.UNPAID,
    TicketStatus.BLOCKED: Reason.BLOCKED,
    TicketStatus.REVOKED: Reason.REVOKED,
    TicketStatus.REISSUED: Reason.FORMER_CODE,
    TicketStatus.UNAPPROVED: Reason.UNAPPROVED,
}
"""The statuses that a ticket loses its right with, beside `REDEEMED`."""


@dataclass(frozen=True, slots=True)
class Override:
    """A supervisor lets a refused patron in; the note says why.

    `by` is their name; empty where the house's PIN was theirs, which has none.
    """

    note: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Reentry:
    """A supervisor lets a patron in again who was admitted before; as in an override."""

    note: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class LetIn:
    """A guard lets in a patron whose admission is recorded, and whose light was never shown."""


SupervisorsWord = Override | Reentry
"""What takes a supervisor's PIN."""


@dataclass(frozen=True, slots=True)
class Exit:
    """The patron leaves; every presentation at a gate that counts those who leave carries it."""


Word = SupervisorsWord | LetIn | Exit
"""What a person says to a verdict; it is recorded with the one that follows."""


class Remedy(Enum):
    """What a supervisor can do about a verdict."""

    OVERRIDE = "override"
    REENTRY = "reentry"

    def word(self, note: str) -> SupervisorsWord:
        """Return the supervisor's word with its reason."""
        return Reentry(note) if self is Remedy.REENTRY else Override(note)


def decide(
    parsed: ParsedPayload,
    closed: Closed | None,
    known: Knowledge,
    word: Word | None = None,
    *,
    at: datetime,
) -> Verdict:
    """Judge one presentation.

    Args:
        parsed: what the payload meant.
        closed: why the gate may admit nobody now, if so.
        known: what cache and ledger know of what was presented.
        word: a person's, if it was given; it changes nothing where it can't.
        at: when it was presented; aware.
    """
    if isinstance(word, Exit):
        return _judge_exit(parsed, closed, known, at)
    verdict = _unless_unclaimed(_judge(parsed, closed, known, at), known)
    match word:
        case Override(note, by) if may_override(verdict, known) or (
            verdict.reason in (Reason.VALID, Reason.OTHER_DOOR) and _platform_judges(known)
        ):
            return Verdict(
                Reason.OTHER_DOOR if known.other_door else Reason.OVERRIDDEN,
                verdict.serial,
                verdict.section,
                known.other_door,
                verdict.status,
                note=note,
                by=by or None,
            )
        case Override(note, by) if verdict.reason is Reason.LIGHT_NOT_SHOWN:
            return replace(verdict, reason=Reason.LET_IN, note=note, by=by or None)
        case Reentry(note, by) if _may_reenter(verdict):
            return replace(verdict, reason=Reason.REENTRY, note=note, by=by or None)
        case LetIn() if verdict.reason is Reason.LIGHT_NOT_SHOWN:
            return replace(verdict, reason=Reason.LET_IN)
    return verdict


def may_override(verdict: Verdict, known: Knowledge) -> bool:
    """Tell whether a supervisor can let in the patron whom this verdict keeps out.

    There must be a serial to send to the API, and no admission of it in this gate's own ledger:
    that one stands already, or was refused by the API before its green light, and a ticket has one.
    One at another door does not stand in the way: the entry here is a further one. Nor does a
    refusal by what only the platform can judge: it undid the admission, see `gate`.
    """
    refused = known.refusal is not None and not _platform_judges(known)
    recorded = known.local is not None or refused
    open_to_it = verdict.kind in _OVERRIDABLE or verdict.reason is Reason.NOT_CLAIMED
    return bool(open_to_it and verdict.serial and not recorded)


def _unless_unclaimed(verdict: Verdict, known: Knowledge) -> Verdict:
    """Refuse what the venue's other gates were not asked about, where the house wants that."""
    if known.unclaimed is Unclaimed.REFUSE and wish_of(verdict):
        return replace(verdict, reason=Reason.NOT_CLAIMED)
    return verdict


def _platform_judges(known: Knowledge) -> bool:
    """Tell whether a ticket has to meet what only the platform can judge."""
    return bool(known.door.custom_rules or (known.ticket and known.ticket.unjudged))


def remedy(verdict: Verdict, known: Knowledge) -> Remedy | None:
    """Return what a supervisor can do for the patron whom a verdict keeps out, if anything.

    A ticket has one admission, so one that was admitted before can only come in again. Nothing is
    offered for another event's ticket: this event's API has none of that serial to admit. Earlier
    versions let a supervisor do it, so `decide` still takes a word that was recorded then.
    """
    if _may_reenter(verdict):
        return Remedy.REENTRY
    if verdict.kind is Kind.OTHER_EVENT:
        return None
    if may_override(verdict, known) or verdict.reason is Reason.LIGHT_NOT_SHOWN:
        return Remedy.OVERRIDE
    return None


def _may_reenter(verdict: Verdict) -> bool:
    """Tell whether a verdict keeps out somebody who was admitted before, as far as is known."""
    keeps_out = not verdict.admits and verdict.reason is not Reason.LIGHT_NOT_SHOWN
    return keeps_out and verdict.first is not None and verdict.serial is not None


def _judge(parsed: ParsedPayload, closed: Closed | None, known: Knowledge, at: datetime) -> Verdict:
    """Apply the rules in their order."""
    serial = parsed.value if isinstance(parsed, Serial) else None
    if closed:
        return Verdict(closed.reason, serial)
    if isinstance(parsed, NotATicket):
        return Verdict(Reason.NOT_A_TICKET, looks_like=parsed.looks_like)
    ticket = known.ticket
    if ticket is None:
        return _judge_uncached(serial, known)
    if ticket.former_code:
        return _of(ticket, Reason.FORMER_CODE)
    if before := _admitted_before(ticket, known):
        return _judge_again(ticket, known, before, at)
    if known.local:
        return _judge_unshown(ticket, known.local)
    if ticket.status is TicketStatus.REDEEMED:
        before = _of(ticket, Reason.ADMITTED_ELSEWHERE, first=_elsewhere(ticket))
        return _judge_again(ticket, known, before, at)
    if known.refusal:
        return _of(ticket, Reason.REFUSED_BY_API, refusal=known.refusal)
    if kept_out := _kept_out(ticket, at):
        return kept_out
    if known.other_door:
        return _of(ticket, Reason.OTHER_DOOR, first=known.other_door)
    return _of(ticket, Reason.VALID)


def _judge_exit(
    parsed: ParsedPayload, closed: Closed | None, known: Knowledge, at: datetime
) -> Verdict:
    """Let out with any ticket of this gate's sections, whatever has become of it since."""
    ticket = known.ticket
    if closed is None and ticket and not isinstance(parsed, NotATicket):
        return _of(ticket, Reason.EXITED if ticket.permitted else Reason.OTHER_SECTION)
    verdict = _judge(parsed, closed, known, at)
    if verdict.kind is Kind.ALREADY_ADMITTED and verdict.serial:  # the list has it no more
        return Verdict(Reason.EXITED, verdict.serial)
    return verdict


def _admitted_before(ticket: CachedTicket, known: Knowledge) -> Verdict | None:
    """Say where a ticket was admitted before, if somebody went in on it as far as is known."""
    if known.local and (known.left or not known.unshown):
        return _of(ticket, Reason.ADMITTED_HERE, first=known.local)
    if known.other:
        return _of(ticket, Reason.ADMITTED_ELSEWHERE, first=_elsewhere(ticket, known.other))
    return None


def _judge_again(ticket: CachedTicket, known: Knowledge, before: Verdict, at: datetime) -> Verdict:
    """Judge a ticket that was admitted before, which some doors let in again."""
    if known.left and known.door.entry_after_exit:
        reason = Reason.BACK_AFTER_EXIT
    elif known.door.multiple_entries:
        reason = Reason.SEVERAL_ENTRIES
    else:
        return before
    kept_out = _kept_out(ticket, at)
    return replace(kept_out, first=before.first) if kept_out else replace(before, reason=reason)


def _kept_out(ticket: CachedTicket, at: datetime) -> Verdict | None:
    """Say what is against a ticket by itself, whether it was admitted before or not."""
    if ticket.status in _WITHDRAWN:
        return _of(ticket, _WITHDRAWN[ticket.status])
    if not ticket.listed:
        return _of(ticket, Reason.TAKEN_OFF_LIST)
    if ticket.valid_from and at < ticket.valid_from:
        return replace(_of(ticket, Reason.NOT_YET_VALID), bound=ticket.valid_from)
    if ticket.valid_until and at > ticket.valid_until:
        return replace(_of(ticket, Reason.NO_LONGER_VALID), bound=ticket.valid_until)
    if not ticket.permitted:
        return _of(ticket, Reason.OTHER_SECTION)
    return None


def _judge_unshown(ticket: CachedTicket, local: EarlierAdmission) -> Verdict:
    """Judge a ticket whose own admission may have let nobody in; that one has redeemed it."""
    if ticket.status in _WITHDRAWN:
        return _of(ticket, _WITHDRAWN[ticket.status])
    if not ticket.permitted:
        return _of(ticket, Reason.OTHER_SECTION)
    return _of(ticket, Reason.LIGHT_NOT_SHOWN, first=local)


def _judge_uncached(serial: str | None, known: Knowledge) -> Verdict:
    if known.local:
        return Verdict(Reason.ADMITTED_HERE, serial, first=known.local)
    if known.other:
        return Verdict(Reason.ADMITTED_ELSEWHERE, serial, first=known.other)
    if serial and not known.event_known:
        return Verdict(Reason.OTHER_EVENT, serial)
    return Verdict(Reason.NOT_ON_LIST, serial)


def _of(
    ticket: CachedTicket,
    reason: Reason,
    *,
    first: EarlierAdmission | None = None,
    refusal: Fact | None = None,
) -> Verdict:
    return Verdict(reason, ticket.serial, ticket.section.name, first, ticket.status, refusal)


def _elsewhere(ticket: CachedTicket, other: EarlierAdmission | None = None) -> EarlierAdmission:
    """Return the other gate's admission; the ticket's own time stands in where it has none."""
    first = other or EarlierAdmission()
    return first if first.at else replace(first, at=ticket.redeemed)
