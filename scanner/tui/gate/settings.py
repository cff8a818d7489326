"""What a guard may set; every change counts at once and at the next start.

The supervisor's PIN is set from there as well; its rule is said before anything is typed.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from scanner.admission.ticket import Unclaimed
from scanner.app.preferences import Preferences, Value
from scanner.errors import ScannerError
from scanner.pin import LONGEST, RULE, PinCheck
from scanner.tui.drawing.poster import Poster
from scanner.tui.gate.modal import Modal, Question, show_cached
from scanner.tui.ports import Records
from scanner.tui.widgets.key_line import KeyLine
from scanner.wording.catalogue import LANGUAGES, say
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence
from scanner.wording.ticket_notice import policy_word

CHOICES: dict[str, tuple[Value, ...]] = {
    "language": ("auto", *LANGUAGES),
    "theme": ("night", "day", "contrast"),
    "characters": ("auto", "unicode", "ascii"),
    "picture": ("auto", "on", "off"),
    "volume": (0, 20, 40, 60, 80, 100),
    "muted": (False, True),
    "bell": ("auto", "always", "never"),
    "names": (False, True),
    "unclaimed": tuple(each.value for each in Unclaimed),
}
"""The settings in the order of the screen, and what each can be."""

_OF_VENUE = frozenset({"unclaimed"})
"""Those that are nothing to a gate which has joined no venue."""

REASONS, PIN = "reasons", "pin"
"""The lines that lead to a question."""

LONGEST_REASONS = 500
"""Characters of all of them."""

_NARROW = 60
"""Columns of the screen; with fewer, a value stands below its title."""

LONGEST_NAME = 40
"""Characters of a supervisor's name; a verdict's line holds it with the reason."""


class SettingsScreen(Modal):
    """One line a setting; left and right change it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,enter,space", "turn(1)", "Change", key_display="→", priority=True),
        Binding("left", "turn(-1)", "Previous", key_display="←", priority=True),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    SettingsScreen OptionList { height: 1fr; border: none; background: $surface; }
    """

    def __init__(
        self,
        preferences: Callable[[], Preferences],
        change: Callable[[str, Value], None],
        shown: Callable[[], Poster],
        records: Records | None = None,
        *,
        at_venue: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(shown)
        self._records = records
        self._at_venue = at_venue
        self._preferences = preferences
        self._change = change

    def body(self) -> list[Widget]:
        """Return the list."""
        return [OptionList(*(Option(line, id=name) for name, line in self._lines().items()))]

    def populate(self) -> None:
        """Mark the first."""
        super().populate()
        self.entitle(say("Settings"))
        self._fill()
        options = self.query_one(OptionList)
        self.set_focus(options)
        options.highlighted = 0

    def on_option_list_option_selected(self) -> None:
        """Change what was clicked."""
        self.action_turn(1)

    def action_turn(self, steps: int) -> None:
        """Give the marked setting its next value."""
        options = self.query_one(OptionList)
        if options.highlighted is None:
            return
        name = str(options.get_option_at_index(options.highlighted).id)
        if name not in CHOICES:
            if self._records and steps > 0:
                ask: dict[str, Callable[[], Question]] = {
                    PIN: partial(PinScreen, self._records),
                    REASONS: partial(ReasonsScreen, self._preferences, self._change),
                }
                show_cached(self.app, name, ask[name])
            return
        choices = CHOICES[name]
        now = getattr(self._preferences(), name)
        at = choices.index(now) if now in choices else 0
        self._change(name, choices[(at + steps) % len(choices)])
        self._fill()
        self.entitle(say("Settings"))
        self.say(say("Saved."))

    def on_resize(self) -> None:
        """Set the lines for another width."""
        self._fill()

    def _fill(self) -> None:
        """Set the lines that are not as they should be."""
        options = self.query_one(OptionList)
        for name, line in self._lines().items():
            if options.get_option(name).prompt != line:
                options.replace_option_prompt(name, line)

    def _lines(self) -> dict[str, Content]:
        """Return a line for each setting, and those that lead to a question."""
        hidden = frozenset() if self._at_venue() else _OF_VENUE
        lines = {name: self._line(name) for name in CHOICES if name not in hidden}
        if self._records:
            reasons, pin = say("Reasons for an override"), say("Supervisor's PIN")
            lines[REASONS] = self._side_by_side(reasons, f"▸ {say('write them')}")
            lines[PIN] = self._side_by_side(pin, f"▸ {say('set it')}")
        return lines

    def _line(self, name: str) -> Content:
        value = getattr(self._preferences(), name)
        return self._side_by_side(_title(name), f"◂ {_word(value)} ▸")

    def _side_by_side(self, title: str, value: str) -> Content:
        """Set a value beside its title, or below it where the screen is a phone's."""
        if self.size.width < _NARROW:
            return Content.assemble(f" {title}\n   ", (value, "bold"))
        return Content.assemble(f" {title:<36}", (value, "bold"))


def _title(name: str) -> str:
    return {
        "language": say("Language"),
        "theme": say("Colours"),
        "characters": say("Characters"),
        "picture": say("Camera's picture"),
        "volume": say("Volume in per cent"),
        "muted": say("Sound off"),
        "bell": say("Terminal's bell"),
        "names": say("Show and search patrons' names"),
        "unclaimed": say("Where no other gate can be asked"),
    }[name]


def _word(value: Value) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    words: dict[Value, str] = {
        False: say("no"),
        True: say("yes"),
        "auto": say("automatic"),
        "night": say("dark"),
        "day": say("light"),
        "contrast": say("high contrast"),
        "on": say("on"),
        "off": say("off"),
        "always": say("always"),
        "never": say("never"),
        "unicode": "Unicode",
        "ascii": "ASCII",
        **{each.value: policy_word(each) for each in Unclaimed},
    }
    return words.get(value) or LANGUAGES.get(str(value), str(value))


class ReasonsScreen(Question):
    """Asks for the reasons that a supervisor chooses from.

    Args:
        preferences: has those of now.
        change: sets them.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "save", "Save", priority=True),
        Binding("escape", "leave", "Back", key_display="Esc"),
    ]

    def __init__(
        self, preferences: Callable[[], Preferences], change: Callable[[str, Value], None]
    ) -> None:
        super().__init__()
        self._preferences = preferences
        self._change = change

    def compose(self) -> ComposeResult:
        """Ask for all of them on one line."""
        with Vertical() as box:
            box.border_title = say("Reasons for an override")
            yield Static(
                say(
                    "Up to nine, with semicolons between them: each is chosen by its digit. "
                    "Other words can be typed all the same. Empty: this program's own."
                ),
                markup=False,
            )
            yield Input(max_length=LONGEST_REASONS)
        yield KeyLine()

    def populate(self) -> None:
        """Show those of now."""
        line = self.query_one(Input)
        line.value = self._preferences().reasons
        self.set_focus(line)

    def action_save(self) -> None:
        """Save what is written."""
        self._change(REASONS, plain(self.query_one(Input).value, LONGEST_REASONS))
        self.dismiss()


class PinScreen(Question):
    """Asks whose PIN it is, for what allows the change, and for the new one twice."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "Next", priority=True),
        Binding("escape", "leave", "Back", key_display="Esc"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    PinScreen {
        & #rule { height: auto; }
        & #whose { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
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
        self.say("")
        self.set_focus(self._line("name"))
        self.run_worker(self._read(), exit_on_error=False)

    async def action_next(self) -> None:
        """Go on to the next line, and from the last one set the PIN."""
        lines = [each for each in self.query(Input) if each.display]
        at = lines.index(self.focused) if isinstance(self.focused, Input) else 0
        if lines[at] is not lines[-1]:
            self.set_focus(lines[at + 1])  # at once: the next key may be here already
        elif self._line("new").value != self._line("again").value:
            self._ask_again(say("The two new PINs differ; type the PIN again."))
        elif not self._busy:
            self._busy = True
            self.run_worker(self._set(), exit_on_error=False)

    async def _read(self) -> None:
        try:
            names = await asyncio.to_thread(self._records.supervisors)
        except ScannerError as error:
            self.say(sentence(error.fact))
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
            self.say(say("The PIN is kept."))
            await self._read()
            return
        self._line("old").value = ""
        self.set_focus(self._line("old"))
        self.say(
            say("Too many wrong tries; wait some seconds.")
            if answer is PinCheck.WAIT
            else say("The old PIN is wrong; try again.")
        )

    def _ask_again(self, words: str) -> None:
        for each in ("new", "again"):
            self._line(each).value = ""
        self.set_focus(self._line("new"))
        self.say(words)

    def _line(self, name: str) -> Input:
        return self.query_one(f"#{name}", Input)
