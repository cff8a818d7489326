"""All scans of this gate at this event, whether they let in or not, to be filtered by verdict."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from scanner.admission.verdict import LIGHTS, Kind
from scanner.errors import ScannerError
from scanner.judging import Judged
from scanner.store.search import Found
from scanner.tui.drawing.poster import Poster
from scanner.tui.gate.modal import FollowedModal
from scanner.tui.ports import Clock, Records
from scanner.tui.widgets.last_scans import scan_line, widest_name
from scanner.wording.catalogue import say, say_count
from scanner.wording.sentences import sentence
from scanner.wording.ticket_notice import notice_lines
from scanner.wording.verdict import advice, title

MOST = 500
"""Rows; the newest."""

_KEPT_OUT = frozenset(LIGHTS) - {Kind.ADMITTED, Kind.EXITED}
_FILTERS: tuple[frozenset[Kind] | None, ...] = (
    None,
    _KEPT_OUT,
    frozenset({Kind.ADMITTED, Kind.REENTRY}),
    *(frozenset({kind}) for kind in LIGHTS if kind is not Kind.ADMITTED),
)
"""All, all who were kept out, all who were let in, then each other verdict."""


class ScansScreen(FollowedModal):
    """One line a scan, newest first; what the marked one means stands below.

    Args:
        records: reads the journal.
        shown: returns what the gate's screen shows now.
        clock: the time now.
        look: opens a ticket, from which nobody is let in.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "filter(1)", "Filter"),
        Binding("enter", "look", "Open the ticket", priority=True),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    ScansScreen {
        & OptionList { height: 1fr; border: none; background: $surface; text-wrap: nowrap;
            text-overflow: ellipsis; }
        & #what { height: 2; padding: 0 1; background: $panel; }
    }
    """

    def __init__(
        self,
        records: Records,
        shown: Callable[[], Poster],
        clock: Clock,
        look: Callable[[Found], None],
    ) -> None:
        super().__init__(shown)
        self._records = records
        self._clock = clock
        self._open = look
        self._filter = 0
        self._scans: list[Judged] = []

    def body(self) -> list[Widget]:
        """Return the list, and a line about the marked scan."""
        return [OptionList(), Static("", id="what", markup=False)]

    def populate(self) -> None:
        """Show all, the newest marked."""
        super().populate()
        self._filter = 0
        self.entitle(say("Scans"))
        self.set_focus(self.query_one(OptionList))  # at once: the next key may be here already
        self.look()

    def clear(self) -> None:
        """Remove what would take time when the screen is opened again."""
        self._scans = []
        self.query_one(OptionList).clear_options()

    def action_filter(self, steps: int) -> None:
        """Show another verdict's, or all."""
        self._filter = (self._filter + steps) % len(_FILTERS)
        self.look()

    def action_look(self) -> None:
        """Open the marked scan's ticket."""
        self.run_worker(self._look_up(), group="look", exclusive=True, exit_on_error=False)

    def on_option_list_option_highlighted(self) -> None:
        """Say what the marked scan means."""
        self._explain()

    def on_option_list_option_selected(self) -> None:
        """Open what was clicked."""
        self.action_look()

    async def read(self) -> None:
        """Read the scans of the filter, and list them."""
        kinds = _FILTERS[self._filter]
        try:
            found = await asyncio.to_thread(self._records.scans, kinds, MOST)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        count = say_count("{count} scan", "{count} scans", len(found))
        which = f"{_filter_word(kinds)} · {count}"
        self.entitle(say("{what}: {which}", what=say("Scans"), which=which))
        options = self.query_one(OptionList)
        if found == self._scans and options.option_count:
            return
        marked, follows = self._marked(), not options.highlighted  # the newest is followed
        self._scans = found
        now, width = self._clock(), widest_name()
        options.clear_options()
        options.add_options(Option(scan_line(each, width, now)) for each in found)
        if found:
            stays = not follows and marked in found
            options.highlighted = found.index(marked) if stays and marked else 0
        self._explain()

    async def _look_up(self) -> None:
        marked = self._marked()
        serial = marked.verdict.serial if marked else None
        try:
            view = await asyncio.to_thread(self._records.ticket, serial) if serial else None
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        if view:
            self._open(view.found)
        else:
            self.say(say("This gate knows no ticket of this scan."))

    def _marked(self) -> Judged | None:
        row = self.query_one(OptionList).highlighted
        return self._scans[row] if row is not None and row < len(self._scans) else None

    def _explain(self) -> None:
        marked = self._marked()
        words = [say("Nothing is here.")]
        if marked:
            told = marked.notice
            lines = notice_lines(told, admits=marked.verdict.admits) if told else ()
            words = [f"{sentence(marked.fact)}. {advice(marked.verdict)}", *lines]
        self.query_one("#what", Static).update("\n".join(words))


def _filter_word(kinds: frozenset[Kind] | None) -> str:
    if kinds is None:
        return say("all")
    if kinds == _KEPT_OUT:
        return say("those kept out")
    if Kind.ADMITTED in kinds:
        return say("those let in")
    (kind,) = kinds
    return title(kind)
