"""The supervisor's acts: a refused patron is let in, or in again, and a gate is opened.

Both take a reason and the PIN.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from scanner.admission.rules import Remedy
from scanner.admission.verdict import Closed
from scanner.errors import ScannerError
from scanner.judging import Judged
from scanner.pin import LONGEST, PinCheck
from scanner.tui.drawing.faces import FACES
from scanner.tui.gate.modal import Question
from scanner.tui.ports import Records
from scanner.tui.widgets.key_line import KeyLine
from scanner.tui.widgets.strip import flowed
from scanner.wording.catalogue import say
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
