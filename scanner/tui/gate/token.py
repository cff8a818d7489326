"""Opens the gate with another token, or for another check-in list; for another event it asks."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static

from scanner.errors import ScannerError
from scanner.sync.errors import OtherEvent
from scanner.sync.status import Status
from scanner.tui.drawing.poster import Poster
from scanner.tui.gate.modal import Modal, Question, undelivered
from scanner.tui.ports import Reopen
from scanner.tui.widgets.key_line import KeyLine
from scanner.tui.wizard.answers import new_device, token_code
from scanner.wording.catalogue import say, say_count
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence

if TYPE_CHECKING:
    from scanner.app.reopening import GateChoice
    from scanner.tui.ports import OpenWith

_LONGEST = 500
"""Characters; a token's QR may have more than its code, and a new device's an address."""

_DIGITS = "123456789"


class TokenScreen(Modal):
    """Takes a token's code, typed or scanned, and opens the gate with it.

    At pretix it offers the check-in lists instead, and takes a new device. Below stand the sessions
    that the gate was open for before.

    Args:
        reopen: opens the gate.
        shown: returns what the gate's screen shows now.
        status: the gate's state.
        tell: says a sentence on the gate's screen.
        opened: called once it is open.
        ways: knows what else the gate may be opened for.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Open the gate with it", priority=True),
        Binding("down", "to_list", show=False),
        *(Binding(each, f"point({each})", show=False) for each in _DIGITS),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    TokenScreen #why { height: auto; padding: 1; }
    TokenScreen #said { height: auto; max-height: 4; }
    TokenScreen OptionList { display: none; height: auto; max-height: 6; }
    TokenScreen.-lists #why { padding: 0 1; }
    TokenScreen.-lists OptionList { display: block; }
    TokenScreen #caution { height: auto; padding: 0 1; color: $warning; }
    TokenScreen Input { border: tall $accent; background: $surface; }
    """

    class Scanned(Message):
        """A code was read that a token may have, or a new device."""

        def __init__(self, code: str) -> None:
            self.code = code
            super().__init__()

    def __init__(
        self,
        reopen: Reopen,
        shown: Callable[[], Poster],
        status: Callable[[], Status],
        tell: Callable[[str], None],
        opened: Callable[[], None],
        *,
        ways: "OpenWith | None" = None,
    ) -> None:
        super().__init__(shown)
        self._reopen = reopen
        self._ways = ways
        self._lists: Sequence[GateChoice] = ()
        self._chooses = False
        self._status = status
        self._tell = tell
        self._opened = opened
        self._busy = False

    def body(self) -> list[Widget]:
        """Return the words and the line."""
        return [
            Static("", id="why", markup=False),
            OptionList(markup=False),
            Static("", id="caution", markup=False),
            Input(max_length=_LONGEST),
        ]

    def populate(self) -> None:
        """Say why the gate is closed, and ask for the code, or for the list."""
        super().populate()
        self._explain(
            say("Open the gate with another token"),
            say("Scan the new token's code, or type it: eight letters and digits."),
        )
        line = self.query_one(Input)
        line.placeholder = "" if self._chooses else "A0F9GG8D"
        self.set_focus(line)
        self.run_worker(self._look(), exclusive=True, group="lists", exit_on_error=False)

    def clear(self) -> None:
        """Remove the code, and the lists."""
        self.query_one(Input).value = ""
        self.query_one(OptionList).clear_options()
        self.query_one("#caution", Static).update("")
        self.remove_class("-lists")

    def _explain(self, title: str, *how: str) -> None:
        self.entitle(title)
        closed = self._status().closed
        words = [f"{sentence(closed.fact)}."] if closed else []
        words += [
            *how,
            say("Guard and gate stay as they are; what is queued is sent all the same."),
        ]
        self.query_one("#why", Static).update(Content("\n".join(words)))

    async def _look(self) -> None:
        """Offer the check-in lists, where the gate is opened for one."""
        self._chooses = self._ways is not None and await asyncio.to_thread(self._ways.chooses)
        if self._ways is None:
            return
        try:
            earlier = await asyncio.to_thread(self._ways.earlier)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        self._offer(earlier)
        if not self._chooses:
            if earlier:
                self._explain(
                    say("Open the gate with another token"),
                    say("Scan the new token's code, or type it: eight letters and digits."),
                    say("Or go back to where it was open before: ↓ and Enter."),
                )
            return
        self._explain(
            say("Open the gate for another check-in list"),
            say("Choose a list; or scan the QR that pretix shows for a new device."),
        )
        self.query_one(Input).placeholder = say("a new device's address and code")
        self.say(say("Asking the server …"))
        try:
            lists = await asyncio.to_thread(self._ways.lists)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        self.say("")
        self._offer([*lists, *earlier])
        if self._lists:
            options = self.query_one(OptionList)
            self.set_focus(options)
            options.highlighted = next((n for n, e in enumerate(self._lists) if e.is_open), 0)

    def _offer(self, choices: "Sequence[GateChoice]") -> None:
        """List what the gate may be opened for."""
        self._lists = choices
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(map(_line, range(1, len(choices) + 1), choices))
        self.set_class(bool(choices), "-lists")

    def action_to_list(self) -> None:
        """Go from the line to the list."""
        options = self.query_one(OptionList)
        if options.option_count:
            self.set_focus(options)
            options.highlighted = options.highlighted or 0

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say what the gate can't judge at that list."""
        cautions = self._lists[event.option_index].cautions
        words = "\n".join(f"▲ {sentence(each)}" for each in cautions)
        self.query_one("#caution", Static).update(Content(words))

    def on_option_list_option_selected(self) -> None:
        """Open the gate for the list that was clicked."""
        self.action_take()

    def action_point(self, number: int) -> None:
        """Move the cursor to the list of that number; Enter chooses it."""
        options = self.query_one(OptionList)
        if options.has_focus and number <= options.option_count:
            options.highlighted = number - 1

    def offer(self, payload: str) -> bool:
        """Take a token's code, or what pretix shows for a device; tell whether it is. Any thread.

        Where lists are chosen, a code of eight characters is a ticket's.
        """
        try:
            code = payload if new_device(payload) else None
        except ScannerError:
            code = payload  # it is said what is wrong with it
        if code is None and not self._chooses:
            code = token_code(payload)
        return code is not None and self.post_message(self.Scanned(code))

    def on_token_screen_scanned(self, message: Scanned) -> None:
        """Show what was scanned, and open the gate with it."""
        line = self.query_one(Input)
        line.value = " ".join(message.code.split())
        self.set_focus(line)
        self.action_take()

    def action_take(self) -> None:
        """Open the gate with what stands in the line, or for the list that the cursor is on."""
        code = self._chosen()
        if code is not None and not self._busy:
            self._busy = True
            self.say(say("Asking the server …"))
            self.run_worker(self._open(code), exit_on_error=False)

    def _chosen(self) -> str | None:
        """Return what to open the gate with; where it is nothing, say why."""
        options, text = self.query_one(OptionList), self.query_one(Input).value
        if options.has_focus and options.highlighted is not None:
            return self._lists[options.highlighted].code
        try:
            code = text if new_device(text) else token_code(text)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return None
        if code is None and self._chooses:
            self.say(say("This is no new device's address and code."))
        elif code is None:
            self.say(say("This is no token's code: that has eight letters and digits."))
        return code

    async def _open(self, code: str, *, other_event: bool = False) -> None:
        try:
            opened = await self._reopen(code, other_event)
        except OtherEvent as error:
            self._ask(error, code)
            return
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        finally:
            self._busy = False
        self._opened()
        tickets = say_count("{count} ticket", "{count} tickets", opened.tickets)
        sections = plain(", ".join(opened.sections))
        self._tell(say("Opened: {sections}, {tickets}.", sections=sections, tickets=tickets))
        if self.is_current:
            self.dismiss()

    def _ask(self, error: OtherEvent, code: str) -> None:
        def go_on() -> None:
            self._busy = True
            self.run_worker(self._open(code, other_event=True), exit_on_error=False)

        self.say("")
        self.app.push_screen(OtherEventScreen(error, self._status().waiting, go_on))


def _line(number: int, choice: "GateChoice") -> str:
    told = [plain(choice.event, 40), plain(choice.name, 40)]
    if choice.is_open:
        told.append(say("open now"))
    return f"{number if number <= len(_DIGITS) else ' '}  {' · '.join(told)}"


class OtherEventScreen(Question):
    """Asks whether to close this event here and to open another one; a second key does.

    Args:
        error: names the other event.
        waiting: admissions of this one that are not sent yet.
        go_on: opens the other one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "go_on", "Open for the other event"),
        Binding("escape", "leave", "Stay", key_display="Esc"),
    ]

    def __init__(self, error: OtherEvent, waiting: int, go_on: Callable[[], None]) -> None:
        super().__init__()
        self._error = error
        self._waiting = waiting
        self._go_on = go_on

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        words = [
            sentence(self._error.fact),
            *undelivered(self._waiting, say("To send them: open the gate for this event again.")),
            say("y closes this event here and opens the other one, Esc stays."),
        ]
        with Vertical() as box:
            box.border_title = say("Open for another event?")
            yield Static(Content("\n".join(words)), markup=False)
        yield KeyLine()

    def action_go_on(self) -> None:
        """Open for the other event."""
        self.dismiss()
        self._go_on()
