"""What fills the screen: a look, and the words that go with this one occasion."""

from dataclasses import dataclass

from scanner.admission.verdict import Kind
from scanner.gate import Judged
from scanner.sync.status import Status
from scanner.tui.drawing.faces import CANNOT_RECORD, CHECKING, FACES, READY, Face
from scanner.wording import verdict as words
from scanner.wording.catalogue import say
from scanner.wording.plain import clock_time, plain
from scanner.wording.sentences import sentence

_SECTION_MATTERS = frozenset({Kind.ADMITTED, Kind.WRONG_SECTION})


@dataclass(frozen=True, slots=True)
class Poster:
    """A face with its words, all of them fit to show.

    Attributes:
        face: its shape and colours.
        title: lettered large.
        sentence: why.
        advice: what to do next.
        detail: the small print.
        place: a section's name, lettered large where there is room.
    """

    face: Face
    title: str
    sentence: str = ""
    advice: str = ""
    detail: str = ""
    place: str = ""


def of_judged(judged: Judged) -> Poster:
    """Show a recorded verdict."""
    verdict = judged.verdict
    section, serial = plain(verdict.section, 60), plain(verdict.serial, 40)
    parts = (section, serial, clock_time(judged.at))
    return Poster(
        FACES[verdict.light],
        words.headline(verdict),
        sentence(judged.fact),
        words.advice(verdict),
        " · ".join(part for part in parts if part),
        section if verdict.light in _SECTION_MATTERS else "",
    )


def cannot_record(why: str) -> Poster:
    """Show that the database failed: without a record nobody enters."""
    return Poster(
        CANNOT_RECORD,
        say("CANNOT RECORD"),
        plain(why),
        say("Nobody may enter."),
        say("Call the supervisor."),
    )


def checking() -> Poster:
    """Show that a verdict takes longer than it should."""
    return Poster(
        CHECKING, say("CHECKING"), say("Wait for the verdict."), say("Nobody enters before it.")
    )


def at_rest(status: Status, last: str) -> Poster:
    """Show that the gate waits for a ticket, or why it admits nobody; `last` is small print."""
    if status.closed:
        return Poster(
            FACES[Kind.GATE_CLOSED],
            words.title(Kind.GATE_CLOSED),
            f"{say('Nobody may enter.')} {sentence(status.closed.fact)}.",
            words.to_do(status.closed.reason),
            last,
        )
    return Poster(
        READY,
        say("READY"),
        say("This gate admits: {sections}", sections=sections(status)),
        say("Show a ticket"),
        last,
    )


def sections(status: Status) -> str:
    """Name the sections that the token permits."""
    return plain(", ".join(plain(name, 60) for name in status.sections)) or say("no section")
