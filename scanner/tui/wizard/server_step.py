"""The step that chooses the server."""

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from scanner.tui.wizard.answers import SERVERS, server_address
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
