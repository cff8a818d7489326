"""Sets a supervisor's PIN, the first one too; its rule is said before anything is typed."""

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from scanner.errors import ScannerError
from scanner.pin import LONGEST, RULE, PinCheck
from scanner.tui.gate.modal import CachedScreen
from scanner.tui.ports import Records
from scanner.tui.widgets.key_line import KeyLine
from scanner.wording.catalogue import say
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence

LONGEST_NAME = 40
"""Characters of a supervisor's name; a verdict's line holds it with the reason."""


class PinScreen(ModalScreen[None], CachedScreen):
    """Asks whose PIN it is, for what allows the change, and for the new one twice."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "Next", priority=True),
        Binding("escape", "leave", "Back", key_display="Esc"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    PinScreen {
        align: center bottom;
        background: $background 0%;
        & > Vertical {
            height: auto; padding: 0 1;
            background: $surface; color: $foreground; border: round $accent;
        }
        & Input { background: $surface; border: tall $accent; height: 3; }
        & #rule { height: auto; }
        & #whose, & #said { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & #old { display: none; }
        &.-change #old { display: block; }
    }
    """

    def __init__(self, records: Records) -> None:
        super().__init__()
        self._records = records
        self._busy = False

    def compose(self) -> ComposeResult:
        """Say the rule, and whose PINs there are; ask."""
        with Vertical() as box:
            box.border_title = say("Supervisor's PIN")
            yield Static(Content(sentence(RULE)), id="rule", markup=False)
            yield Static("", id="whose", markup=False)
            yield Input(
                placeholder=say("Name, so that it is known who let somebody in; or nothing"),
                id="name",
                max_length=LONGEST_NAME,
            )
            for name, words in (
                ("old", say("Old PIN, or another supervisor's for a new name")),
                ("new", say("New PIN")),
                ("again", say("New PIN again")),
            ):
                yield Input(placeholder=words, id=name, password=True, max_length=LONGEST)
            yield Static("", id="said", markup=False)
        yield KeyLine()

    def populate(self) -> None:
        """Ask for the name first."""
        self._say("")
        self.set_focus(self._line("name"))
        self.run_worker(self._read(), exit_on_error=False)

    def clear(self) -> None:
        """Remove what was typed."""
        for line in self.query(Input):
            line.value = ""

    def action_leave(self) -> None:
        """Leave the PINs as they are."""
        self.dismiss()

    async def action_next(self) -> None:
        """Go on to the next line, and from the last one set the PIN."""
        lines = [each for each in self.query(Input) if each.display]
        at = lines.index(self.focused) if isinstance(self.focused, Input) else 0
        if lines[at] is not lines[-1]:
            lines[at + 1].focus()
        elif self._line("new").value != self._line("again").value:
            self._ask_again(say("The new PIN was typed in two ways; type it again."))
        elif not self._busy:
            self._busy = True
            self.run_worker(self._set(), exit_on_error=False)

    async def _read(self) -> None:
        try:
            names = await asyncio.to_thread(self._records.supervisors)
        except ScannerError as error:
            self._say(sentence(error.fact))
            return
        self.set_class(bool(names), "-change")
        listed = ", ".join(plain(each, LONGEST_NAME) or say("the house's") for each in names)
        words = say("There are PINs: {names}", names=listed) if names else say("No PIN is set.")
        self.query_one("#whose", Static).update(Content(words))

    async def _set(self) -> None:
        name, old, new = (self._line(each).value for each in ("name", "old", "new"))
        try:
            answer = await asyncio.to_thread(self._records.set_pin, old, new, name)
        except ScannerError as error:
            self._ask_again(sentence(error.fact))
            return
        finally:
            self._busy = False
        if answer is PinCheck.RIGHT:
            self.clear()
            self.set_focus(self._line("name"))
            self._say(say("The PIN is kept."))
            await self._read()
            return
        self._line("old").value = ""
        self._line("old").focus()
        self._say(
            say("Too many wrong tries; wait some seconds.")
            if answer is PinCheck.WAIT
            else say("The old PIN is wrong; try again.")
        )

    def _ask_again(self, words: str) -> None:
        for each in ("new", "again"):
            self._line(each).value = ""
        self._line("new").focus()
        self._say(words)

    def _line(self, name: str) -> Input:
        return self.query_one(f"#{name}", Input)

    def _say(self, words: str) -> None:
        self.query_one("#said", Static).update(Content(plain(words)))
