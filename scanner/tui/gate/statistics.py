"""The evening in plots: by section, by five minutes, by gate, and what was refused."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Grid, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from scanner.desk.forecast import of_house
from scanner.errors import ScannerError
from scanner.store.statistics import Evening
from scanner.sync.status import Status
from scanner.tui.drawing import evening_plots as plots
from scanner.tui.drawing.poster import Poster
from scanner.tui.gate.modal import FollowedModal
from scanner.tui.ports import Clock, Records
from scanner.tui.widgets.drawn import Drawn
from scanner.wording.catalogue import say
from scanner.wording.sentences import sentence

_WIDE, _TALL = 100, 30
"""Columns and rows of the screen from which on all plots are shown at once."""


class Plot(VerticalScroll, inherit_bindings=False):
    """One plot; ← and → are the screen's, so a plot scrolls up and down only."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", show=False),
        Binding("down", "scroll_down", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
    ]


class StatisticsScreen(FollowedModal):
    """How many are inside and to come, and four plots: beside one another where there is room."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "page(1)", "Next", key_display="→", tooltip="Go to the next plot"),
        Binding("left", "page(-1)", "Previous", key_display="←", tooltip="Go to the plot before"),
        Binding("t", "page(1)", "Next", tooltip="Go to the next plot", show=False),
    ]
    REFRESH_SECONDS: ClassVar[float] = 5.0
    AUTO_FOCUS = ""
    DEFAULT_CSS: ClassVar[str] = """
    StatisticsScreen #outlook { height: auto; max-height: 2; padding: 0 1; }
    StatisticsScreen Grid { grid-size: 1 1; height: 1fr; display: none; }
    StatisticsScreen.-counted Grid { display: block; }
    StatisticsScreen.-wide.-tall Grid { grid-size: 2 2; grid-columns: 4fr 3fr; }
    StatisticsScreen Plot {
        display: none;
        padding: 0 1;
        border: round $faint;
        border-title-style: bold;
        border-title-color: $foreground;
        border-subtitle-color: $foreground;
        scrollbar-size-vertical: 1;
        &.-turned { display: block; }
        &:focus { border: round $accent; }
    }
    StatisticsScreen.-wide.-tall Plot { display: block; }
    StatisticsScreen #arrivals Drawn { height: 100%; }
    """

    def __init__(
        self,
        records: Records,
        status: Callable[[], Status],
        clock: Clock,
        shown: Callable[[], Poster],
    ) -> None:
        super().__init__(shown)
        self.HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_WIDE, "-wide")]
        self.VERTICAL_BREAKPOINTS = [(0, "-low"), (_TALL, "-tall")]
        self._records = records
        self._status = status
        self._clock = clock
        self._turned = 0

    def body(self) -> list[Widget]:
        """Return the plots."""
        panels = [Plot(Drawn(), id=name) for name in plots.names()]
        return [Drawn(id="outlook"), Grid(*panels)]

    def on_resize(self) -> None:
        """Name the plots in the title only where they are pages."""
        self._show_page()

    def populate(self) -> None:
        """Count now."""
        super().populate()
        self._turned = 0
        self._show_page()
        self.call_after_refresh(self.look)  # the plots are not to come before the title

    def clear(self) -> None:
        """Hide the plots: drawing them takes longer than the answer to a key may."""
        self.workers.cancel_group(self, "read")
        self.remove_class("-counted")

    def action_page(self, by: int) -> None:
        """Go to another plot; the first follows the last."""
        self._turned = (self._turned + by) % len(plots.names())
        self._show_page()

    @property
    def _roomy(self) -> bool:
        return self.size.width >= _WIDE and self.size.height >= _TALL

    def _show_page(self) -> None:
        """Show the plot that the keys came to; its list can be scrolled."""
        names = list(plots.names().items())
        for place, (plot, _) in enumerate(names):
            self.query_one(f"#{plot}").set_class(place == self._turned, "-turned")
        self.query_one(f"#{names[self._turned][0]}").focus()
        parts = [Content.styled(say("Statistics"), "bold")]
        if not self._roomy:
            parts += [
                Content.styled(f" {name} ", "reverse" if place == self._turned else "$faint")
                for place, (_, name) in enumerate(names)
            ]
        title = Content("  ").join(parts)
        if title.cell_length > self.size.width - 2:  # a phone's: the page, and its number
            number = Content.styled(f"{self._turned + 1}/{len(names)}", "$faint")
            title = Content("  ").join([parts[0], parts[1 + self._turned], number])
        self.query_one("#title", Static).update(title)

    async def read(self) -> None:
        """Count, and draw."""
        try:
            evening = await asyncio.to_thread(self._records.evening)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        self._draw(evening)
        self.add_class("-counted")  # not before: to plot takes longer than the key's answer may

    def _draw(self, evening: Evening) -> None:
        now, heard = self._clock(), self._status().synced
        found = of_house(evening.arrivals, evening.to_come, now, heard)
        self.query_one("#outlook", Drawn).show(partial(plots.outlook, evening, found))
        views = plots.of(evening, found, now, heard)
        for name, view in views.items():
            panel = self.query_one(f"#{name}", Plot)
            panel.border_title, panel.border_subtitle = plots.names()[name], view.legend
            panel.query_one(Drawn).show(view.draw)
