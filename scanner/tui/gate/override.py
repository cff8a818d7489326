"""The supervisor's acts: a refused patron is let in, or in again, and a gate is opened.

Both take a reason and the PIN. With another token, a gate is opened by its code, for another event
after a question.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from scanner.admission.rules import Remedy
from scanner.admission.verdict import Closed
from scanner.errors import ScannerError
from scanner.gate import Judged
from scanner.pin import LONGEST, PinCheck
from scanner.sync.errors import OtherEvent
from scanner.sync.status import Status
from scanner.tui.drawing.faces import FACES
from scanner.tui.drawing.poster import Poster
from scanner.tui.gate.modal import Modal, Question, undelivered
from scanner.tui.ports import Records, Reopen
from scanner.tui.widgets.key_line import KeyLine
from scanner.tui.widgets.strip import flowed
from scanner.tui.wizard.answers import token_code
from scanner.wording.catalogue import say, say_count
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence
from scanner.wording.verdict import title

LONGEST_REASON = 120
"""Characters; it is shown on one line and kept in the journal."""


_FRAME_CELLS = 4
"""The box's border and padding, on both sides."""


class ReasonLine(Input):
    """The line for a reason; while it is empty, a digit is left to choose one of those listed."""

    listed = 0

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Tell whether a key is to be written here."""
        chooses = key.isdecimal() and 1 <= int(key) <= self.listed and not self.value
        return not chooses and super().check_consume_key(key, character)


class OverrideScreen(Question):
    """Asks for a reason and the PIN; the verdict of it is shown by the gate as any other.

    Args:
        records: lets in, and opens.
        last: the last patron, who was refused, if anybody; there is a remedy for it.
        put_back: whether the gate is closed because its ledger is an old copy.
        reasons: the venue's own; without any, this program's are offered.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "Next", priority=True),
        Binding("escape", "leave", "Back", key_display="Esc"),
        *(
            Binding(str(number), f"choose({number})", "Reason", show=False, priority=True)
            for number in range(1, 10)
        ),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    OverrideScreen #why { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    OverrideScreen #reasons { height: auto; }
    """

    def __init__(
        self,
        records: Records,
        last: Callable[[], Judged | None],
        put_back: Callable[[], bool],
        reasons: Callable[[], Sequence[str]],
    ) -> None:
        super().__init__()
        self._records = records
        self._last = last
        self._put_back = put_back
        self._own_reasons = reasons
        self._refused: Judged | None = None
        self._busy = False

    def compose(self) -> ComposeResult:
        """Say who was refused and why; ask."""
        with Vertical():
            yield Static("", id="why", markup=False)
            yield Static("", id="reasons", markup=False)
            yield ReasonLine(
                placeholder=say("Reason: its digit, or any words"),
                id="reason",
                max_length=LONGEST_REASON,
            )
            yield Input(
                placeholder=say("Supervisor's PIN"), id="pin", password=True, max_length=LONGEST
            )
            yield Static("", id="said", markup=False)
        yield KeyLine()

    def populate(self) -> None:
        """Show who was refused, or why the gate is closed, and ask for the reason."""
        self._refused = None if self._put_back() else self._last()
        box = self.query_one(Vertical)
        if self._refused is None:
            box.border_title = say("Opened by the supervisor")
            words = sentence(Closed.PUT_BACK.fact)
        else:
            again = self._refused.remedy is Remedy.REENTRY
            box.border_title = (
                say("Let in again by the supervisor: a re-entry, and no second admission")
                if again
                else say("Let in by the supervisor")
            )
            verdict = self._refused.verdict
            face = FACES[verdict.kind]
            reason, serial = sentence(self._refused.fact), plain(verdict.serial, 40)
            words = f"{face.symbol} {title(verdict.kind)}  {serial}  {reason}"
        self.query_one("#why", Static).update(Content(words))
        listed = [f"{place} {each}" for place, each in enumerate(self._reasons, 1)]
        rows = flowed([Content(each) for each in listed], self.app.size.width - _FRAME_CELLS)
        self.query_one("#reasons", Static).update(Content("\n").join(rows) if listed else "")
        self.say("")
        line = self.query_one("#reason", ReasonLine)
        line.listed = len(listed)
        self.set_focus(line)
        self.run_worker(self._say_what_lacks())

    @property
    def _reasons(self) -> tuple[str, ...]:
        """What can be chosen: not for a gate that is an old copy, which is no patron's matter."""
        if self._refused is None:
            return ()
        return tuple(plain(each, LONGEST_REASON) for each in self._own_reasons()) or (
            say("Wristband lost"),
            say("Out for a moment"),
            say("Guest list"),
            say("Checked at the desk"),
        )

    def action_choose(self, number: int) -> None:
        """Take a reason of the list, and ask for the PIN at once: its keys may be here already."""
        self.query_one("#reason", Input).value = self._reasons[number - 1]
        self.set_focus(self.query_one("#pin", Input))

    async def action_next(self) -> None:
        """Go from the reason to the PIN, and from the PIN to the verdict."""
        reason, pin = self.query_one("#reason", Input), self.query_one("#pin", Input)
        if not plain(reason.value, LONGEST_REASON):
            self.say(say("Give a reason; it is kept in the journal."))
            reason.focus()
        elif not pin.value:
            pin.focus()
        elif not self._busy:
            self._busy = True
            self.run_worker(self._decide(pin.value, plain(reason.value, LONGEST_REASON)))
            pin.value = ""

    async def _say_what_lacks(self) -> None:
        """Say at once, and not after reason and PIN, that there is no PIN."""
        try:
            if not await asyncio.to_thread(self._records.supervisors):
                self.say(say("No PIN is set; `scanner pin` sets one."))
        except ScannerError as error:
            self.say(sentence(error.fact))

    async def _decide(self, pin: str, reason: str) -> None:
        refused = self._refused
        if refused is None or refused.remedy is None:
            act = partial(self._records.open_put_back, pin, reason)
        else:
            serial = refused.verdict.serial or ""
            act = partial(self._records.let_in, pin, serial, refused.remedy.word(reason))
        try:
            answer = await asyncio.to_thread(act)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        finally:
            self._busy = False
        if answer is PinCheck.RIGHT:
            self.dismiss()
            return
        self.say(
            {
                PinCheck.WRONG: say("This is not the PIN; try again."),
                PinCheck.WAIT: say("Too many wrong tries; wait some seconds."),
                PinCheck.UNSET: say("No PIN is set; `scanner pin` sets one."),
            }[answer]
        )


_LONGEST = 200
"""Characters; a token's QR may have more than its code."""


class TokenScreen(Modal):
    """Takes a token's code, typed or scanned, and opens the gate with it.

    Args:
        reopen: opens the gate.
        shown: returns what the gate's screen shows now.
        status: the gate's state.
        tell: says a sentence on the gate's screen.
        opened: called once it is open.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Open the gate with it", priority=True),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    TokenScreen #why { height: auto; padding: 1; }
    TokenScreen #said { height: auto; max-height: 4; }
    TokenScreen Input { border: tall $accent; background: $surface; }
    """

    class Scanned(Message):
        """A code was read that a token may have."""

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
    ) -> None:
        super().__init__(shown)
        self._reopen = reopen
        self._status = status
        self._tell = tell
        self._opened = opened
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
