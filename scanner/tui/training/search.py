"""The search for a ticket by its owner's name."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from scanner.training.gate import Hit
from scanner.wording.catalogue import say
from scanner.wording.plain import plain

Search = Callable[[str], Sequence[Hit]]


class NameSearch(Vertical):
    """A line to type in and a list of results; closed by a choice or Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back", key_display="Esc")]
    DEFAULT_CSS: ClassVar[str] = """
    NameSearch { display: none; height: auto; background: $surface; }
    NameSearch.-open { display: block; }
    NameSearch Input, NameSearch Input:focus { height: 3; border: tall $accent; }
    NameSearch OptionList, NameSearch OptionList:focus { height: auto; max-height: 6;
        border: none; background: $surface; }
    NameSearch OptionList > .option-list--option-disabled { color: $warning; }
    """

    class Picked(Message):
        """A ticket was chosen."""

        def __init__(self, hit: Hit) -> None:
            self.hit = hit
            super().__init__()

    def __init__(self, search: Search) -> None:
        super().__init__()
        self._search = search
        self._hits: list[Hit] = []

    @property
    def opened(self) -> bool:
        """Tell whether the search is open."""
        return self.has_class("-open")

    def compose(self) -> ComposeResult:
        """Lay out line and list."""
        line = Input(placeholder=say("A part of the name, e.g. browne"), select_on_focus=False)
        line.border_title = say("Search by name")
        yield line
        yield OptionList()

    def open(self) -> None:
        """Open the search with an empty line."""
        self.add_class("-open")
        self._fill([])
        line = self.query_one(Input)
        line.value = ""
        line.focus()

    def action_leave(self) -> None:
        """Close the search."""
        if self.opened:
            self._close()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Update the results."""
        event.stop()
        self._fill(self._search(event.value))
        if event.value.strip() and not self._hits:
            nobody = Option(say("No ticket bears such a name."), disabled=True)
            self.query_one(OptionList).add_option(nobody)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Choose the only ticket of this gate, or focus the list."""
        event.stop()
        ours = [place for place, hit in enumerate(self._hits) if hit.permitted]
        if len(ours) == 1:
            self._pick(ours[0])
        elif self._hits:
            found = self.query_one(OptionList)
            found.highlighted = 0
            found.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Choose the ticket."""
        event.stop()
        self._pick(event.option_index)

    def _fill(self, hits: Sequence[Hit]) -> None:
        self._hits = list(hits)
        found = self.query_one(OptionList)
        found.clear_options()
        found.add_options([Option(_line(hit)) for hit in self._hits])

    def _pick(self, index: int) -> None:
        hit = self._hits[index]
        self._close()
        self.post_message(self.Picked(hit))

    def _close(self) -> None:
        self.remove_class("-open")
        self.screen.set_focus(None)


def _line(hit: Hit) -> str:
    parts = [plain(hit.name, 40), plain(hit.section, 30), hit.serial]
    if not hit.permitted:
        parts.append(say("another gate's"))
    return "   ".join(parts)
