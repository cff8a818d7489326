"""What a guard may set; every change counts at once and at the next start."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from scanner.app.preferences import Preferences, Value
from scanner.tui.drawing.poster import Poster
from scanner.tui.gate.modal import Modal, show_cached
from scanner.tui.gate.pin import PinScreen
from scanner.tui.ports import Records
from scanner.wording.catalogue import LANGUAGES, say

CHOICES: dict[str, tuple[Value, ...]] = {
    "language": ("auto", *LANGUAGES),
    "theme": ("night", "day", "contrast"),
    "characters": ("auto", "unicode", "ascii"),
    "picture": ("auto", "on", "off"),
    "volume": (0, 20, 40, 60, 80, 100),
    "muted": (False, True),
    "bell": ("auto", "always", "never"),
    "names": (False, True),
}
"""The settings in the order of the screen, and what each can be."""

PIN = "pin"


class SettingsScreen(Modal):
    """One line a setting; left and right change it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,enter,space", "turn(1)", "Change", key_display="→", priority=True),
        Binding("left", "turn(-1)", "Back", key_display="←", priority=True),
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
    ) -> None:
        super().__init__(shown)
        self._records = records
        self._preferences = preferences
        self._change = change

    def body(self) -> list[Widget]:
        """Return the list."""
        options = [Option(self._line(name), id=name) for name in CHOICES]
        if self._records:
            options.append(Option(self._pin_line(), id=PIN))
        return [OptionList(*options)]

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
        if name == PIN:
            if self._records and steps > 0:
                show_cached(self.app, PIN, partial(PinScreen, self._records))
            return
        choices = CHOICES[name]
        now = getattr(self._preferences(), name)
        at = choices.index(now) if now in choices else 0
        self._change(name, choices[(at + steps) % len(choices)])
        self._fill()
        self.entitle(say("Settings"))
        self.say(say("Saved."))

    def _fill(self) -> None:
        """Set the lines that are not as they should be."""
        options = self.query_one(OptionList)
        for each in CHOICES:
            line = self._line(each)
            if options.get_option(each).prompt != line:
                options.replace_option_prompt(each, line)

        if self._records:
            options.replace_option_prompt(PIN, self._pin_line())

    def _pin_line(self) -> Content:
        """Return the line that leads to the PINs; they are no setting, and kept elsewhere."""
        title = say("Supervisor's PIN")
        return Content.assemble((f" {title:<36}", ""), (f"▸ {say('set it')}", "bold"))

    def _line(self, name: str) -> Content:
        value = getattr(self._preferences(), name)
        return Content.assemble((f" {_title(name):<36}", ""), (f"◂ {_word(value)} ▸", "bold"))


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
    }[name]


def _word(value: Value) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    words = {
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
    }
    return words.get(value) or LANGUAGES.get(str(value), str(value))
