"""Another token: a closed gate is opened again, or a shift goes on, without leaving the screen."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from scanner.errors import ScannerError
from scanner.sync.status import Status
from scanner.tui.drawing.poster import Poster
from scanner.tui.gate.modal import Modal
from scanner.tui.ports import OpenWith
from scanner.tui.wizard.answers import token_code
from scanner.wording.catalogue import say, say_count
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence

_LONGEST = 200
"""Characters; a token's QR may have more than its code."""


class TokenScreen(Modal):
    """Takes a token's code, typed or scanned, and opens the gate with it.

    Args:
        open_with: opens the gate.
        shown: returns what the gate's screen shows now.
        status: the gate's state.
        tell: says a sentence on the gate's screen.
        wake: syncs without waiting.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Open the gate with it", priority=True),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    TokenScreen #why { height: auto; padding: 1; }
    TokenScreen Input { border: tall $accent; background: $surface; }
    """

    class Scanned(Message):
        """A code was read that a token may have."""

        def __init__(self, code: str) -> None:
            self.code = code
            super().__init__()

    def __init__(
        self,
        open_with: OpenWith,
        shown: Callable[[], Poster],
        status: Callable[[], Status],
        tell: Callable[[str], None],
        wake: Callable[[], None],
    ) -> None:
        super().__init__(shown)
        self._open_with = open_with
        self._status = status
        self._tell = tell
        self._wake = wake
        self._busy = False

    def body(self) -> list[Widget]:
        """Return the words and the line."""
        return [Static("", id="why", markup=False), Input(max_length=_LONGEST)]

    def populate(self) -> None:
        """Say why the gate is closed, and ask for the code."""
        super().populate()
        self.entitle(say("Open the gate with another token"))
        closed = self._status().closed
        words = [f"{sentence(closed.fact)}."] if closed else []
        words += [
            say("Scan the new token's code, or type it: eight letters and digits."),
            say("Guard and gate stay as they are; what is queued is sent all the same."),
        ]
        self.query_one("#why", Static).update(Content("\n".join(words)))
        line = self.query_one(Input)
        line.placeholder = "A0F9GG8D"
        self.set_focus(line)

    def clear(self) -> None:
        """Remove the code."""
        self.query_one(Input).value = ""

    def offer(self, payload: str) -> bool:
        """Take a payload that has a token code's form; tell whether it has. Any thread."""
        code = token_code(payload)
        return code is not None and self.post_message(self.Scanned(code))

    def on_token_screen_scanned(self, message: Scanned) -> None:
        """Show what was scanned, and open the gate with it."""
        self.query_one(Input).value = message.code
        self.action_take()

    def action_take(self) -> None:
        """Open the gate with what stands in the line."""
        code = token_code(self.query_one(Input).value)
        if code is None:
            self.say(say("This is no token's code: that has eight letters and digits."))
        elif not self._busy:
            self._busy = True
            self.say(say("Asking the server …"))
            self.run_worker(self._open(code), exit_on_error=False)

    async def _open(self, code: str) -> None:
        try:
            opened = await asyncio.to_thread(self._open_with, code)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        finally:
            self._busy = False
        self._wake()
        tickets = say_count("{count} ticket", "{count} tickets", opened.tickets)
        sections = plain(", ".join(opened.sections))
        self._tell(say("Opened: {sections}, {tickets}.", sections=sections, tickets=tickets))
        if self.is_current:
            self.dismiss()
