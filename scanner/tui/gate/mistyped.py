"""A serial that was typed and is on no list: a typing mistake first, and only then a verdict."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from scanner.store.near import Typed
from scanner.store.search import Found
from scanner.tui.drawing.poster import Poster
from scanner.tui.gate.modal import Modal
from scanner.tui.gate.ticket import found_line
from scanner.wording.catalogue import say
from scanner.wording.plain import plain
from scanner.wording.verdict import serial_form


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
