"""A ticket's serial or code, typed by hand."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from scanner.admission.serial import LONGEST_PAYLOAD
from scanner.wording.catalogue import say
from scanner.wording.verdict import serial_form


class HandEntry(Input):
    """One line to type in; shown when asked for, gone after Enter or Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Check it"),
        Binding("escape", "leave", "Back", key_display="Esc"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    HandEntry, HandEntry:focus {
        display: none;
        height: 3;
        border: tall $accent;
        background: $surface;
        color: $foreground;
    }
    HandEntry.-open { display: block; }
    """

    class Typed(Message):
        """A text was typed and entered."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(
            max_length=LONGEST_PAYLOAD,
            select_on_focus=False,
            id=id,
        )
        self.can_focus = False

    @property
    def opened(self) -> bool:
        """Tell whether somebody may be typing."""
        return self.has_class("-open")

    def open(self, text: str = "", *, opaque: bool = False) -> None:
        """Show the line, empty or with a text to correct, and put the cursor into it.

        `opaque` tells whether tickets have codes without a form.
        """
        self.value = text
        self.cursor_position = len(text)
        if opaque:
            self.placeholder = say("The ticket's code, as it is printed")
            self.border_title = say("Type a code")
            self.border_subtitle = say("capitals and small letters count")
        else:
            self.placeholder = say("Serial, e.g. DAWIER-BACK75580348")
            self.border_title = say("Type a serial")
            self.border_subtitle = serial_form()
        self.can_focus = True
        self.add_class("-open")
        self.screen.set_focus(self)  # at once: the next key may be here already

    def action_leave(self) -> None:
        """Put the line away, what was typed with it."""
        self.value = ""
        self.remove_class("-open")
        self.screen.set_focus(None)
        self.can_focus = False

    async def action_submit(self) -> None:
        """Hand over what was typed and put the line away."""
        text = self.value.strip()
        self.action_leave()
        if text:
            self.post_message(self.Typed(text))
