"""Find a ticket by a part of its serial or of a name, and open it."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from scanner.errors import ScannerError
from scanner.store.search import MOST, Found
from scanner.tui.drawing.poster import Poster
from scanner.tui.gate.modal import Modal
from scanner.tui.gate.ticket import Admit, TicketScreen, found_line
from scanner.tui.ports import Clock, Records
from scanner.wording.catalogue import say, say_count
from scanner.wording.sentences import sentence


class SearchScreen(Modal):
    """An input and its results; Enter opens the marked ticket, and lets nobody in.

    Args:
        records: finds tickets.
        shown: returns what the gate's screen shows now.
        clock: the time now.
        names: whether owners' names may be searched and shown.
        admit: lets in the patron of a ticket that was opened; nothing where tickets are only
            looked up.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "look", "Open the ticket", priority=True),
        Binding("down", "move(1)", "Next", priority=True, show=False),
        Binding("up", "move(-1)", "Previous", priority=True, show=False),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    SearchScreen {
        & Input { border: tall $accent; background: $surface; }
        & OptionList { height: 1fr; border: none; background: $surface; }
    }
    """

    def __init__(
        self,
        records: Records,
        shown: Callable[[], Poster],
        *,
        clock: Clock,
        names: Callable[[], bool],
        admit: Admit | None,
    ) -> None:
        super().__init__(shown)
        self._records = records
        self._poster = shown
        self._clock = clock
        self._admit = admit
        self._names_wanted = names
        self._names = names()
        self.found: list[Found] = []

    def body(self) -> list[Widget]:
        """Return the line and the list."""
        return [Input(), OptionList()]

    def on_mount(self) -> None:
        """Leave the keys to the line."""
        self.query_one(OptionList).can_focus = False

    def populate(self) -> None:
        """Build the index, and show an empty line."""
        super().populate()
        self.entitle(
            say("Find a ticket")
            if self._admit
            else say("Look up a ticket: nobody is let in from here")
        )
        self._names = self._names_wanted()
        line = self.query_one(Input)
        line.placeholder = (
            say("Part of a serial or of a name") if self._names else say("Part of a serial")
        )
        self.set_focus(line)  # at once: the next key may be here already
        # Not before the screen is seen: it takes the interpreter that draws it.
        self.call_after_refresh(self.run_worker, self._prepare, exit_on_error=False)

    def clear(self) -> None:
        """Remove the query and its results."""
        self.workers.cancel_group(self, "search")
        line = self.query_one(Input)
        with line.prevent(Input.Changed):
            line.value = ""
        self.found = []
        self.query_one(OptionList).clear_options()

    async def on_input_changed(self, event: Input.Changed) -> None:
        """Search again at every key; a newer query cancels an older one."""
        self.run_worker(self._look(event.value), group="search", exclusive=True)

    def on_option_list_option_selected(self) -> None:
        """Open what was clicked."""
        self.action_look()

    def action_move(self, steps: int) -> None:
        """Mark the next or the previous one."""
        options = self.query_one(OptionList)
        if options.option_count:
            marked = (options.highlighted if options.highlighted is not None else -1) + steps
            options.highlighted = max(0, min(options.option_count - 1, marked))

    def action_look(self) -> None:
        """Open the marked ticket."""
        marked = self.query_one(OptionList).highlighted
        if marked is not None and marked < len(self.found):
            ticket = TicketScreen(
                self._records,
                self._poster,
                self.found[marked],
                clock=self._clock,
                names=self._names,
                admit=self._admit,
            )
            self.app.push_screen(ticket)

    async def _prepare(self) -> None:
        try:
            await asyncio.to_thread(self._records.prepare, names=self._names)
        except ScannerError as error:
            self.say(sentence(error.fact))
        if value := self.query_one(Input).value:
            self.run_worker(self._look(value), group="search", exclusive=True)

    async def _look(self, query: str) -> None:
        try:
            self.found = await asyncio.to_thread(self._records.search, query, names=self._names)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(found_line(each, names=self._names)) for each in self.found])
        options.highlighted = 0 if self.found else None
        if len(self.found) == MOST:
            self.say(say("The first {count} are shown; type more.", count=MOST))
        else:
            self.say(say_count("{count} ticket", "{count} tickets", len(self.found)))
