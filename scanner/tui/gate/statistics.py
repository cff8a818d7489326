"""The evening in plots: by section, by quarter of an hour, by verdict, by device."""

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Grid
from textual.widget import Widget
from textual_plotext import PlotextPlot

from scanner.admission.verdict import Kind
from scanner.desk.forecast import forecast
from scanner.errors import ScannerError
from scanner.store.statistics import MINUTES, Evening, SectionFigure, series
from scanner.sync.status import Status
from scanner.tui.drawing.poster import Poster
from scanner.tui.gate.modal import Modal
from scanner.tui.ports import Clock, Records
from scanner.wording.catalogue import number, say
from scanner.wording.plain import clock_time, plain
from scanner.wording.sentences import sentence
from scanner.wording.verdict import title

REFRESH_SECONDS = 5.0

_MOST_BARS = 8
_LONGEST_NAME = 14
_COLOUR = (64, 132, 214)  # 3:1 and more on dark and light grounds
_TICKS, _TICKS_WHERE_NARROW = 4, 2
_NARROW = 120
"""Columns of the screen. Numbers that have no room side by side are left out by plotext, and which
of them is chance: it puts them in the order of a set of texts."""


class StatisticsScreen(Modal):
    """Four plots, and when the queue outside is in."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "look", "Count again")]
    DEFAULT_CSS: ClassVar[str] = """
    StatisticsScreen Grid { grid-size: 2 2; height: 1fr; display: none; }
    StatisticsScreen.-counted Grid { display: block; }
    """

    def __init__(
        self,
        records: Records,
        status: Callable[[], Status],
        clock: Clock,
        shown: Callable[[], Poster],
    ) -> None:
        super().__init__(shown)
        self._records = records
        self._status = status
        self._clock = clock

    def body(self) -> list[Widget]:
        """Return the plots."""
        names = ("sections", "quarters", "verdicts", "devices")
        return [Grid(*(PlotextPlot(id=name) for name in names))]

    def on_mount(self) -> None:
        """Count again from now on."""
        self.set_interval(REFRESH_SECONDS, self.follow)

    def populate(self) -> None:
        """Count now."""
        super().populate()
        self.entitle(say("Statistics"))
        self.call_after_refresh(self.action_look)  # the plots are not to come before the title

    def clear(self) -> None:
        """Hide the plots: drawing them takes longer than the answer to a key may."""
        self.workers.cancel_group(self, "read")
        self.remove_class("-counted")

    def action_look(self) -> None:
        """Count again."""
        self.run_worker(self._read(), group="read", exclusive=True, exit_on_error=False)

    def follow(self) -> None:
        """Look again, where it is seen."""
        if self in self.app.screen_stack:
            self.action_look()

    async def _read(self) -> None:
        try:
            evening = await asyncio.to_thread(self._records.evening)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        self.say(self._outlook(evening))
        self._draw(evening)
        self.add_class("-counted")  # not before: to plot takes longer than the key's answer may

    def _draw(self, evening: Evening) -> None:
        sections = [
            (_of(each), _percent(each) if each.capacity else each.admitted)
            for each in evening.sections
        ]
        self._bars("sections", say("In, of capacity"), sections)
        quarters = [(clock_time(at)[:5], count) for at, count in evening.quarters[-_MOST_BARS:]]
        self._bars("quarters", say("By quarter of an hour"), quarters)
        verdicts = [(title(Kind(kind)), count) for kind, count in evening.verdicts]
        self._bars("verdicts", say("Verdicts of this gate"), verdicts)
        devices = [(plain(name, _LONGEST_NAME) or "?", count) for name, count in evening.devices]
        self._bars("devices", say("In, by device"), devices)

    def _bars(self, name: str, title: str, bars: Sequence[tuple[str, int]]) -> None:
        """Draw horizontal bars, the first on top, its number behind each name."""
        plot = self.query_one(f"#{name}", PlotextPlot)
        plot.plt.clear_data()
        plot.plt.clear_figure()
        plot.plt.title(title)
        shown = list(reversed(bars[:_MOST_BARS]))
        if shown:
            labels = [
                label if "/" in label else f"{label} {number(count)}" for label, count in shown
            ]
            counts = [count for _, count in shown]
            plot.plt.bar(labels, counts, orientation="horizontal", width=0.4, color=_COLOUR)
            most = max(100 if name == "sections" else 1, *counts)
            plot.plt.xlim(0, most)
            ticks = _TICKS_WHERE_NARROW if self.app.size.width < _NARROW else _TICKS
            plot.plt.xticks([*range(0, most + 1, -(-most // ticks))])  # nobody counts halves
        plot.refresh()

    def _outlook(self, evening: Evening) -> str:
        now = self._clock()
        left = evening.tickets - evening.tickets_in
        found = forecast(series(self._status().by_minute, now, MINUTES), left, now)
        if found is None:
            return say("{left} tickets are still out.", left=number(left))
        return say(
            "{coming} more are expected, in by {time} at this gate's pace of {pace}/min.",
            coming=number(found.coming),
            time=clock_time(found.at)[:5],
            pace=f"{found.per_minute:.0f}",
        )


def _of(section: SectionFigure) -> str:
    of = f"/{number(section.capacity)}" if section.capacity else "/?"
    return f"{plain(section.name, _LONGEST_NAME)} {number(section.admitted)}{of}"


def _percent(section: SectionFigure) -> int:
    return round(100 * section.admitted / section.capacity) if section.capacity else 0
