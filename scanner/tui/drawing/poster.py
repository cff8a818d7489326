"""What fills the screen: a look, and the words that go with this one occasion."""

from dataclasses import dataclass

from scanner.admission.verdict import Kind
from scanner.judging import Judged
from scanner.sync.status import Status
from scanner.tui.drawing.faces import (
    CANNOT_RECORD,
    CHECKING,
    FACES,
    READY,
    READY_TO_LET_OUT,
    Face,
)
from scanner.wording import verdict as words
from scanner.wording.catalogue import say
from scanner.wording.plain import clock_time, plain
from scanner.wording.sentences import sentence
from scanner.wording.ticket_notice import notice_lines

_SMALL = 26
"""Characters of a section in the small print: serial and time stand beside it in 80 columns."""

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
        notice: what is told beside it, each on a line of its own, and never left out.
        urgent: whether the first of that is what the guard must act on.
    """

    face: Face
    title: str
    sentence: str = ""
    advice: str = ""
    detail: str = ""
    place: str = ""
    notice: tuple[str, ...] = ()
    urgent: bool = False


def of_judged(judged: Judged) -> Poster:
    """Show a recorded verdict."""
    verdict = judged.verdict
    section, serial = plain(verdict.section, 60), plain(verdict.serial, 40)
    parts = (plain(verdict.section, _SMALL), serial, clock_time(judged.at))
    told = judged.notice
    return Poster(
        FACES[verdict.light],
        words.headline(verdict),
        sentence(judged.fact),
        words.advice(verdict),
        " · ".join(part for part in parts if part),
        section if verdict.light in _SECTION_MATTERS else "",
        notice_lines(told, admits=verdict.admits) if told else (),
        bool(told and (told.attention or told.text)),
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


def at_rest(status: Status, last: str, *, lets_out: bool = False) -> Poster:
    """Show that the gate waits for a ticket, or why it admits nobody; `last` is small print.

    Where it counts those who leave, it never looks as if it let in.
    """
    if status.closed:
        return Poster(
            FACES[Kind.GATE_CLOSED],
            words.title(Kind.GATE_CLOSED),
            f"{say('Nobody may enter.')} {sentence(status.closed.fact)}.",
            words.to_do(status.closed.reason),
            last,
        )
    if lets_out:
        return Poster(
            READY_TO_LET_OUT,
            say("EXITS ONLY"),
            say("Whoever shows a ticket here is counted as gone; nobody is let in."),
            say("Show a ticket to leave"),
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
