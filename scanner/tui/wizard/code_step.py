"""The step that asks for the admission token's code, typed or read by the camera."""

import asyncio
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from scanner.facts import Fact
from scanner.tui.ports import ScanSource
from scanner.tui.wizard.answers import Answers, Setup, token_code
from scanner.tui.wizard.step import Preview, Step, explanation, label
from scanner.wording.catalogue import say
from scanner.wording.sentences import sentence


class CodeStep(Step):
    """An input, and the camera on F2."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f2", "camera", "Camera on / off")]
    DEFAULT_CSS: ClassVar[str] = """
    CodeStep Preview { display: none; }
    CodeStep.-looking Preview { display: block; }
    """

    class Seen(Message):
        """The camera, or who reads with it, has something to say."""

        def __init__(self, payload: str | None, sentence: str = "") -> None:
            self.payload, self.sentence = payload, sentence
            super().__init__()

    def __init__(self, answers: Answers, setup: Setup) -> None:
        super().__init__(answers)
        self._setup = setup
        self._source: ScanSource | None = None

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
        yield Input(self.answers.code, placeholder="A0F9GG8D", max_length=200)
        yield self.problem
        yield Preview()

    def on_mount(self) -> None:
        """Focus the input."""
        self.query_one(Input).focus()
        self.set_interval(0.5, self._look)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        self.take(event.value)

    def action_camera(self) -> None:
        """Start the camera, or stop it."""
        if self.take_back():
            return
        self.add_class("-looking")
        self.complain(say("Hold the QR in front of the camera."))
        self._source = self._setup.look(self.answers.camera, self.query_one(Preview).take)
        self._source.start(self._on_payload, self._on_notice)

    def on_code_step_seen(self, message: Seen) -> None:
        """Take what the camera read."""
        if message.payload is None:
            self.complain(message.sentence)
        elif self._source:
            self.take(message.payload)

    def take_back(self) -> bool:
        """Stop the camera, where it runs."""
        looking = self._source is not None
        if looking:
            self.leave()
        return looking

    def leave(self) -> None:
        """Stop the camera."""
        source, self._source = self._source, None
        self.remove_class("-looking")
        self.complain("")
        if source:
            self.app.run_worker(asyncio.to_thread(source.stop), exit_on_error=False)

    def _on_payload(self, payload: str, _by: str) -> None:
        self.post_message(self.Seen(payload))

    def _on_notice(self, fact: Fact) -> None:
        self.post_message(self.Seen(None, sentence(fact)))

    def _look(self) -> None:
        if self._source and not self._source.state().running:
            self.tell(self._source.state().fact)

    def take(self, text: str) -> None:
        """Take a code that was typed or read, if it has a token code's form."""
        code = token_code(text)
        if code is None:
            self.complain(say("This is no token's code: that has eight letters and digits."))
            return
        self.leave()  # it may still be in view
        self.post_message(self.Answered(replace(self.answers, code=code)))
