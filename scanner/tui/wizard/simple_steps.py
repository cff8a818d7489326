"""The steps of a few lines: server, names, sound and the supervisor's PIN."""

import asyncio
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Button, Input, OptionList
from textual.widgets.option_list import Option

from scanner.desk.errors import NoDevice
from scanner.errors import ScannerError
from scanner.pin import LONGEST, RULE
from scanner.platform.access import PRETIX
from scanner.platform.errors import KeyNeeded
from scanner.tui.terminal.choice import speaker_of
from scanner.tui.wizard.answers import (
    SERVERS,
    Answers,
    Place,
    Setup,
    server_address,
    tidy_name,
)
from scanner.tui.wizard.code_step import LONGEST_LINE
from scanner.tui.wizard.step import LookingStep, Preview, Step, explanation, label
from scanner.wording.catalogue import say
from scanner.wording.sentences import sentence

MADE_UP, OWN = "made-up", "own"
"""The options that are no known server's."""


class ServerStep(LookingStep):
    """Known servers, pretix, another address or a made-up house, and a key where it is needed."""

    place = Place.SERVER
    DEFAULT_CSS: ClassVar[str] = """
    ServerStep { padding: 0 3; }
    ServerStep OptionList { height: auto; max-height: 9; }
    ServerStep.-looking OptionList { display: none; }
    """

    class TryOut(Message):
        """A made-up house is wanted."""

    def title(self) -> str:
        """Return the step's title."""
        return say("Server")

    def compose(self) -> ComposeResult:
        """List the servers."""
        yield explanation(
            say(
                "Where are the tickets? If you have a gate card or a new device's QR of pretix, "
                "scan it now; F2 does it by camera."
            )
        )
        words = {
            "production": say("Production: the evening itself"),
            "QA": say("QA: the vendor's test server"),
        }
        options = [
            Option(
                say("Try it with a made-up house: nothing to type, nothing is kept"), id=MADE_UP
            ),
            *(Option(f"{words[name]}\n  {url}", id=name) for name, url in SERVERS.items()),
            Option(say("Another address"), id=OWN),
            Option(say("pretix: this computer is a device there"), id=PRETIX),
        ]
        yield OptionList(*options, markup=False)
        known = self.answers.at_pretix or self.answers.api in SERVERS.values()
        own = "" if known else self.answers.api
        yield label(say("Another address, a gate card's line, or pretix's address and code"))
        yield Input(
            own, placeholder="https://tickets.example/v3/", max_length=LONGEST_LINE, id="address"
        )
        yield label(say("Application key, where the server wants one"))
        yield Input(self.answers.key or "", password=True, max_length=LONGEST_LINE, id="key")
        yield self.problem
        yield Preview()

    def on_mount(self) -> None:
        """Select the server that was chosen before."""
        chosen = self.query_one(OptionList)
        known = next((name for name, url in SERVERS.items() if url == self.answers.api), OWN)
        chosen.highlighted = chosen.get_option_index(PRETIX if self.answers.at_pretix else known)
        chosen.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Choose a known server, or the made-up house, or focus the input for another."""
        if event.option_id == MADE_UP:
            self.post_message(self.TryOut())
        elif event.option_id == PRETIX:
            self._be_device()
        elif server := SERVERS.get(event.option_id or ""):
            self._answer(server)
        else:
            self.query_one("#address").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the address; from the key's line, whichever server is chosen."""
        if self.takes_card(event.value):
            return
        if event.input.id == "address" and self._option() == PRETIX:
            self._ask_for_device()
            return
        address = server_address(self.query_one("#address", Input).value)
        if event.input.id == "key":
            address = self._chosen() or address
        if address is None:
            self.complain(say("This is no web address; it begins with https:// or http://."))
            return
        self._answer(address)

    def draft(self) -> Answers:
        """Return the answers with what is chosen and typed."""
        if self._option() == PRETIX:
            return replace(self.answers, platform=PRETIX)
        typed = server_address(self.query_one("#address", Input).value)
        before = SERVERS["production"] if self.answers.at_pretix else self.answers.api
        return self.answers.at_server(self._chosen() or typed or before, self._key)

    def submit(self) -> None:
        """Take the address and the key that are known, or the new device."""
        if self.answers.at_pretix:
            self._be_device()
        else:
            self._answer(self.answers.api)

    def refuse(self, error: ScannerError) -> None:
        """Ask for the key where that is what is wrong."""
        if isinstance(error, KeyNeeded):
            self.query_one("#key").focus()
            self.complain(say("The server answers, and wants a valid key: type or scan it here."))
        elif isinstance(error, NoDevice):
            self._ask_for_device()
        else:
            super().refuse(error)

    def _ask_for_device(self) -> None:
        self.query_one("#address").focus()
        self.complain(
            say("Scan the QR that pretix shows for a new device, or type its address and code.")
        )

    @property
    def _key(self) -> str | None:
        return self.query_one("#key", Input).value.strip() or None

    def _chosen(self) -> str | None:
        """Return the known server that the cursor is on."""
        return SERVERS.get(self._option())

    def _option(self) -> str:
        option = self.query_one(OptionList).highlighted_option
        return (option.id or "") if option else ""

    def _answer(self, api: str) -> None:
        self.leave()
        self.check(self.answers.at_server(api, self._key), self.setup.check_server)

    def _be_device(self) -> None:
        self.leave()
        self.check(replace(self.answers, platform=PRETIX, key=None), self.setup.check_server)


class NamesStep(LookingStep):
    """Two inputs; every admission carries both names."""

    place = Place.NAMES

    def __init__(self, answers: Answers, setup: Setup) -> None:
        super().__init__(answers, setup)
        self._entered = ""

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
        yield Input(self.answers.name, placeholder="Lee", max_length=LONGEST_LINE, id="name")
        yield label(say("This device"))
        yield Input(self.answers.device, max_length=LONGEST_LINE, id="device")
        yield self.problem
        yield Preview()

    def on_mount(self) -> None:
        """Focus the guard's name."""
        self.query_one("#name").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Focus the next empty input, or go on."""
        if self.takes_card(event.value):
            event.input.value = ""
            return
        name = tidy_name(self.query_one("#name", Input).value)
        device = tidy_name(self.query_one("#device", Input).value)
        if name is None:
            self.complain(say("Type your name."))
            self.query_one("#name").focus()
        elif device is None:
            self.complain(say("Give this device a name that no other gate has."))
            self.query_one("#device").focus()
        elif event.input.id == "name" and name != self._entered:
            # Of keys that come all at once, the second Enter is this line's too.
            self._entered = name
            self.query_one("#device").focus()
        else:
            self.check(replace(self.answers, name=name, device=device), self.setup.check_names)

    def refuse(self, error: ScannerError) -> None:
        """Say what is wrong, with the cursor where it can be mended."""
        self.query_one("#device").focus()
        super().refuse(error)

    def draft(self) -> Answers:
        """Return the answers with what is typed."""
        name = tidy_name(self.query_one("#name", Input).value)
        device = tidy_name(self.query_one("#device", Input).value)
        before = self.answers
        return replace(before, name=name or before.name, device=device or before.device)


class SupervisorStep(Step):
    """The first supervisor's name and PIN; where nothing is typed, none is set for now."""

    place = Place.SUPERVISOR
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "next", "Go on", priority=True)]

    def title(self) -> str:
        """Return the step's title."""
        return say("Supervisor")

    def compose(self) -> ComposeResult:
        """Say the rule before anything is typed, and ask."""
        yield explanation(
            say(
                "With a PIN a supervisor lets in a patron whom the gate keeps out. It may be left "
                "out now, and set later in the settings."
            )
        )
        yield explanation(sentence(RULE))
        yield label(say("Supervisor's name"))
        yield Input(max_length=LONGEST_LINE, id="name")
        for name, words in (("pin", say("PIN")), ("again", say("PIN again"))):
            yield label(words)
            yield Input(password=True, max_length=LONGEST, id=name)
        yield self.problem

    def on_mount(self) -> None:
        """Focus the name, and tell of a PIN that is there already."""
        self.query_one("#name").focus()
        self.run_worker(self._look(), exit_on_error=False)

    def action_next(self) -> None:
        """Focus the next input at once, since the next key may be here already; then look at all.

        What was typed is in the lines only once they have had their keys.
        """
        lines = list(self.query(Input))
        at = lines.index(self.screen.focused) if isinstance(self.screen.focused, Input) else 0
        if at + 1 < len(lines):
            self.screen.set_focus(lines[at + 1])
        lines[at].call_later(self.call_later, self._look_at, last=at + 1 == len(lines))

    def on_input_submitted(self) -> None:
        """Go on from a line that was submitted without the key."""
        self.action_next()

    def _look_at(self, *, last: bool) -> None:
        """Set the PIN and go on, where all is typed; or go on without one."""
        name, pin, again = (each.value for each in self.query(Input))
        if not (name or pin or again):
            self.post_message(self.Answered(self.answers))  # none for now
        elif last and pin != again:
            self._ask_again(say("The two PINs differ; type the PIN again."))
        elif last:
            self.run_worker(self._set(pin, name), exclusive=True, exit_on_error=False)

    async def _look(self) -> None:
        try:
            if await asyncio.to_thread(self.setup.has_pin):
                self.complain(
                    say("There is a PIN already; it is changed later in the settings. Go on.")
                )
        except ScannerError as error:
            self.complain(sentence(error.fact))

    async def _set(self, pin: str, name: str) -> None:
        try:
            await asyncio.to_thread(self.setup.set_pin, pin, name)
        except ScannerError as error:
            self._ask_again(sentence(error.fact))
        else:
            self.post_message(self.Answered(self.answers))

    def _ask_again(self, words: str) -> None:
        for each in ("pin", "again"):
            self.query_one(f"#{each}", Input).value = ""
        self.screen.set_focus(self.query_one("#pin"))
        self.complain(words)


class SoundStep(Step):
    """Plays it once, and again on P."""

    place = Place.SOUND
    BINDINGS: ClassVar[list[BindingType]] = [Binding("p", "play", "Play again")]

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
        if not self.setup.play(speaker_of(self.app, None)):
            self.app.bell()
            self.complain(say("This computer has no sound; the terminal's bell rings instead."))

    def on_button_pressed(self) -> None:
        """Go on."""
        self.post_message(self.Answered(self.answers))
