"""What is to come, said while the training gate is being read and set up."""

from collections.abc import Iterable
from typing import ClassVar

from textual.containers import CenterMiddle
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from scanner.training.scenario import Scenario
from scanner.tui.training.screen import TrainingScreen
from scanner.wording.catalogue import say


class OpeningScreen(TrainingScreen[None]):
    """The scenario's title and what it is about; gone as soon as the gate is there."""

    DEFAULT_CSS: ClassVar[str] = """
    OpeningScreen Static { width: 100%; text-align: center; padding: 0 4; }
    """

    def __init__(self, scenario: Scenario) -> None:
        super().__init__()
        self._scenario = scenario

    def body(self) -> Iterable[Widget]:
        """Lay out the words in the middle."""
        lines = [
            Content.styled(say(self._scenario.title), "bold"),
            Content(""),
            Content(say(self._scenario.about)),
            Content(""),
            Content(say("The doors open in a moment ...")),
        ]
        yield CenterMiddle(Static(Content("\n").join(lines), markup=False))
