"""The bottom strip: link, list, queue, clock."""

from datetime import datetime
from typing import ClassVar

from textual.content import Content
from textual.events import Resize
from textual.widget import Widget

from scanner.store.ledger import State
from scanner.sync.link import LinkState
from scanner.sync.status import Status
from scanner.tui.notices import age
from scanner.tui.plain import clock_time

_GOOD, _FAIR, _BAD = "#19c37d", "#ffd60a", "#ff8a8a"


ONE_ROW_FROM = 144
"""Columns: the longest text of an ordinary evening fits."""

_SPACE = Content("   ")


class Strip(Widget):
    """How the gate stands, in words: two rows, or one where the screen is wide."""

    DEFAULT_CSS: ClassVar[str] = """
    Strip {
        height: 2;
        background: $panel;
        color: $foreground;
        padding: 0 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    Strip.-one-row { height: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._link = self._queue = self._clock = Content()

    def show(self, status: Status, since: datetime, now: datetime) -> None:
        """Replace what is shown; `since` is when the link came to its present state."""
        self._link = _SPACE.join([_link(status, since), _list(status, now), _tickets(status)])
        self._queue = _queue(status)
        self._clock = Content.styled(clock_time(now), "bold")
        self.refresh()

    def on_resize(self, event: Resize) -> None:
        """Take one row where everything fits into it."""
        self.set_class(event.size.width >= ONE_ROW_FROM, "-one-row")

    def render(self) -> Content:
        """Set the parts, the clock at the right."""
        if self.has_class("-one-row"):
            return self._with_clock(_SPACE.join([self._link, self._queue]))
        return Content("\n").join([self._with_clock(self._link), self._queue])

    def _with_clock(self, left: Content) -> Content:
        room = max(0, self.size.width - self._clock.cell_length - 1)
        left = left.truncate(room, ellipsis=True)
        return left.pad_right(room - left.cell_length + 1).append(self._clock)


def _link(status: Status, since: datetime) -> Content:
    words, colour = {
        LinkState.CHECKING: ("◌ Checking", _FAIR),
        LinkState.ONLINE: ("● Online", _GOOD),
        LinkState.OFFLINE: (f"○ Offline since {clock_time(since)[:5]}", _FAIR),
        LinkState.HELD: ("■ Held", _BAD),
    }[status.link.state]
    return Content.styled(words, f"bold {colour}")


def _list(status: Status, now: datetime) -> Content:
    if status.synced is None:
        return Content.styled("no list yet", f"bold {_FAIR}")
    return Content(f"list {age(status.synced, now)} old")


def _tickets(status: Status) -> Content:
    return Content(f"{status.tickets:,} tickets")


def _queue(status: Status) -> Content:
    """Count the admissions by state; what somebody must look at comes first."""
    conflicts = status.counts.get(State.CONFLICT, 0)
    warnings = [
        (conflicts, "CONFLICT" if conflicts == 1 else "CONFLICTS", _FAIR),
        (status.counts.get(State.REFUSED, 0), "REFUSED", _BAD),
    ]
    parts = [
        Content.styled(f" ▲ {count:,} {word} ", f"bold #000000 on {colour}")
        for count, word, colour in warnings
        if count
    ]
    parts += [
        Content(f"{status.counts.get(state, 0):,} {state.value}")
        for state in (State.QUEUED, State.SENDING, State.CONFIRMED)
    ]
    return _SPACE.join(parts)
