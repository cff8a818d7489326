"""What a patron without a guard is shown: the same shapes and colours, in words for a patron."""

from scanner.admission.verdict import Kind, Reason
from scanner.gate import Judged
from scanner.sync.status import Status
from scanner.tui.drawing.faces import CANNOT_RECORD, CHECKING, FACES, READY
from scanner.tui.drawing.poster import Poster
from scanner.wording.catalogue import say
from scanner.wording.kiosk import patron_words
from scanner.wording.plain import plain


def for_patron(judged: Judged) -> Poster:
    """Show a recorded verdict."""
    verdict = judged.verdict
    section = plain(verdict.section, 60)
    words = patron_words(verdict.light, section, unshown=verdict.reason is Reason.LIGHT_NOT_SHOWN)
    known = verdict.light in {Kind.ADMITTED, Kind.WRONG_SECTION}
    return Poster(
        FACES[verdict.light],
        words.title,
        words.sentence,
        words.advice,
        plain(verdict.serial, 40),
        section if known else "",
    )


def attract(status: Status, *, broken: bool) -> Poster:
    """Invite the next patron, or send them elsewhere where this lane can admit nobody."""
    if broken:
        return closed()
    if status.closed:
        words = patron_words(Kind.GATE_CLOSED)
        return Poster(FACES[Kind.GATE_CLOSED], words.title, words.sentence, words.advice)
    return Poster(
        READY,
        say("SHOW YOUR TICKET"),
        plain(status.title, 80),
        say("Hold the code in front of the scanner"),
    )


def no_ticket() -> Poster:
    """Show that what was typed is no ticket's, and was not even judged."""
    words = patron_words(Kind.NOT_A_TICKET)
    return Poster(FACES[Kind.NOT_A_TICKET], words.title, words.sentence, words.advice)


def closed() -> Poster:
    """Show that nothing can be recorded here."""
    return Poster(
        CANNOT_RECORD,
        say("LANE CLOSED"),
        say("This lane can't admit anybody now."),
        say("Please use another lane."),
    )


def checking() -> Poster:
    """Show that a verdict takes longer than it should."""
    return Poster(
        CHECKING, say("ONE MOMENT"), say("Your ticket is being checked."), say("Please wait.")
    )
