"""The step that asks for the guard's and the device's names."""

from dataclasses import replace

from textual.app import ComposeResult
from textual.widgets import Input

from scanner.tui.wizard.answers import LONGEST_NAME, tidy_name
from scanner.tui.wizard.step import Step, explanation, label
from scanner.wording.catalogue import say


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
