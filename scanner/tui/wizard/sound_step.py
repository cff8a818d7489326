"""The step that plays the sound of an admission."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Button

from scanner.tui.wizard.answers import Answers
from scanner.tui.wizard.ports import Setup
from scanner.tui.wizard.step import Step, explanation
from scanner.wording.catalogue import say


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
