"""The steps that need neither camera nor network: server, names and sound."""

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button, Input, OptionList
from textual.widgets.option_list import Option

from scanner.tui.wizard.answers import (
    LONGEST_NAME,
    SERVERS,
    Answers,
    Setup,
    server_address,
    tidy_name,
)
from scanner.tui.wizard.step import Step, explanation, label
from scanner.wording.catalogue import say


class ServerStep(Step):
    """Three known servers or another address, and a key where one is needed."""

    DEFAULT_CSS: ClassVar[str] = """
    ServerStep OptionList { height: auto; max-height: 9; }
    """

    def title(self) -> str:
        """Return the step's title."""
        return say("Server")

    def compose(self) -> ComposeResult:
        """List the servers."""
        yield explanation(say("Where are the tickets?"))
        words = {
            "production": say("Production: the evening itself"),
            "QA": say("QA: the vendor's test server"),
            "mock": say("Mock: a server on this computer, to try it out"),
        }
        options = [Option(f"{words[name]}\n  {url}", id=name) for name, url in SERVERS.items()]
        yield OptionList(*options, Option(say("Another address"), id="own"), markup=False)
        own = self.answers.api if self.answers.api not in SERVERS.values() else ""
        yield label(say("Another address"))
        yield Input(own, placeholder="https://tickets.example/v3/", id="address")
        yield label(say("Application key, where the server wants one"))
        yield Input(self.answers.key or "", password=True, id="key")
        yield self.problem

    def on_mount(self) -> None:
        """Select the server that was chosen before."""
        names = [*SERVERS]
        known = [*SERVERS.values()]
        chosen = self.query_one(OptionList)
        known_now = self.answers.api in known
        chosen.highlighted = known.index(self.answers.api) if known_now else len(names)
        chosen.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Choose a known server, or focus the input for another."""
        if event.option_id in SERVERS:
            self._answer(SERVERS[event.option_id])
        else:
            self.query_one("#address").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the address; from the key's line, whichever server is chosen."""
        typed = self.query_one("#address", Input).value
        chosen = self.query_one(OptionList).highlighted
        if event.input.id == "key" and chosen is not None and chosen < len(SERVERS):
            self._answer([*SERVERS.values()][chosen])
            return
        address = server_address(typed)
        if address is None:
            self.complain(say("This is no web address; it begins with https:// or http://."))
            return
        self._answer(address)

    def _answer(self, api: str) -> None:
        key = self.query_one("#key", Input).value.strip() or None
        self.post_message(self.Answered(replace(self.answers, api=api, key=key)))


class NamesStep(Step):
    """Two inputs; every admission carries both names."""

    def title(self) -> str:
        """Return the step's title."""
        return say("Names")

    def compose(self) -> ComposeResult:
        """Ask for both."""
        yield explanation(
            say(
                "Both names go with every admission. No other gate of the event may have this "
                "device's: the one proposed is unlike any other's."
            )
        )
        yield label(say("Your name"))
        yield Input(self.answers.name, placeholder="Lee", max_length=LONGEST_NAME, id="name")
        yield label(say("This device"))
        yield Input(self.answers.device, max_length=LONGEST_NAME, id="device")
        yield self.problem

    def on_mount(self) -> None:
        """Focus the guard's name."""
        self.query_one("#name").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Focus the next empty input, or go on."""
        name = tidy_name(self.query_one("#name", Input).value)
        device = tidy_name(self.query_one("#device", Input).value)
        if name is None:
            self.complain(say("Type your name."))
            self.query_one("#name").focus()
        elif device is None:
            self.complain(say("Give this device a name that no other gate has."))
            self.query_one("#device").focus()
        elif event.input.id == "name":
            self.query_one("#device").focus()
        else:
            self.post_message(self.Answered(replace(self.answers, name=name, device=device)))


class SoundStep(Step):
    """Plays it once, and again on P."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("p", "play", "Play again")]

    def __init__(self, answers: Answers, setup: Setup) -> None:
        super().__init__(answers)
        self._setup = setup

    def title(self) -> str:
        """Return the step's title."""
        return say("Sound")

    def compose(self) -> ComposeResult:
        """Explain."""
        yield explanation(
            say(
                "You should hear the sound of an admission. P plays it again; turn the computer's "
                "volume up until it is heard over a crowd. Each verdict has a sound of its own."
            )
        )
        yield Button(say("I hear it, or I can do without"), variant="primary")
        yield self.problem

    def on_mount(self) -> None:
        """Play the sound."""
        self.query_one(Button).focus()
        self.action_play()

    def action_play(self) -> None:
        """Play it, and ring the bell where there is nothing else."""
        if not self._setup.play():
            self.app.bell()
            self.complain(say("This computer has no sound; the terminal's bell rings instead."))

    def on_button_pressed(self) -> None:
        """Go on."""
        self.post_message(self.Answered(self.answers))
