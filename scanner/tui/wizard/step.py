"""The bases of the first start's steps: one that asks, and one that may look with the camera."""

import asyncio
import threading
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from typing import ClassVar

import structlog
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from scanner.errors import ScannerError
from scanner.facts import Fact
from scanner.qr.frame import Pixels
from scanner.tui.ports import ScanSource
from scanner.tui.widgets.picture_view import PictureView
from scanner.tui.wizard.answers import Answers, Place, Setup, opens_gate, place_of
from scanner.wording.catalogue import say
from scanner.wording.plain import plain
from scanner.wording.sentences import sentence


class Preview(PictureView):
    """Shows the newest picture, five times a second."""

    DEFAULT_CSS: ClassVar[str] = """
    Preview { height: 1fr; min-height: 3; }
    """

    def __init__(self) -> None:
        super().__init__(whole=True)
        self._guard = threading.Lock()
        self._newest: Pixels | None = None

    def take(self, pixels: Pixels) -> None:
        """Take a picture; callable from any thread."""
        with self._guard:
            self._newest = pixels

    def on_mount(self) -> None:
        """Start the refresh."""
        self.set_interval(0.2, self.show_newest)

    def show_newest(self) -> None:
        """Draw the newest picture, where there is one."""
        with self._guard:
            newest, self._newest = self._newest, None
        if newest is not None:
            self.show(newest)


class Step(Vertical):
    """A step; it posts `Answered` with the answers, its own included, once they are checked."""

    place: ClassVar[Place]

    DEFAULT_CSS: ClassVar[str] = """
    Step { padding: 1 3; }
    Step > .explanation { height: auto; margin-bottom: 1; }
    Step > .label { height: auto; margin-top: 1; text-style: bold; }
    Step > .problem { height: auto; color: $warning; text-style: bold; margin-top: 1; }
    Step Input, Step Input:focus { height: 1; border: none; padding: 0 1; background: $panel; }
    Step Input:focus { background: #2c4257; }
    """

    class Answered(Message):
        """The question is answered."""

        def __init__(self, answers: Answers) -> None:
            self.answers = answers
            super().__init__()

    class Scanned(Message):
        """A text came that answers any step: a camera read it, or it opens a gate by itself."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    def __init__(self, answers: Answers, setup: Setup) -> None:
        super().__init__()
        self.answers = answers
        self.setup = setup
        self.problem = Static("", classes="problem", markup=False)

    @abstractmethod
    def title(self) -> str:
        """Return the title, a word or two."""

    def complain(self, sentence: str) -> None:
        """Show what is wrong with an answer; an empty sentence removes it."""
        self.problem.update(Content(plain(sentence)))

    def tell(self, fact: Fact | None) -> None:
        """Say how the camera is doing; None takes back what was said."""
        self.complain(sentence(fact) if fact else "")

    def draft(self) -> Answers:
        """Return the answers with what is typed so far, checked or not."""
        return self.answers

    def submit(self) -> None:
        """Answer with what is there; called where a scan has answered the step."""

    def takes_card(self, text: str) -> bool:
        """Tell whether a line holds a gate card or a new device's text, which is passed on."""
        if not opens_gate(text):
            return False
        self.post_message(self.Scanned(text))
        return True

    def check(self, answers: Answers, asked: Callable[[Answers], Awaitable[None]]) -> None:
        """Have the server asked, and answer if nothing is wrong; an earlier check ends."""
        self.complain(say("Asking the server …"))
        self.run_worker(self._check(answers, asked), exclusive=True, exit_on_error=False)

    async def _check(self, answers: Answers, asked: Callable[[Answers], Awaitable[None]]) -> None:
        try:
            await asked(answers)
        except ScannerError as error:
            self.refuse(error)
        except Exception:  # noqa: BLE001 - said on the screen; the detail is in the log
            structlog.get_logger("open").exception("a step could not be checked")
            self.complain(unexpected())
        else:
            self.complain("")
            self.post_message(self.Answered(answers))

    def refuse(self, error: ScannerError) -> None:
        """Say what is wrong, and with which step, where it is another."""
        place = place_of(error)
        self.complain(sentence(error.fact) if place is self.place else of_step(place, error))

    def take_back(self) -> bool:
        """Undo what was begun within the step; returns whether there was anything."""
        return False

    def leave(self) -> None:
        """Release what the step holds; called before another step is shown."""


class LookingStep(Step):
    """A step whose answer may be read by the camera, on F2."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "camera", "Camera on / off", key_display="F2")
    ]
    DEFAULT_CSS: ClassVar[str] = """
    LookingStep Preview { display: none; }
    LookingStep.-looking Preview { display: block; }
    LookingStep.-looking .unseen { display: none; }
    """

    class Seen(Message):
        """The camera, or who reads with it, has something to say."""

        def __init__(self, payload: str | None, sentence: str = "") -> None:
            self.payload, self.sentence = payload, sentence
            super().__init__()

    def __init__(self, answers: Answers, setup: Setup) -> None:
        super().__init__(answers, setup)
        self._source: ScanSource | None = None

    def on_mount(self) -> None:
        """Begin to watch the camera's state."""
        self.set_interval(0.5, self._look)

    def action_camera(self) -> None:
        """Start the camera, or stop it."""
        if self.take_back():
            return
        self.add_class("-looking")
        self.complain(say("Hold the QR in front of the camera."))
        self._source = self.setup.look(self.answers.camera, self.query_one(Preview).take)
        self._source.start(self._on_payload, self._on_notice)

    def on_looking_step_seen(self, message: Seen) -> None:
        """Pass on what the camera read."""
        if message.payload is None:
            self.complain(message.sentence)
        elif self._source:
            self.post_message(self.Scanned(message.payload))

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
        if source:
            self.complain("")
            self.app.run_worker(asyncio.to_thread(source.stop), exit_on_error=False)

    def _on_payload(self, payload: str, _by: str) -> None:
        self.post_message(self.Seen(payload))

    def _on_notice(self, fact: Fact) -> None:
        self.post_message(self.Seen(None, sentence(fact)))

    def _look(self) -> None:
        if self._source and not self._source.state().running:
            self.tell(self._source.state().fact)


def unexpected() -> str:
    """Say that something failed that should not."""
    return say("Something went wrong; the detail is in the log. Try again.")


def of_step(place: Place, error: ScannerError) -> str:
    """Return an error's sentence with the step that it is about."""
    return say("Step {number}: {what}", number=int(place), what=sentence(error.fact))


def explanation(text: str) -> Static:
    """Return a paragraph of plain words."""
    return Static(text, classes="explanation", markup=False)


def label(text: str) -> Static:
    """Return the heading of one field."""
    return Static(text, classes="label", markup=False)
