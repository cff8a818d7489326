"""What a lane shows: posters for a patron without a guard, and lines that staff read in passing."""

from datetime import datetime, timedelta

from textual.content import Content

from scanner.admission.verdict import Kind, Reason
from scanner.facts import Fact
from scanner.judging import Judged
from scanner.store.ledger import State
from scanner.sync.status import Status
from scanner.tui.drawing.faces import CANNOT_RECORD, CHECKING, FACES, READY, READY_TO_LET_OUT
from scanner.tui.drawing.poster import Poster
from scanner.tui.ports import SourceState
from scanner.tui.widgets.strip import sound_off
from scanner.wording.catalogue import say, say_count
from scanner.wording.kiosk import patron_words
from scanner.wording.notices import Notice, abnormal, age, hand_scanner_away, link_word
from scanner.wording.plain import clock_time, plain
from scanner.wording.sentences import sentence
from scanner.wording.ticket_notice import notice_lines

WAITS = timedelta(minutes=2)
"""How long a lane calls staff to a patron, where no other follows."""


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


def attract(status: Status, *, broken: bool, lets_out: bool = False) -> Poster:
    """Invite the next patron, or send them elsewhere where this lane can admit nobody.

    A lane that lets out says so, and looks like no other.
    """
    if broken:
        return closed()
    if status.closed:
        words = patron_words(Kind.GATE_CLOSED)
        return Poster(FACES[Kind.GATE_CLOSED], words.title, words.sentence, words.advice)
    if lets_out:
        return Poster(
            READY_TO_LET_OUT,
            say("WAY OUT"),
            say("Nobody is let in here."),
            say("Show your ticket to leave"),
        )
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


def staff_line(
    status: Status, now: datetime, columns: int, wrong_pins: int = 0, *, muted: bool = False
) -> Content:
    """Say in one line which lane this is and how it stands, the clock at the right."""
    waiting = status.counts.get(State.QUEUED, 0) + status.counts.get(State.SENDING, 0)
    parts = [
        plain(status.device, 40) or say("No session"),
        link_word(status.link.state),
        *([sound_off()] if muted else []),
        say("list {age} old", age=age(status.synced, now)) if status.synced else say("no list yet"),
        say_count("{count} queued", "{count} queued", waiting),
    ]
    if wrong_pins:
        parts.append(say_count("{count} wrong PIN", "{count} wrong PINs", wrong_pins))
    left, clock = Content("   ".join(parts)), Content.styled(clock_time(now), "bold")
    room = max(0, columns - clock.cell_length - 1)
    left = left.truncate(room, ellipsis=True)
    return left.pad_right(room - left.cell_length + 1).append(clock)


def calls(last: Judged | None, now: datetime) -> list[Notice]:
    """Call staff to the last patron, while no other follows.

    They must come where a recorded light was never shown, and where the organiser wants the ticket
    to be looked at, or something to be said. What this lane could not judge is only told.
    """
    if last is None or not timedelta(0) <= now - last.at < WAITS:
        return []
    serial, told = plain(last.verdict.serial, 40), last.notice
    called, found = say("STAFF: {serial}", serial=serial), list[Notice]()
    if last.verdict.reason is Reason.LIGHT_NOT_SHOWN:
        found.append(Notice(f"▲ {called} · {sentence(last.fact)}", grave=True))
    if told and (lines := notice_lines(told, admits=last.verdict.admits)):
        grave = told.attention or bool(told.text)
        found.append(Notice(f"▲ {called} · {' '.join(lines)}", grave=grave))
    return found


def troubles(
    status: Status,
    camera: SourceState | None,
    turnstile: Fact | None,
    since: datetime,
    now: datetime,
) -> list[Notice]:
    """List what staff must look at, gravest first; `since` is when the link came to its state."""
    found = abnormal(status, None, since, now)
    if camera and not camera.running:
        why = sentence(camera.fact) if camera.fact else say("No picture is coming from it.")
        blind = Notice(f"◌ {say('NOT READING: {why}', why=why)}")
        found.insert(0, hand_scanner_away(camera) if camera.by_hand else blind)
    if turnstile:
        found.insert(0, Notice(f"▲ {say('TURNSTILE: {why}', why=sentence(turnstile))}", grave=True))
    return found
