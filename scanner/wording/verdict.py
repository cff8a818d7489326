"""Verdicts in words: the kind's title, the reason, and what the guard does next."""

from datetime import datetime, timedelta

from scanner.admission.serial import LooksLike
from scanner.admission.verdict import Kind, Reason, Verdict
from scanner.wording.catalogue import say
from scanner.wording.plain import clock_time, moment, plain
from scanner.wording.sentences import Params, Sentence, sentence


def title(kind: Kind) -> str:
    """Name a verdict in capitals."""
    return {
        Kind.ADMITTED: say("ADMITTED"),
        Kind.REENTRY: say("RE-ENTRY"),
        Kind.ALREADY_ADMITTED: say("ALREADY ADMITTED"),
        Kind.WRONG_SECTION: say("WRONG SECTION"),
        Kind.OTHER_EVENT: say("OTHER EVENT"),
        Kind.UNKNOWN: say("UNKNOWN"),
        Kind.WITHDRAWN: say("WITHDRAWN"),
        Kind.NOT_A_TICKET: say("NOT A TICKET"),
        Kind.GATE_CLOSED: say("GATE CLOSED"),
        Kind.EXITED: say("EXIT"),
    }[kind]


def headline(verdict: Verdict) -> str:
    """Word a verdict in capitals, for a guard: its name, or that it is theirs to give."""
    return say("YOU DECIDE") if verdict.reason is Reason.LIGHT_NOT_SHOWN else name(verdict)


def name(verdict: Verdict) -> str:
    """Name a verdict in capitals: its light's kind, or a re-entry, which has a green light too."""
    again = verdict.kind is Kind.REENTRY and verdict.reason is not Reason.OTHER_DOOR
    return title(verdict.kind if again else verdict.light)


def serial_form() -> str:
    """Say what a serial looks like."""
    return say("six letters or digits, a hyphen, twelve letters or digits")


def reason(verdict: Verdict, now: datetime) -> str:
    """Say why, as at the moment of the verdict."""
    return sentence(verdict.fact_at(now))


def advice(verdict: Verdict) -> str:
    """Say what the guard does next."""
    if verdict.reason is Reason.OTHER_SECTION:
        return say("Send the patron to {section}.", section=plain(verdict.section))
    if verdict.looks_like is LooksLike.OTHER_LAYOUT:
        return say("Run scanner pair with this hand scanner, then scan again.")
    return to_do(verdict.reason)


def to_do(reason: Reason) -> str:
    """Say what the guard does at a verdict of this reason, whatever the ticket."""
    let_in, another = say("Let the patron in."), say("Ask for another ticket.")
    other = say("Ask for another ticket, or call the supervisor.")
    withdrawn = say("Ask for the new ticket, or call the supervisor.")
    return {
        Reason.VALID: let_in,
        Reason.OVERRIDDEN: let_in,
        Reason.LET_IN: let_in,
        Reason.REENTRY: let_in,
        Reason.BACK_AFTER_EXIT: let_in,
        Reason.SEVERAL_ENTRIES: let_in,
        Reason.OTHER_DOOR: let_in,
        Reason.EXITED: say("Let the patron out."),
        Reason.LIGHT_NOT_SHOWN: say("Let the patron in with l, unless they are in already."),
        Reason.ADMITTED_HERE: another,
        Reason.ADMITTED_ELSEWHERE: another,
        Reason.OTHER_SECTION: say("Send the patron to the gate of that section."),
        Reason.OTHER_EVENT: say("Ask for a ticket to this event."),
        Reason.TRAINING: say("Send the patron to a real gate."),
        Reason.NOT_ON_LIST: other,
        Reason.NO_LONGER_VALID: other,
        Reason.NOT_YET_VALID: say("Ask the patron to come back then, or call the supervisor."),
        Reason.UNPAID: say("Call the supervisor: the ticket must be paid first."),
        Reason.UNAPPROVED: say("Call the supervisor: the order must be approved first."),
        Reason.BLOCKED: say("Call the supervisor: the organiser blocked this ticket."),
        Reason.NOT_A_TICKET: say("Ask for the ticket's code."),
        Reason.NO_SESSION: say("Call the supervisor: key k opens the gate."),
        Reason.TOKEN_INVALID: say("Call the supervisor: key k opens the gate again."),
        Reason.PUT_BACK: say("Wait for the next sync, or call the supervisor."),
        Reason.NEVER_SYNCED: say("Wait for the first sync, or call the supervisor."),
        Reason.NOT_CLAIMED: say("Wait a moment and scan again, or call the supervisor."),
    }.get(reason, withdrawn)


def name_of(reason: Reason) -> str:
    """Name a reason in a few words, for lists."""
    return {
        Reason.VALID: say("Valid ticket"),
        Reason.OVERRIDDEN: say("The supervisor let them in"),
        Reason.REENTRY: say("Let in again"),
        Reason.ADMITTED_HERE: say("Admitted here before"),
        Reason.LIGHT_NOT_SHOWN: say("Green light never shown"),
        Reason.LET_IN: say("Let in on an earlier record"),
        Reason.ADMITTED_ELSEWHERE: say("Admitted at another gate"),
        Reason.OTHER_SECTION: say("Another section"),
        Reason.OTHER_EVENT: say("Another event"),
        Reason.TRAINING: say("Training"),
        Reason.NOT_ON_LIST: say("Not on the list"),
        Reason.FORMER_CODE: say("Earlier owner's code"),
        Reason.REFUSED_BY_API: say("Refused by the server"),
        Reason.CANCELLED: say("Cancelled"),
        Reason.TRANSFERRED: say("Transferred"),
        Reason.NOT_VALID: say("No longer valid"),
        Reason.TAKEN_OFF_LIST: say("Taken off the list"),
        Reason.NOT_A_TICKET: say("Some other code"),
        Reason.NO_SESSION: say("No session open"),
        Reason.TOKEN_INVALID: say("Access withdrawn"),
        Reason.NEVER_SYNCED: say("No ticket list yet"),
        Reason.PUT_BACK: say("Old copy of the records"),
        Reason.UNPAID: say("Not paid"),
        Reason.BLOCKED: say("Blocked"),
        Reason.REVOKED: say("Revoked code"),
        Reason.UNAPPROVED: say("Not approved yet"),
        Reason.NOT_YET_VALID: say("Not valid yet"),
        Reason.NO_LONGER_VALID: say("Expired"),
        Reason.BACK_AFTER_EXIT: say("Back after leaving"),
        Reason.SEVERAL_ENTRIES: say("One more entry"),
        Reason.OTHER_DOOR: say("First entry at this door"),
        Reason.EXITED: say("Left"),
        Reason.NOT_CLAIMED: say("Other gates not reached"),
    }[reason]


def meaning(reason: Reason) -> str:
    """Say what a verdict of this reason means, to somebody who sees it for the first time."""
    return {
        Reason.VALID: say("The ticket is good and is recorded; a child alone is the supervisor's."),
        Reason.OVERRIDDEN: say("A supervisor decided so, with PIN and reason."),
        Reason.REENTRY: say("They were in before; a supervisor lets them in again."),
        Reason.ADMITTED_HERE: say("One ticket lets in one person, and at this gate it has."),
        Reason.LIGHT_NOT_SHOWN: say(
            "The admission was recorded, but the gate stopped before green."
        ),
        Reason.LET_IN: say("It was recorded before, and you said that green was never shown."),
        Reason.ADMITTED_ELSEWHERE: say(
            "One ticket lets in one person, and at another gate it has."
        ),
        Reason.BACK_AFTER_EXIT: say("They were in, left, and may come back with this ticket."),
        Reason.SEVERAL_ENTRIES: say("This event lets a ticket in more than once."),
        Reason.OTHER_DOOR: say("They came in by another door; at this one, it is the first time."),
        Reason.EXITED: say("This gate counts who leaves; nobody goes in on it."),
        Reason.OTHER_SECTION: say("The ticket is good, but not at this gate."),
        Reason.OTHER_EVENT: say("The ticket is for another event, or for another day."),
        Reason.TRAINING: say("Training checks no real ticket."),
        Reason.NOT_ON_LIST: say("It looks like a ticket; perhaps it was bought a moment ago."),
        Reason.FORMER_CODE: say("The ticket has a new owner, who has a new code."),
        Reason.REFUSED_BY_API: say("The ticket server was asked, and said no."),
        Reason.CANCELLED: say("The ticket was cancelled or paid back."),
        Reason.TRANSFERRED: say("The ticket belongs to somebody else now."),
        Reason.NOT_VALID: say("The ticket server no longer counts it as a ticket."),
        Reason.TAKEN_OFF_LIST: say("The ticket was on an earlier list, and is not on this one."),
        Reason.NOT_A_TICKET: say("A payment, a web page, a Wi-Fi code: no ticket's."),
        Reason.NO_SESSION: say("Nobody has opened this gate yet."),
        Reason.TOKEN_INVALID: say(
            "The token or device that opened this gate was withdrawn, or has expired."
        ),
        Reason.NEVER_SYNCED: say("Without a list, this gate knows no ticket."),
        Reason.PUT_BACK: say("A backup was put back; who came since is not known here."),
        Reason.UNPAID: say("The order of this ticket has not been paid."),
        Reason.BLOCKED: say("The organiser keeps this ticket from being used."),
        Reason.REVOKED: say("The code was withdrawn; the patron may have a newer one."),
        Reason.UNAPPROVED: say("The organiser has not approved the order of this ticket."),
        Reason.NOT_YET_VALID: say("The ticket is good, and its time has not come."),
        Reason.NO_LONGER_VALID: say("The ticket was good, and its time is over."),
        Reason.NOT_CLAIMED: say("It may have been used at another gate a moment ago."),
    }[reason]


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


def _not_yet_valid(params: Params) -> str:
    bound = _bound(params)
    return say("This ticket is valid from {time}", time=bound) if bound else say("Not valid yet")


def _no_longer_valid(params: Params) -> str:
    bound = _bound(params)
    return say("This ticket was valid until {time}", time=bound) if bound else say("Expired")


def _bound(params: Params) -> str:
    """Return the moment that a ticket came before or after, as its patron would say it."""
    bound, now = params.get("bound"), params.get("now")
    if not isinstance(bound, datetime):
        return ""
    return moment(bound, now if isinstance(now, datetime) else bound)


def _already(where: str, params: Params) -> str:
    first, now = params.get("first_at"), params.get("now")
    when = ago(first, now) if isinstance(first, datetime) and isinstance(now, datetime) else ""
    return say("Already admitted {circumstances}", circumstances=f"{where} {when}".rstrip())


def ago(then: datetime, now: datetime) -> str:
    """Say how long ago; a clock that jumped back gives the time of day instead."""
    passed = now - then
    seconds = int(passed.total_seconds())
    if passed < timedelta(0):
        return say("at {time}", time=f"{then.astimezone():%H:%M}")
    if passed < timedelta(minutes=1):
        return say("{count} s ago", count=seconds)
    if passed < timedelta(hours=1):
        return say("{count} min ago", count=seconds // 60)
    if passed < timedelta(hours=24):
        return say("{count} h ago", count=seconds // 3600)
    return say("on {date}", date=f"{then.astimezone():%Y-%m-%d}")


def overridden(params: Params) -> str:
    """Say who let a patron in, and why."""
    note, by = plain(str(params.get("note", ""))), plain(str(params.get("by") or ""))
    if by:
        return say("Let in by {name}: {note}", name=by, note=note)
    return say("Let in by the supervisor: {note}", note=note)


def _first_at_this_door(params: Params) -> str:
    if "note" in params:  # only a supervisor gives one
        return overridden(params)
    return say("Let in at another door before, and here for the first time")


def _let_in_again(params: Params) -> str:
    note, by = plain(str(params.get("note", ""))), plain(str(params.get("by") or ""))
    if by:
        return say("Let in again by {name}: {note}", name=by, note=note)
    return say("Let in again by the supervisor: {note}", note=note)


SENTENCES: dict[str, Sentence] = {
    "verdict.valid": "Valid ticket",
    "verdict.overridden": overridden,
    "verdict.admitted_here": _admitted_here,
    "verdict.light_not_shown": _light_not_shown,
    "verdict.let_in": "Let in on the earlier record, whose light was never shown",
    "verdict.reentry": _let_in_again,
    "verdict.admitted_elsewhere": _admitted_elsewhere,
    "verdict.other_section": "This ticket is for {section}",
    "verdict.other_event": "This ticket is for another event",
    "verdict.training": "This is training: real tickets are not checked here",
    "verdict.not_on_list": "This ticket is not on the list",
    "verdict.former_code": "This code belonged to an earlier owner of the ticket",
    "verdict.refused_by_api": "The server refused it: {refusal}",
    "verdict.cancelled": "This ticket was cancelled",
    "verdict.transferred": "This ticket was transferred to somebody else",
    "verdict.not_valid": "This ticket is no longer valid",
    "verdict.taken_off_list": "This ticket was taken off the list",
    "verdict.not_a_ticket": "This is {looks_like}",
    "verdict.no_session": "No session is open on this gate",
    "verdict.token_invalid": "This gate's token or device is no longer valid",
    "verdict.never_synced": "This gate has no ticket list yet",
    "verdict.put_back": "This gate's records are an old copy that must be synced",
    "verdict.unpaid": "This ticket has not been paid",
    "verdict.blocked": "This ticket was blocked by the organiser",
    "verdict.revoked": "The code of this ticket was revoked",
    "verdict.unapproved": "The order of this ticket is not approved yet",
    "verdict.not_yet_valid": _not_yet_valid,
    "verdict.no_longer_valid": _no_longer_valid,
    "verdict.back_after_exit": "Left before, and may come in again",
    "verdict.several_entries": "Was in before, and may come in again",
    "verdict.other_door": _first_at_this_door,
    "verdict.exited": "Leaves the event",
    "verdict.not_claimed": "The venue's other gates can't be asked now",
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
