"""What staff read in passing on a lane's screen: how it stands, and what is wrong with it."""

from datetime import datetime, timedelta

from textual.content import Content

from scanner.admission.verdict import Reason
from scanner.facts import Fact
from scanner.gate import Judged
from scanner.store.ledger import State
from scanner.sync.status import Status
from scanner.tui.ports import SourceState
from scanner.wording.catalogue import say, say_count
from scanner.wording.notices import Notice, abnormal, age, hand_scanner_away, link_word
from scanner.wording.plain import clock_time, plain
from scanner.wording.sentences import sentence

WAITS = timedelta(minutes=2)
"""How long a lane calls staff to a patron, where no other follows."""


def staff_line(status: Status, now: datetime, columns: int, wrong_pins: int = 0) -> Content:
    """Say in one line which lane this is and how it stands, the clock at the right."""
    waiting = status.counts.get(State.QUEUED, 0) + status.counts.get(State.SENDING, 0)
    parts = [
        plain(status.device, 40) or say("No session"),
        link_word(status.link.state),
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
    """Call staff to a patron whose recorded light was never shown, while that patron waits."""
    if last is None or last.verdict.reason is not Reason.LIGHT_NOT_SHOWN:
        return []
    if not timedelta(0) <= now - last.at < WAITS:
        return []
    serial, why = plain(last.verdict.serial, 40), sentence(last.fact)
    return [Notice(f"▲ {say('STAFF: {serial}', serial=serial)} · {why}", grave=True)]


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
