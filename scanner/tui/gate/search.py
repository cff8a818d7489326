"""Find a ticket by a part of its serial or name, or by one that is mistyped, and look at it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from scanner.errors import ScannerError
from scanner.store.search import MOST, Found, Typed
from scanner.tui.drawing.charts import facts
from scanner.tui.drawing.faces import FACES
from scanner.tui.drawing.poster import Poster
from scanner.tui.drawing.theme import tint
from scanner.tui.gate.modal import Modal
from scanner.tui.ports import Clock, Records
from scanner.tui.widgets.drawn import Drawn
from scanner.tui.widgets.key_line import AT_THE_GATE
from scanner.wording import verdict as words
from scanner.wording.books import ticket_rows
from scanner.wording.catalogue import say, say_count
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence
from scanner.wording.verdict import serial_form

Admit = Callable[[str], None]
"""Presents a serial by hand."""


class SearchScreen(Modal):
    """An input and its results; Enter opens the marked ticket, and lets nobody in.

    Args:
        records: finds tickets.
        shown: returns what the gate's screen shows now.
        names: whether owners' names may be searched and shown.
        look: opens a ticket.
        lets_in: whether its patron can be let in then.
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
        names: Callable[[], bool],
        look: Callable[[Found], None],
        lets_in: bool,
    ) -> None:
        super().__init__(shown)
        self._records = records
        self._open = look
        self._lets_in = lets_in
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
            if self._lets_in
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
            self._open(self.found[marked])

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


class TicketScreen(Modal):
    """What is known of one ticket, and the question whether to let its patron in.

    Args:
        records: reads the ticket.
        shown: returns what the gate's screen shows now.
        found: the ticket.
        clock: the time now.
        names: whether the owner's name may be shown.
        admit: lets the patron in; nothing where the ticket is only looked up.
        lets_out: whether the gate counts those who leave: then it lets the patron out.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        replace(AT_THE_GATE["let_in"], action="admit", tooltip=""),
        Binding("l", "show_it", "Show it to the gate"),
        Binding("l", "let_out", "Let out"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    TicketScreen #facts { height: 1fr; padding: 1 2; }
    TicketScreen #question { height: auto; padding: 0 2 1 2; text-style: bold; }
    """

    def __init__(
        self,
        records: Records,
        shown: Callable[[], Poster],
        found: Found,
        *,
        clock: Clock,
        names: bool,
        admit: Admit | None,
        lets_out: bool = False,
    ) -> None:
        super().__init__(shown)
        self._records = records
        self._found = found
        self._lets_out = lets_out
        self._clock = clock
        self._names = names
        self._admit = admit

    def body(self) -> list[Widget]:
        """Return the facts and the question."""
        return [
            Drawn(id="facts"),
            Static(self._question(), id="question", markup=False),
        ]

    @property
    def _owner(self) -> str:
        return plain(self._found.name, 40) if self._names else ""

    def populate(self) -> None:
        """Read the ticket."""
        super().populate()
        self.entitle(say("Ticket {serial}", serial=plain(self._found.serial, 40)))
        self.run_worker(self._read(), exit_on_error=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let nobody in where a ticket is only looked up, and say so where the gate would not."""
        if action in ("admit", "show_it", "let_out"):
            in_again = "admit" if self._found.verdict.admits else "show_it"
            wanted = "let_out" if self._lets_out else in_again
            return self._admit is not None and action == wanted
        return super().check_action(action, parameters)

    def action_show_it(self) -> None:
        """Present the ticket by hand though it is refused; a supervisor can go on from there."""
        self.action_admit()

    def action_let_out(self) -> None:
        """Present the ticket by hand to a gate that counts those who leave."""
        self.action_admit()

    def action_admit(self) -> None:
        """Present the ticket by hand; the verdict is the gate's."""
        if self._admit:
            while isinstance(self.app.screen, Modal):
                self.app.pop_screen()
            self._admit(self._found.serial)

    async def _read(self) -> None:
        try:
            view = await asyncio.to_thread(self._records.ticket, self._found.serial)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        if view is None:
            self.say(say("This ticket is not on the list any more."))
            return
        rows: list[tuple[str, str | Content]] = [*ticket_rows(view, self._owner, self._clock())]
        rows.append((say("The gate now"), self._verdict(view.found)))
        self.query_one("#facts", Drawn).show(partial(facts, rows))

    def _question(self) -> str:
        who = " · ".join(part for part in (self._owner, plain(self._found.serial, 40)) if part)
        if self._admit is None:
            return say("Only looked up: nobody is let in from here. Esc goes back.")
        if self._lets_out:
            return say("Let out {who}? l lets them out, Esc goes back.", who=who)
        if self._found.verdict.admits:
            return say("Let in {who}? l lets them in, Esc goes back.", who=who)
        return say(
            "The gate does not let in {who}. l shows the ticket to the gate as if it were scanned; "
            "the supervisor can go on from there. Esc goes back.",
            who=who,
        )

    def _verdict(self, found: Found) -> Content:
        face = FACES[found.verdict.light]
        why = sentence(found.verdict.fact_at(self._clock()))
        headline = f"{face.symbol} {words.headline(found.verdict)}  "
        return Content.assemble((headline, f"bold {tint(face)}"), why)


def found_line(found: Found, *, names: bool) -> Content:
    """Put one ticket on one line: the shape of its verdict, serial, section, owner."""
    face = FACES[found.verdict.light]
    parts = [plain(found.serial, 40), plain(found.section, 30)]
    if names:
        parts.append(plain(found.name, 30))
    text = "  ".join(part for part in parts if part)
    return Content.assemble((f"{face.symbol} ", f"bold {tint(face)}"), text)


class MistypedScreen(Modal):
    """Shows what was typed, and the tickets that may have been meant; none is let in by that.

    Args:
        shown: returns what the gate's screen shows now.
        typed: what was typed, and what is near it.
        names: whether owners' names may be shown.
        look: opens a ticket.
        again: opens the line with a text, to be corrected.
        as_typed: presents the text as it is.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Choose", priority=True),
        Binding("i", "again", "Correct it", tooltip="Correct what was typed"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    MistypedScreen #typed { height: auto; padding: 1 1 1 1; }
    MistypedScreen OptionList { height: 1fr; border: none; background: $surface; }
    """

    def __init__(
        self,
        shown: Callable[[], Poster],
        typed: Typed,
        *,
        names: bool,
        look: Callable[[Found], None],
        again: Callable[[str], None],
        as_typed: Callable[[str], None],
    ) -> None:
        super().__init__(shown)
        self._typed = typed
        self._names = names
        self._look = look
        self._again = again
        self._as_typed = as_typed

    def body(self) -> list[Widget]:
        """Return what was typed, and the choices."""
        near = [Option(found_line(each, names=self._names)) for each in self._typed.near]
        rest = [
            Option(say("Correct what was typed")),
            Option(say("Nothing is mistyped: show it to the gate as it is")),
        ]
        return [Static(self._words(), id="typed", markup=False), OptionList(*near, *rest)]

    def populate(self) -> None:
        """Mark the first choice."""
        super().populate()
        self.entitle(say("Typed: {text}", text=plain(self._typed.text, 60)))
        choices = self.query_one(OptionList)
        choices.highlighted = 0
        self.set_focus(choices)

    def action_choose(self) -> None:
        """Open the marked ticket, or correct, or show what was typed to the gate."""
        marked, near = self.query_one(OptionList).highlighted or 0, self._typed.near
        if marked < len(near):
            self._look(near[marked])
        elif marked == len(near):
            self.action_again()
        else:
            self.app.pop_screen()
            self._as_typed(self._typed.text)

    def on_option_list_option_selected(self) -> None:
        """Do what was clicked."""
        self.action_choose()

    def action_again(self) -> None:
        """Go back to the line, with what was typed in it."""
        self.app.pop_screen()
        self._again(self._typed.text)

    def _words(self) -> Content:
        lines = [
            say("No ticket of the list has this serial.")
            if self._typed.formed
            else say("This is no serial: {form}.", form=serial_form())
        ]
        if self._typed.near:
            lines.append(say("Did you mean one of these? Enter opens the ticket."))
        return Content("\n".join(lines))
