"""The base of the first start's steps: a title, a question, a problem's line."""

import threading
from abc import abstractmethod
from typing import ClassVar

from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from scanner.facts import Fact
from scanner.qr.frame import Pixels
from scanner.tui.widgets.picture_view import PictureView
from scanner.tui.wizard.answers import Answers
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
    """A step; it posts `Answered` with the answers, its own included."""

    DEFAULT_CSS: ClassVar[str] = """
    Step { padding: 1 3; }
    Step > .explanation { height: auto; margin-bottom: 1; }
    Step > .label { height: 1; margin-top: 1; text-style: bold; }
    Step > .problem { height: auto; color: $warning; text-style: bold; margin-top: 1; }
    Step Input, Step Input:focus { height: 1; border: none; padding: 0 1; background: $panel; }
    Step Input:focus { background: #2c4257; }
    """

    class Answered(Message):
        """The question is answered."""

        def __init__(self, answers: Answers) -> None:
            self.answers = answers
            super().__init__()

    def __init__(self, answers: Answers) -> None:
        super().__init__()
        self.answers = answers
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

    def take_back(self) -> bool:
        """Undo what was begun within the step; returns whether there was anything."""
        return False

    def leave(self) -> None:
        """Release what the step holds; called before another step is shown."""


def explanation(text: str) -> Static:
    """Return a paragraph of plain words."""
    return Static(text, classes="explanation", markup=False)


def label(text: str) -> Static:
    """Return the heading of one field."""
    return Static(text, classes="label", markup=False)
