"""What a patron without a guard is told: the same shapes and colours, in words for a patron."""

from dataclasses import dataclass, replace

from scanner.admission.verdict import Kind
from scanner.gate import Judged
from scanner.sync.status import Status
from scanner.tui.drawing.faces import CANNOT_RECORD, CHECKING, FACES, READY, Face
from scanner.tui.drawing.poster import Poster
from scanner.wording.catalogue import say
from scanner.wording.plain import plain
from scanner.wording.reasons import localised

_STAFF = "Please ask a member of staff."


@dataclass(frozen=True, slots=True)
class _Words:
    large: tuple[str, ...]
    sentence: str
    advice: str = _STAFF


_WORDS: dict[Kind, _Words] = {
    Kind.ADMITTED: _Words(("WELCOME",), "Your ticket is valid.", "Please go through."),
    Kind.ALREADY_ADMITTED: _Words(("ALREADY", "USED"), "Somebody has entered with this ticket."),
    Kind.WRONG_SECTION: _Words(("OTHER", "ENTRANCE"), "This ticket is for another section."),
    Kind.OTHER_EVENT: _Words(("OTHER", "EVENT"), "This ticket is for another event."),
    Kind.UNKNOWN: _Words(("NOT", "FOUND"), "This ticket is not on the list."),
    Kind.WITHDRAWN: _Words(("NOT", "VALID"), "This ticket is no longer valid."),
    Kind.NOT_A_TICKET: _Words(
        ("NOT A", "TICKET"), "This code is not a ticket's.", "Please show the ticket's own code."
    ),
    Kind.GATE_CLOSED: _Words(
        ("LANE", "CLOSED"), "This lane is closed.", "Please use another lane."
    ),
}

_ATTRACT = replace(READY, words=("SHOW YOUR", "TICKET"))
_CLOSED = replace(CANNOT_RECORD, words=("LANE", "CLOSED"))
_WAIT = replace(CHECKING, words=("ONE", "MOMENT"))

PATRONS_FACES = (
    *(replace(FACES[kind], words=words.large) for kind, words in _WORDS.items()),
    *(_ATTRACT, _CLOSED, _WAIT),
)

SENTENCES = (
    *(face.title for face in PATRONS_FACES),
    *(sentence for words in _WORDS.values() for sentence in (words.sentence, words.advice)),
)
"""What is said here and stands in no call of `say`."""


def for_patron(judged: Judged) -> Poster:
    """Show a recorded verdict; another patron's name, gate and time are nobody's business here."""
    verdict = judged.verdict
    words = _WORDS[verdict.kind]
    section = plain(verdict.section, 60)
    sentence, advice = say(words.sentence), say(words.advice)
    if verdict.kind is Kind.WRONG_SECTION and section:
        sentence = say("This ticket is for {section}.", section=section)
        advice = say("Please go to {section}.", section=section)
    known = verdict.kind in {Kind.ADMITTED, Kind.WRONG_SECTION}
    place = section if known else ""
    return Poster(_face(verdict.kind), sentence, advice, plain(verdict.serial, 40), place)


def attract(status: Status, *, broken: bool) -> Poster:
    """Invite the next patron, or send them elsewhere where this lane can admit nobody."""
    if broken:
        return closed()
    if status.closed:
        words = _WORDS[Kind.GATE_CLOSED]
        return Poster(_face(Kind.GATE_CLOSED), say(words.sentence), say(words.advice))
    title = plain(status.title, 80)
    return Poster(localised(_ATTRACT), title, say("Hold the code in front of the scanner"))


def closed() -> Poster:
    """Show that nothing can be recorded here."""
    return Poster(
        localised(_CLOSED),
        say("This lane can't admit anybody now."),
        say("Please use another lane."),
    )


def checking() -> Poster:
    """Show that a verdict takes longer than it should."""
    return Poster(localised(_WAIT), say("Your ticket is being checked."), say("Please wait."))


def _face(kind: Kind) -> Face:
    return localised(replace(FACES[kind], words=_WORDS[kind].large))
