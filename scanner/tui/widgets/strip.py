"""The bottom strip: link, list, pace, who is in, queue, clock."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from scanner.admission.venue_status import VenueStatus
from scanner.store.ledger import State
from scanner.store.statistics import pace
from scanner.sync.link import LinkState
from scanner.sync.status import Status
from scanner.wording.catalogue import decimal, number, say, say_count
from scanner.wording.notices import age, link_word
from scanner.wording.plain import clock_time

PACE_MINUTES = 10
"""Minutes that the sparkline shows at most, a bar each."""

_FEW = 2
"""Below so many patrons a minute the rate has a decimal: it is never 0 while somebody comes."""

_BARS = "▁▂▃▄▅▆▇█"
_SPACE = Content("   ")
_COLOURS = {
    LinkState.CHECKING: "$fair",
    LinkState.ONLINE: "$good",
    LinkState.OFFLINE: "$fair",
    LinkState.HELD: "$bad",
}
_MOST_ROWS = 4


class Strip(Widget):
    """How the gate stands, in words, in as few rows as they need."""

    DEFAULT_CSS: ClassVar[str] = """
    Strip {
        height: 2;
        background: $panel;
        color: $foreground;
        padding: 0 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._parts: list[Content] = []
        self._clock = Content()

    def show(self, status: Status, since: datetime, now: datetime, *, muted: bool = False) -> None:
        """Replace what is shown; `since` is when the link came to its present state."""
        parts = [
            _link(status, since),
            *([Content.styled(sound_off(), "bold $fair")] if muted else []),
            *_venue(status.venue),
            _list(status, now),
            Content(say_count("{count} ticket", "{count} tickets", status.tickets)),
            _pace(status, now),
            _admitted(status),
            *_queue(status),
        ]
        clock = Content.styled(clock_time(now), "bold")
        if parts == self._parts and clock == self._clock:
            return  # it is asked twice a second, and a gate at rest should rest
        self._parts, self._clock = parts, clock
        self._fit()
        self.refresh()

    def on_resize(self) -> None:
        """Take as many rows as the parts need."""
        self._fit()

    def render(self) -> Content:
        """Set the parts, the clock at the right of the first row."""
        first, *rest = self._rows(self.size.width)
        room = max(0, self.size.width - self._clock.cell_length - 1)
        first = first.truncate(room, ellipsis=True)
        first = first.pad_right(room - first.cell_length + 1).append(self._clock)
        return Content("\n").join([first, *rest])

    def _fit(self) -> None:
        if self.size.width:
            self.styles.height = len(self._rows(self.size.width))

    def _rows(self, columns: int) -> list[Content]:
        return flowed(self._parts, columns, self._clock.cell_length + 1)


def flowed(parts: Sequence[Content], columns: int, first_less: int = 0) -> list[Content]:
    """Set the parts in rows, none of them broken; the first row is shorter by `first_less`."""
    rows: list[list[Content]] = [[]]
    room = columns - first_less
    for part in parts:
        taken = part.cell_length + (_SPACE.cell_length if rows[-1] else 0)
        if rows[-1] and taken > room and len(rows) < _MOST_ROWS:
            rows.append([])
            room, taken = columns, part.cell_length
        rows[-1].append(part)
        room -= taken
    return [_joined(row) for row in rows]


def _joined(parts: Sequence[Content]) -> Content:
    """Set parts apart. Not by `Content.join`, whose length has a space too many (Textual 8)."""
    apart = [each for part in parts for each in (_SPACE, part)]
    return Content.assemble(*apart[1:])


def _link(status: Status, since: datetime) -> Content:
    state = status.link.state
    words = link_word(state)
    if state is LinkState.OFFLINE:
        words = f"○ {say('Offline since {time}', time=clock_time(since)[:5])}"
    return Content.styled(words, f"bold {_COLOURS[state]}")


def sound_off() -> str:
    """Say that no verdict is heard."""
    return say("MUTED")


def _venue(venue: VenueStatus | None) -> list[Content]:
    """Say whether the venue's other gates can be asked, and how many tickets they don't know of."""
    if venue is None:
        return []
    state = (
        Content(f"◆ {say('venue')}")
        if venue.connected
        else Content.styled(f"◇ {say('ALONE')}", "bold $fair")
    )
    unclaimed = say_count("{count} not claimed", "{count} not claimed", venue.unclaimed)
    return [state, *([Content.styled(unclaimed, "bold $fair")] if venue.unclaimed else [])]


def _list(status: Status, now: datetime) -> Content:
    if status.synced is None:
        return Content.styled(say("no list yet"), "bold $fair")
    return Content(say("list {age} old", age=age(status.synced, now)))


def _pace(status: Status, now: datetime) -> Content:
    """Draw the minutes since the first patron, the tallest bar for the busiest; name the rate."""
    found = pace(status.by_minute, now, PACE_MINUTES)
    top = max(found.counts, default=0) or 1
    bars = "".join(_BARS[-(-count * (len(_BARS) - 1) // top)] for count in found.counts)
    places = 1 if 0 < found.per_minute < _FEW else 0
    rate = say("{count}/min", count=decimal(found.per_minute, places))
    return Content.assemble((bars, "$accent"), " ", rate) if bars else Content(rate)


def _admitted(status: Status) -> Content:
    here, everywhere = status.admitted.here, status.admitted.everywhere
    return Content(say("{here} in here, {all} in all", here=number(here), all=number(everywhere)))


def _queue(status: Status) -> list[Content]:
    """Count the admissions by state; what nobody has looked at yet, and must, comes first."""
    conflicts, refused = (
        status.counts.get(each, 0) - status.seen_to.get(each, 0)
        for each in (State.CONFLICT, State.REFUSED)
    )
    doubles = len(status.doubles.open)
    warnings = [
        (doubles, say_count("{count} DOUBLE ENTRY", "{count} DOUBLE ENTRIES", doubles), "#ffd60a"),
        (conflicts, say_count("{count} CONFLICT", "{count} CONFLICTS", conflicts), "#ffd60a"),
        (refused, say_count("{count} REFUSED", "{count} REFUSED", refused), "#ff8a8a"),
    ]
    parts = [
        Content.styled(f" ▲ {words} ", f"bold #000000 on {colour}")
        for count, words, colour in warnings
        if count
    ]
    return [*parts, _joined(_waiting(status))]


def _waiting(status: Status) -> list[Content]:
    def of(state: State) -> int:
        return status.counts.get(state, 0)

    return [
        Content(say_count("{count} queued", "{count} queued", of(State.QUEUED))),
        Content(say_count("{count} sending", "{count} sending", of(State.SENDING))),
        Content(say_count("{count} confirmed", "{count} confirmed", of(State.CONFIRMED))),
    ]
