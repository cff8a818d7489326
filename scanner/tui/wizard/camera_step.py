"""The step that chooses a camera and tries it, or a hand scanner, on any code."""

import asyncio
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from scanner.errors import ScannerError
from scanner.facts import Fact
from scanner.tui.ports import ScanSource
from scanner.tui.wizard.answers import Answers, Place, Setup, filled_in, opens_gate
from scanner.tui.wizard.step import Preview, Step, explanation
from scanner.wording.catalogue import say
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence

NONE = "none"


class CameraStep(Step):
    """Selecting a camera in the list shows its picture; Enter chooses it."""

    place = Place.CAMERA

    DEFAULT_CSS: ClassVar[str] = """
    CameraStep OptionList { height: auto; max-height: 6; }
    CameraStep.-blind Preview { display: none; }
    """

    class Seen(Message):
        """A code was read, or there is something to say."""

        def __init__(self, sentence: str, source: ScanSource) -> None:
            self.sentence, self.source = sentence, source
            super().__init__()

    def __init__(self, answers: Answers, setup: Setup) -> None:
        super().__init__(answers, setup)
        self._source: ScanSource | None = None
        self._read: str | None = None

    def title(self) -> str:
        """Return the step's title."""
        return say("Camera or scanner")

    def compose(self) -> ComposeResult:
        """List the cameras."""
        yield explanation(say("Choose, and hold any code in front of it. Enter goes on."))
        options = [Option(name, id=spec) for spec, name in self.setup.cameras()]
        hand = Option(say("No camera: a hand scanner, or serials typed by hand"), id=NONE)
        yield OptionList(*options, hand, markup=False)
        yield Input(placeholder=say("To try a hand scanner: Tab to here, then scan"), id="try")
        yield self.problem
        yield Preview()

    def on_mount(self) -> None:
        """Select the camera that was chosen before."""
        chosen = self.query_one(OptionList)
        specs = [option.id for option in chosen.options]
        known = self.answers.camera in specs
        chosen.highlighted = specs.index(self.answers.camera) if known else 0
        chosen.focus()
        self.set_interval(0.5, self._look)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the selected camera's picture."""
        self.leave()
        self._read = None
        spec = event.option_id or NONE
        self.set_class(spec == NONE, "-blind")
        if spec == NONE:
            self.complain("")
            return
        self._source = source = self.setup.look(spec, self.query_one(Preview).take)

        def on_payload(payload: str, _by: str) -> None:
            if self._is_news(payload):
                self.post_message(self.Scanned(payload))
            else:
                self.post_message(self.Seen(_read(payload), source))

        def on_notice(fact: Fact) -> None:
            self.post_message(self.Seen(sentence(fact), source))

        source.start(on_payload, on_notice)
        self._look()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Choose the camera, and go on."""
        self.post_message(self.Answered(replace(self.answers, camera=event.option_id or NONE)))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Show what a hand scanner typed."""
        if self.takes_card(event.value):
            event.input.value = ""
        elif event.value.strip():
            self.complain(_read(event.value))
            event.input.value = ""
        else:
            self.query_one(OptionList).action_select()

    def take(self, text: str) -> None:
        """Show what a hand scanner read."""
        self.complain(_read(text))

    def on_camera_step_seen(self, message: Seen) -> None:
        """Show what was read until something else is."""
        if message.source is self._source:
            self._read = message.sentence
            self._look()

    def leave(self) -> None:
        """Stop the camera."""
        source, self._source = self._source, None
        if source:
            self.app.run_worker(asyncio.to_thread(source.stop), exit_on_error=False)

    def _is_news(self, payload: str) -> bool:
        """Tell whether a code opens a gate, and another one than is known already."""
        try:
            known = filled_in(self.answers, payload, self.place)[0] == self.answers
        except ScannerError:
            known = False
        return opens_gate(payload) and not known

    def _look(self) -> None:
        if self._source:
            state = self._source.state()
            if self._read and state.running:
                self.complain(self._read)
            else:
                self.tell(state.fact)


def _read(payload: str) -> str:
    if opens_gate(payload):  # it holds secrets
        return f"✓ {say('It reads a code that opens a gate.')}"
    return f"✓ {say('It reads: {text}', text=plain(payload, 60))}"
