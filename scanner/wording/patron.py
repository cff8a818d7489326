"""Verdicts in words for a patron who stands before a kiosk; a guard's are in `verdict`."""

from dataclasses import dataclass

from scanner.admission.verdict import Kind
from scanner.wording.catalogue import say


@dataclass(frozen=True, slots=True)
class PatronWords:
    """What a kiosk says: a title in capitals, a sentence, and what to do."""

    title: str
    sentence: str
    advice: str


def patron_words(kind: Kind, section: str = "", *, unshown: bool = False) -> PatronWords:
    """Word a verdict for the patron; another patron's name, gate and time are not in it.

    Args:
        kind: what was decided.
        section: the ticket's section, fit to be shown, where it is known.
        unshown: whether the ticket was admitted before, and its light was never shown.
    """
    if unshown:
        return PatronWords(
            say("PLEASE WAIT"),
            say("Your ticket was read before, but the result was not shown."),
            say("A member of staff is coming."),
        )
    if kind is Kind.WRONG_SECTION and section:
        return PatronWords(
            say("OTHER ENTRANCE"),
            say("This ticket is for {section}.", section=section),
            say("Please go to {section}.", section=section),
        )
    staff = say("Please ask a member of staff.")
    return {
        Kind.ADMITTED: PatronWords(
            say("WELCOME"), say("Your ticket is valid."), say("Please go through.")
        ),
        Kind.ALREADY_ADMITTED: PatronWords(
            say("ALREADY USED"), say("Somebody has entered with this ticket."), staff
        ),
        Kind.WRONG_SECTION: PatronWords(
            say("OTHER ENTRANCE"), say("This ticket is for another section."), staff
        ),
        Kind.OTHER_EVENT: PatronWords(
            say("OTHER EVENT"), say("This ticket is for another event."), staff
        ),
        Kind.UNKNOWN: PatronWords(say("NOT FOUND"), say("This ticket is not on the list."), staff),
        Kind.WITHDRAWN: PatronWords(
            say("NOT VALID"), say("This ticket is no longer valid."), staff
        ),
        Kind.NOT_A_TICKET: PatronWords(
            say("NOT A TICKET"),
            say("This code is not a ticket's."),
            say("Please show the ticket's own code."),
        ),
        Kind.GATE_CLOSED: PatronWords(
            say("LANE CLOSED"), say("This lane is closed."), say("Please use another lane.")
        ),
    }[kind]
