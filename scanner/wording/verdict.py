"""Verdicts in words: the kind's title, the reason, and what the guard does next."""

from datetime import datetime, timedelta

from scanner.admission.serial import LooksLike
from scanner.admission.verdict import Kind, Reason, Verdict
from scanner.wording.catalogue import say
from scanner.wording.plain import clock_time, plain
from scanner.wording.sentences import Params, Sentence, sentence


def title(kind: Kind) -> str:
    """Name a verdict in capitals."""
    return {
        Kind.ADMITTED: say("ADMITTED"),
        Kind.ALREADY_ADMITTED: say("ALREADY ADMITTED"),
        Kind.WRONG_SECTION: say("WRONG SECTION"),
        Kind.OTHER_EVENT: say("OTHER EVENT"),
        Kind.UNKNOWN: say("UNKNOWN"),
        Kind.WITHDRAWN: say("WITHDRAWN"),
        Kind.NOT_A_TICKET: say("NOT A TICKET"),
        Kind.GATE_CLOSED: say("GATE CLOSED"),
    }[kind]


def headline(verdict: Verdict) -> str:
    """Word a verdict in capitals, for a guard: its light's kind, or that it is theirs to give."""
    if verdict.reason is Reason.LIGHT_NOT_SHOWN:
        return say("YOU DECIDE")
    return title(verdict.light)


def reason(verdict: Verdict, now: datetime) -> str:
    """Say why, as at the moment of the verdict."""
    return sentence(verdict.fact_at(now))


def advice(verdict: Verdict) -> str:
    """Say what the guard does next."""
    section = plain(verdict.section)
    match verdict.reason:
        case Reason.VALID | Reason.OVERRIDDEN | Reason.LET_IN:
            return say("Let the patron in.")
        case Reason.LIGHT_NOT_SHOWN:
            return say("Let the patron in with l, unless they are in already.")
        case Reason.ADMITTED_HERE | Reason.ADMITTED_ELSEWHERE:
            return say("Ask for another ticket.")
        case Reason.OTHER_SECTION:
            return say("Send the patron to {section}.", section=section)
        case Reason.OTHER_EVENT:
            return say("Ask for a ticket to this event.")
        case Reason.TRAINING:
            return say("Send the patron to a real gate.")
        case Reason.NOT_ON_LIST:
            return say("Ask for another ticket, or call the supervisor.")
        case Reason.NOT_A_TICKET if verdict.looks_like is LooksLike.OTHER_LAYOUT:
            return say("Run scanner pair with this hand scanner, then scan again.")
        case Reason.NOT_A_TICKET:
            return say("Ask for the ticket's code.")
        case _ if verdict.kind is Kind.GATE_CLOSED:
            return _advice_when_closed(verdict.reason)
        case _:  # withdrawn
            return say("Ask for the new ticket, or call the supervisor.")


def _advice_when_closed(reason: Reason) -> str:
    match reason:
        case Reason.NO_SESSION:
            return say("Call the supervisor: a session must be opened.")
        case Reason.TOKEN_INVALID:
            return say("Call the supervisor: a session must be opened with a valid token.")
        case Reason.PUT_BACK:
            return say("Wait for the next sync, or call the supervisor.")
        case _:
            return say("Wait for the first sync, or call the supervisor.")


def _admitted_here(params: Params) -> str:
    if "section" not in params:  # the ticket is of a list that this gate has no more
        return say("Already admitted at this gate")
    return _already(say("here"), params)


def _light_not_shown(params: Params) -> str:
    first, now = params.get("first_at"), params.get("now")
    if not isinstance(first, datetime):
        return say("Recorded, its light was never shown")
    time = clock_time(first)
    if isinstance(now, datetime) and now.astimezone().date() != first.astimezone().date():
        time = f"{first.astimezone():%Y-%m-%d} {time}"
    return say("Recorded at {time}, its light was never shown", time=time)


def _admitted_elsewhere(params: Params) -> str:
    device, redeemer = params.get("first_device"), params.get("first_redeemer")
    known = [
        say("at {gate}", gate=plain(str(device))) if device else "",
        say("by {guard}", guard=plain(str(redeemer))) if redeemer else "",
    ]
    where = " ".join(part for part in known if part)
    return _already(where or say("at another gate"), params)


def _already(where: str, params: Params) -> str:
    first, now = params.get("first_at"), params.get("now")
    when = ago(first, now) if isinstance(first, datetime) and isinstance(now, datetime) else ""
    return say("Already admitted {circumstances}", circumstances=f"{where} {when}".rstrip())


def ago(then: datetime, now: datetime) -> str:
    """Say how long ago; a clock that jumped back gives the time of day instead."""
    passed = now - then
    seconds = int(passed.total_seconds())
    if passed < timedelta(0):
        return say("at {time} UTC", time=f"{then:%H:%M}")
    if passed < timedelta(minutes=1):
        return say("{count} s ago", count=seconds)
    if passed < timedelta(hours=1):
        return say("{count} min ago", count=seconds // 60)
    if passed < timedelta(hours=24):
        return say("{count} h ago", count=seconds // 3600)
    return say("on {date}", date=f"{then:%Y-%m-%d}")


def overridden(params: Params) -> str:
    """Say who let a patron in, and why."""
    note, by = plain(str(params.get("note", ""))), plain(str(params.get("by") or ""))
    if by:
        return say("Let in by {name}: {note}", name=by, note=note)
    return say("Let in by the supervisor: {note}", note=note)


SENTENCES: dict[str, Sentence] = {
    "verdict.valid": "Valid ticket",
    "verdict.overridden": overridden,
    "verdict.admitted_here": _admitted_here,
    "verdict.light_not_shown": _light_not_shown,
    "verdict.let_in": "Let in on the earlier record, whose light was never shown",
    "verdict.admitted_elsewhere": _admitted_elsewhere,
    "verdict.other_section": "This ticket is for {section}",
    "verdict.other_event": "This ticket is for another event",
    "verdict.training": "This is training: real tickets are not judged here",
    "verdict.not_on_list": "This ticket is not on the list",
    "verdict.former_code": "This code belonged to an earlier owner of the ticket",
    "verdict.refused_by_api": "The ticketing API refused it: {refusal}",
    "verdict.cancelled": "This ticket was cancelled",
    "verdict.transferred": "This ticket was transferred to somebody else",
    "verdict.not_valid": "This ticket is no longer valid",
    "verdict.taken_off_list": "This ticket was taken off the list",
    "verdict.not_a_ticket": "This is {looks_like}",
    "verdict.no_session": "No session is open on this gate",
    "verdict.token_invalid": "The admission token is no longer valid",
    "verdict.never_synced": "This gate has no ticket list yet",
    "verdict.put_back": "This gate's ledger is an old copy that must be synced",
    "verdict.payment_code": "a payment code",
    "verdict.web_address": "a web address",
    "verdict.wifi_code": "a Wi-Fi code",
    "verdict.business_card": "a business card",
    "verdict.number": "a number, such as a product's bar code",
    "verdict.other_text": "some other text",
    "verdict.other_layout": "a code that was typed in another keyboard layout",
    "verdict.empty": "an empty code",
    "verdict.too_long": "a text too long for a ticket",
    "verdict.several_tickets": "more than one ticket in one code",
}
