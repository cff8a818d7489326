"""What is not as it should be: one line each, shown until it is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from scanner.admission.ticket import Unclaimed
from scanner.admission.venue_status import VenueStatus
from scanner.admission.verdict import Closed
from scanner.facts import Fact
from scanner.scanning.scan_source import SourceState
from scanner.sync import left_out
from scanner.sync.link import LinkState
from scanner.sync.status import Status
from scanner.wording.books import GRAVITY
from scanner.wording.catalogue import say, say_count
from scanner.wording.plain import clock_time
from scanner.wording.sentences import sentence

STALE = timedelta(minutes=10)
"""A list older than this lacks enough of the evening's sales that the guard should know."""

MOMENT = timedelta(seconds=2)
"""A start or another node takes no longer; it is no trouble that a guard must know of."""

CLOCK_OFF = timedelta(minutes=1)
"""A clock further off than this makes the times of admissions misleading."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One line; `grave` where somebody must act at once, else nobody can be admitted."""

    text: str
    grave: bool = False


def abnormal(
    status: Status,
    camera: SourceState | None,
    since: datetime,
    now: datetime,
    *,
    admitting: bool = True,
) -> list[Notice]:
    """List what stands in the way, gravest first.

    Args:
        status: the gate's state.
        camera: the camera's state, or nothing where the gate has none.
        since: when the link came to its present state.
        now: the gate's time.
        admitting: false where verdicts can't be recorded; a closed gate admits nobody anyhow.
    """
    able = admitting and not status.closed
    found = (
        _closed(status),
        _doubles(status),
        _camera(camera),
        _link(status, since, admitting=able and not _refuses(status.venue)),
        _alone(status.venue, now, admitting=able),
        _doubt(status),
        _books(status),
        _stale(status, now),
        *map(_encounter, status.encounters),
        *map(_at_another_gate, status.venue.warnings if status.venue else ()),
        *map(_left_out, left_out.facts(status.left_out)),
        _clock(status),
    )
    return [notice for notice in found if notice]


def _closed(status: Status) -> Notice | None:
    if not status.closed:
        return None
    why = sentence(status.closed.fact)
    return Notice(f"■ {say('GATE CLOSED: {why}.', why=why)}", grave=True)


def _doubles(status: Status) -> Notice | None:
    """Tell the newest double entry that nobody has seen to, and how many there are."""
    if not (found := status.doubles.open):
        return None
    text = say_count(
        "DOUBLE ENTRY, see the queue: {what}",
        "{count} DOUBLE ENTRIES, see the queue: {what}",
        len(found),
        what=sentence(found[0].fact),
    )
    return Notice(f"▲ {text}", grave=True)


def _refuses(venue: VenueStatus | None) -> bool:
    """Tell whether nobody is let in because the venue's other gates can't be asked."""
    return venue is not None and not venue.connected and venue.policy is Unclaimed.REFUSE


def _alone(venue: VenueStatus | None, now: datetime, *, admitting: bool) -> Notice | None:
    """Say that the venue's other gates can't be asked, and what follows from it by the settings."""
    if venue is None or venue.connected:
        return None
    if venue.since and timedelta(0) <= now - venue.since < MOMENT:
        return None  # the strip and the verdicts say it; a clock that jumped back hides nothing
    if not admitting:
        text = say("ALONE: the other gates can't be asked.")
    elif _refuses(venue):
        text = say("ALONE: the other gates can't be asked; nobody is let in without them.")
    else:
        text = say("ALONE: the other gates can't be asked; tickets are let in and marked.")
    why = sentence(venue.problem) if venue.problem else ""
    return Notice(f"◇ {text} {why}".rstrip(), grave=admitting and _refuses(venue))


def _at_another_gate(fact: Fact) -> Notice:
    return Notice(f"▲ {sentence(fact)}")


def _camera(camera: SourceState | None) -> Notice | None:
    if camera is None or camera.running:
        return None
    if camera.by_hand:
        return hand_scanner_away(camera)
    why = sentence(camera.fact) if camera.fact else say("No picture is coming from it.")
    return Notice(f"◌ {say('NO CAMERA, type serials with i: {why}', why=why)}")


def hand_scanner_away(state: SourceState) -> Notice:
    """Say that the hand scanner gives nothing, and why."""
    why = sentence(state.fact) if state.fact else ""
    return Notice(f"◌ {say('NO HAND SCANNER: {why}', why=why)}")


def _link(status: Status, since: datetime, *, admitting: bool) -> Notice | None:
    """Say what the link lacks; that admitting goes on is said only where it does."""
    if status.closed is Closed.TOKEN_INVALID and status.link.state is LinkState.HELD:
        return None  # one cause, one sentence: it closes the gate
    obstacle = sentence(status.link.obstacle) if status.link.obstacle else ""
    if status.link.state is LinkState.HELD:
        why = obstacle or say("The API does not take this gate's requests.")
        text = (
            say("QUEUE HELD, admitting goes on: {why}", why=why)
            if admitting
            else say("QUEUE HELD: {why}", why=why)
        )
        return Notice(f"■ {text}")
    if status.link.state is LinkState.OFFLINE:
        why = obstacle or say("The API can't be reached.")
        time = clock_time(since)[:5]
        text = (
            say("OFFLINE since {time}, admitting goes on: {why}", time=time, why=why)
            if admitting
            else say("OFFLINE since {time}: {why}", time=time, why=why)
        )
        return Notice(f"○ {text}")
    return None


def _doubt(status: Status) -> Notice | None:
    if status.doubt is None:
        return None
    return Notice(f"◷ {say('LIST IN DOUBT: {why}', why=sentence(status.doubt))}")


def _books(status: Status) -> Notice | None:
    if not status.differences:
        return None
    first = min(status.differences, key=lambda each: GRAVITY.index(each.kind))
    text = say_count(
        "RECORDS DIFFER for {count} ticket, see the queue: {what}",
        "RECORDS DIFFER for {count} tickets, see the queue: {what}",
        len(status.differences),
        what=sentence(first.fact),
    )
    return Notice(f"≠ {text}")


def _stale(status: Status, now: datetime) -> Notice | None:
    if status.synced is None or now - status.synced < STALE:
        return None
    old = age(status.synced, now)
    return Notice(f"◷ {say('OLD LIST: it is {age} old; later tickets are unknown.', age=old)}")


def _encounter(fact: Fact) -> Notice:
    return Notice(f"▲ {say('NOT ALONE: {why}', why=sentence(fact))}")


def _left_out(fact: Fact) -> Notice:
    return Notice(f"◇ {sentence(fact)}")


def _clock(status: Status) -> Notice | None:
    """Compare with the server's clock as the last pull saw it."""
    if status.offset is None or abs(status.offset) <= CLOCK_OFF.total_seconds():
        return None
    off = span(timedelta(seconds=abs(status.offset)))
    text = (
        say("CLOCK OFF: this gate is {time} behind; set its clock.", time=off)
        if status.offset > 0
        else say("CLOCK OFF: this gate is {time} ahead; set its clock.", time=off)
    )
    return Notice(f"◴ {text}")


def link_word(state: LinkState) -> str:
    """Name the link's state in a word, with its symbol."""
    return {
        LinkState.CHECKING: f"◌ {say('Checking')}",
        LinkState.ONLINE: f"● {say('Online')}",
        LinkState.OFFLINE: f"○ {say('Offline')}",
        LinkState.HELD: f"■ {say('Held')}",
    }[state]


def age(then: datetime, now: datetime) -> str:
    """Say how long ago in the largest fitting unit; a clock that jumped back counts as now."""
    return span(max(timedelta(0), now - then))


def span(passed: timedelta) -> str:
    """Say a length of time in the largest fitting unit."""
    seconds = int(passed.total_seconds())
    if seconds < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{seconds} s"
    if seconds < 3600:  # noqa: PLR2004 - seconds in an hour
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h {seconds % 3600 // 60:02} min"
