"""The house rules: who enters. Read top to bottom, the first rule that applies decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from scanner.admission.scope import Closed, Scope
from scanner.admission.serial import Fingerprint, NotATicket, ParsedPayload, Serial
from scanner.admission.ticket import (
    CachedTicket,
    Knowledge,
    LocalAdmission,
    OtherAdmission,
    TicketStatus,
)
from scanner.admission.verdict import Kind, Verdict

_CLOSED_ADVICE = {
    Closed.NO_SESSION: "Call the supervisor: a session must be opened.",
    Closed.TOKEN_INVALID: "Call the supervisor: a session must be opened with a valid token.",
    Closed.NEVER_SYNCED: "Wait for the first sync, or call the supervisor.",
}


_OVERRIDABLE = frozenset(
    {
        Kind.ALREADY_ADMITTED,
        Kind.WRONG_SECTION,
        Kind.OTHER_EVENT,
        Kind.UNKNOWN,
        Kind.WITHDRAWN,
    }
)


@dataclass(frozen=True, slots=True)
class Override:
    """A supervisor's word that a refused patron goes in, and why."""

    reason: str


def decide(
    reading: ParsedPayload,
    scope: Scope,
    knowledge: Knowledge,
    at: datetime,
    override: Override | None = None,
) -> Verdict:
    """Judge one reading at one moment.

    Args:
        reading: what the payload meant.
        scope: what the token permits now.
        knowledge: what cache and ledger know of the reading.
        at: the gate's time, aware.
        override: the supervisor's word, if it was given; it changes nothing where it can't.
    """
    verdict = _judge(reading, scope, knowledge, at)
    if override and may_override(verdict, knowledge):
        return Verdict(
            Kind.ADMITTED,
            f"Let in by the supervisor: {override.reason}",
            "Let the patron in.",
            verdict.serial,
            verdict.section,
        )
    return verdict


def may_override(verdict: Verdict, knowledge: Knowledge) -> bool:
    """Tell whether a supervisor can let in whom this verdict keeps out.

    There must be a serial to send to the API, and no admission of it in this gate's own ledger:
    that one stands already, or was refused by the API before its green light, and a ticket has one.
    """
    recorded = knowledge.local is not None or knowledge.refusal is not None
    return bool(verdict.kind in _OVERRIDABLE and verdict.serial and not recorded)


def _judge(reading: ParsedPayload, scope: Scope, knowledge: Knowledge, at: datetime) -> Verdict:
    """Apply the rules of the house."""
    if scope.closed:
        read = reading.value if isinstance(reading, Serial) else None
        return Verdict(Kind.GATE_CLOSED, scope.closed.value, _CLOSED_ADVICE[scope.closed], read)
    if isinstance(reading, NotATicket):
        return _not_a_ticket(reading)
    ticket = knowledge.ticket
    if ticket is None:
        return _not_in_cache(reading, knowledge, at)
    if ticket.former_code:
        return _withdrawn(ticket, "This code belonged to an earlier owner of the ticket")
    if knowledge.local:
        return _admitted_here(ticket, knowledge.local, at)
    if knowledge.other or ticket.status is TicketStatus.REDEEMED:
        return _admitted_elsewhere(ticket, knowledge.other, at)
    if knowledge.refusal is not None:
        return _withdrawn(ticket, f"The ticketing API refused it: {knowledge.refusal}")
    if withdrawal := _withdrawal(ticket):
        return _withdrawn(ticket, withdrawal)
    if ticket.section.uri not in scope.sections:
        return _wrong_section(ticket)
    return Verdict(
        Kind.ADMITTED, "Valid ticket", "Let the patron in.", ticket.serial, ticket.section.name
    )


def _not_a_ticket(reading: NotATicket) -> Verdict:
    return Verdict(Kind.NOT_A_TICKET, f"This is {reading.what}", "Ask for the ticket's code.")


def _not_in_cache(reading: Serial | Fingerprint, knowledge: Knowledge, at: datetime) -> Verdict:
    serial = reading.value if isinstance(reading, Serial) else None
    if knowledge.local:
        return Verdict(
            Kind.ALREADY_ADMITTED,
            "Already admitted at this gate",
            "Ask for another ticket.",
            serial,
            first=knowledge.local.at,
        )
    if knowledge.other:
        return _admitted_elsewhere(None, knowledge.other, at)._replace(serial=serial)
    if serial and not knowledge.event_known:
        return Verdict(
            Kind.OTHER_EVENT,
            "This ticket is for another event",
            "Ask for a ticket to this event.",
            serial,
        )
    return Verdict(
        Kind.UNKNOWN,
        "This ticket is not on the list",
        "Ask for another ticket, or call the supervisor.",
        serial,
    )


def _admitted_here(ticket: CachedTicket, local: LocalAdmission, at: datetime) -> Verdict:
    return Verdict(
        Kind.ALREADY_ADMITTED,
        f"Already admitted here {_ago(local.at, at)}",
        "Ask for another ticket.",
        ticket.serial,
        ticket.section.name,
        local.at,
    )


def _admitted_elsewhere(
    ticket: CachedTicket | None, other: OtherAdmission | None, at: datetime
) -> Verdict:
    redeemed = ticket.redeemed if ticket else None
    first = other.at if other and other.at else redeemed
    gate = f" at {other.device}" if other and other.device else ""
    guard = f" by {other.redeemer}" if other and other.redeemer else ""
    where = f"{gate}{guard}" or " at another gate"
    when = f" {_ago(first, at)}" if first else ""
    return Verdict(
        Kind.ALREADY_ADMITTED,
        f"Already admitted{where}{when}",
        "Ask for another ticket.",
        ticket.serial if ticket else None,
        ticket.section.name if ticket else None,
        first,
    )


def _withdrawal(ticket: CachedTicket) -> str | None:
    if ticket.status is TicketStatus.CANCELLED:
        return "This ticket was cancelled"
    if ticket.status is TicketStatus.TRANSFERRED:
        return "This ticket was transferred to somebody else"
    if ticket.status is TicketStatus.OTHER:
        return "This ticket is no longer valid"
    if not ticket.listed:
        return "This ticket was taken off the list"
    return None


def _withdrawn(ticket: CachedTicket, reason: str) -> Verdict:
    return Verdict(
        Kind.WITHDRAWN,
        reason,
        "Ask for the new ticket, or call the supervisor.",
        ticket.serial,
        ticket.section.name,
    )


def _wrong_section(ticket: CachedTicket) -> Verdict:
    return Verdict(
        Kind.WRONG_SECTION,
        f"This ticket is for {ticket.section.name}",
        f"Send the patron to {ticket.section.name}.",
        ticket.serial,
        ticket.section.name,
    )


def _ago(then: datetime, now: datetime) -> str:
    """Say how long ago, in words; a clock that jumped back gives the time of day instead."""
    passed = now - then
    if passed < timedelta(0):
        return f"at {then:%H:%M} UTC"
    if passed < timedelta(minutes=1):
        return f"{int(passed.total_seconds())} s ago"
    if passed < timedelta(hours=1):
        return f"{int(passed.total_seconds() // 60)} min ago"
    if passed < timedelta(hours=24):
        return f"{int(passed.total_seconds() // 3600)} h ago"
    return f"on {then:%Y-%m-%d}"
