"""The step that asks for the admission token's code, typed or read by the camera."""

from dataclasses import replace

from textual.app import ComposeResult
from textual.widgets import Input

from scanner.tui.wizard.answers import Answers, Place, token_code
from scanner.tui.wizard.step import LookingStep, Preview, explanation, label
from scanner.wording.catalogue import say

LONGEST_LINE = 500
"""Characters; a gate card fits into any line."""


class CodeStep(LookingStep):
    """An input, and the camera on F2."""

    place = Place.CODE

    def title(self) -> str:
        """Return the step's title."""
        return say("Token code")

    def compose(self) -> ComposeResult:
        """Ask for the code."""
        yield explanation(
            say(
                "The supervisor has a code of eight letters and digits. Type it, scan its QR with "
                "a hand scanner, or press F2 and hold the QR in front of the camera."
            )
        )
        yield label(say("Code"))
        yield Input(self.answers.code, placeholder="A0F9GG8D", max_length=LONGEST_LINE)
        yield self.problem
        yield Preview()

    def on_mount(self) -> None:
        """Focus the input."""
        self.query_one(Input).focus()

    def draft(self) -> Answers:
        """Return the answers with the code as it is typed, if it is one."""
        return replace(self.answers, code=token_code(self.query_one(Input).value) or "")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        if not self.takes_card(event.value):
            self.take(event.value)

    def submit(self) -> None:
        """Take the code that is known."""
        self.take(self.answers.code)

    def take(self, text: str) -> None:
        """Take a code, and have it checked, if it has a token code's form."""
        code = token_code(text)
        if code is None:
            self.complain(say("This is no token's code: that has eight letters and digits."))
            return
        self.leave()  # it may still be in view
        self.check(replace(self.answers, code=code), self.setup.check_token)
