"""The bottom strip: link, list, queue, clock."""

from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from scanner.store.ledger import State
from scanner.sync.link import LinkState
from scanner.sync.status import Status
from scanner.tui.notices import age
from scanner.tui.plain import clock_time

_GOOD, _FAIR, _BAD = "#19c37d", "#ffd60a", "#ff8a8a"


class Strip(Container):
    """How the gate stands, in words: two rows, or one where the screen is wide."""

    DEFAULT_CSS: ClassVar[str] = """
    Strip {
        height: 2;
        background: $panel;
        color: $foreground;
        padding: 0 1;
        & > Static { height: 1; width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #clock { dock: right; width: 10; text-align: right; text-style: bold; }
    }
    .-wide Strip {
        layout: horizontal;
        height: 1;
        & > Static { width: auto; padding: 0 3 0 0; }
    }
    """

    def compose(self) -> ComposeResult:
        """Lay out the parts."""
        yield Static("", id="clock", markup=False)
        yield Static("", id="link", markup=False)
        yield Static("", id="queue", markup=False)

    def show(self, status: Status, since: datetime, now: datetime) -> None:
        """Replace what is shown; `since` is when the link came to its present state."""
        link = Content("   ").join([_link(status, since), _list(status, now), _tickets(status)])
        self.query_one("#link", Static).update(link)
        self.query_one("#queue", Static).update(_queue(status))
        self.query_one("#clock", Static).update(Content(clock_time(now)))


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
    counts = status.counts
    parts = [
        Content(f"{counts.get(state, 0):,} {state.value}")
        for state in (State.QUEUED, State.SENDING, State.CONFIRMED)
    ]
    conflicts, refused = counts.get(State.CONFLICT, 0), counts.get(State.REFUSED, 0)
    if conflicts:
        noun = "CONFLICT" if conflicts == 1 else "CONFLICTS"
        parts.append(Content.styled(f" ▲ {conflicts:,} {noun} ", f"bold #000000 on {_FAIR}"))
    if refused:
        parts.append(Content.styled(f" ▲ {refused:,} REFUSED ", f"bold #000000 on {_BAD}"))
    return Content("   ").join(parts)
