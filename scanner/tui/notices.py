"""What is not as it should be: one line each, shown until it is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from scanner.sync.link import LinkState
from scanner.sync.status import Status
from scanner.tui.feeds import CameraState
from scanner.tui.plain import clock_time, plain

STALE = timedelta(minutes=10)
"""A list older than this lacks enough of the evening's sales that the guard should know."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One line; `grave` where nobody can be admitted because of it."""

    text: str
    grave: bool = False


def abnormal(
    status: Status, camera: CameraState | None, since: datetime, now: datetime
) -> list[Notice]:
    """List what stands in the way, gravest first.

    Args:
        status: the gate's state.
        camera: the camera's state, or nothing where the gate has none.
        since: when the link came to its present state.
        now: the gate's time.
    """
    found = (_closed(status), _camera(camera), _link(status, since), _stale(status, now))
    return [notice for notice in found if notice]


def _closed(status: Status) -> Notice | None:
    if not status.closed:
        return None
    return Notice(f"■ GATE CLOSED: {plain(status.closed.value)}.", grave=True)


def _camera(camera: CameraState | None) -> Notice | None:
    if camera is None or camera.running:
        return None
    sentence = plain(camera.sentence) or "No picture is coming from it."
    return Notice(f"◌ NO CAMERA, type serials with i: {sentence}")


def _link(status: Status, since: datetime) -> Notice | None:
    obstacle = plain(status.link.obstacle)
    if status.link.state is LinkState.HELD:
        why = obstacle or "The API does not take this gate's requests."
        return Notice(f"■ QUEUE HELD, admitting goes on: {why}")
    if status.link.state is LinkState.OFFLINE:
        why = obstacle or "The API can't be reached."
        return Notice(f"○ OFFLINE since {clock_time(since)[:5]}, admitting goes on: {why}")
    return None


def _stale(status: Status, now: datetime) -> Notice | None:
    if status.synced is None or now - status.synced < STALE:
        return None
    return Notice(f"◷ OLD LIST: it is {age(status.synced, now)} old; later tickets are unknown.")


def age(then: datetime, now: datetime) -> str:
    """Say how long ago in the largest fitting unit; a clock that jumped back counts as now."""
    seconds = max(0, int((now - then).total_seconds()))
    if seconds < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{seconds} s"
    if seconds < 3600:  # noqa: PLR2004 - seconds in an hour
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h {seconds % 3600 // 60:02} min"
