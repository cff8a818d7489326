"""The last presentations, newest first."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from scanner.admission.verdict import Kind
from scanner.judging import Judged
from scanner.tui.drawing.faces import FACES
from scanner.tui.drawing.theme import tint
from scanner.wording.catalogue import say
from scanner.wording.plain import clock_time, moment, plain
from scanner.wording.sentences import sentence
from scanner.wording.verdict import name, title

REMEMBERED = 50
"""Presentations; more than the tallest screen shows."""

_RECENT = timedelta(hours=12)
"""Scans of an earlier start that are still this evening's: the list shows no dates."""

FAINT = "$faint"  # still 7:1 on the list's ground


class LastScans(Widget):
    """As many of the last presentations as there are rows."""

    DEFAULT_CSS: ClassVar[str] = """
    LastScans {
        height: 4;
        padding: 0 1;
        background: $surface;
        color: $foreground;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._scans: deque[Judged] = deque(maxlen=REMEMBERED)

    def add(self, judged: Judged) -> None:
        """Put a presentation on top."""
        self._scans.appendleft(judged)  # of more than are remembered, the oldest goes
        self.refresh()

    def add_earlier(self, scans: Iterable[Judged], now: datetime) -> None:
        """Put what an earlier start has recorded below, newest first, but not another day's."""
        first = min((each.scan for each in self._scans), default=None)
        for each in scans:
            known = first is not None and each.scan >= first
            if not known and abs(now - each.at) < _RECENT and len(self._scans) < REMEMBERED:
                self._scans.append(each)
        self.refresh()

    def last(self) -> str:
        """Return the newest presentation on one line, or an empty text before the first."""
        return say("Last: {scan}", scan=scan_line(self._scans[0]).plain) if self._scans else ""

    def render(self) -> Content:
        """List the newest that fit."""
        if not self._scans:
            return Content.styled(say("No ticket was shown yet."), FAINT)
        shown = list(self._scans)[: max(1, self.size.height)]
        return Content("\n").join(scan_line(judged, widest_name()) for judged in shown)


def widest_name() -> int:
    """Return how many characters the longest name of a verdict has."""
    return max(len(title(kind)) for kind in Kind)


def scan_line(judged: Judged, title_width: int = 0, now: datetime | None = None) -> Content:
    """Put one presentation on one line: time, shape, words, serial, section or else reason.

    With `now`, one of another day has its date too.
    """
    at = moment(judged.at, now) if now else clock_time(judged.at)
    verdict = judged.verdict
    face = FACES[verdict.light]
    about = plain(verdict.section, 60) or sentence(judged.fact)
    serial = plain(verdict.serial, 40)
    unclaimed = judged.notice is not None and judged.notice.unclaimed and verdict.admits
    rest = "  ".join(part for part in (serial, about) if part)
    return Content.assemble(
        (at, FAINT),
        "  ",
        (f"{face.symbol} {name(verdict):<{title_width}}", f"bold {tint(face)}"),
        "  ",
        *(((f"▲ {say('not claimed')}", "bold $fair"), "  ") if unclaimed else ()),
        rest,
    )
