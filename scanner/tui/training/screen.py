"""The base of training's screens, with a banner that nothing is real, and its help."""

from collections.abc import Iterable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from scanner.tui.drawing.explained import every_verdict
from scanner.tui.widgets.drawn import Drawn
from scanner.tui.widgets.key_line import KeyLine, TranslatedScreen
from scanner.wording.catalogue import say

T = TypeVar("T")

_STRIPES = "▞"


class Banner(Widget):
    """A band across the top of the screen: words in the middle, stripes beside them."""

    DEFAULT_CSS: ClassVar[str] = """
    Banner {
        dock: top;
        height: 1;
        background: #ff4fd0;
        color: #000000;
        text-style: bold;
        text-wrap: nowrap;
    }
    """

    def render(self) -> Content:
        """Centre the words between stripes."""
        words = say("TRAINING · NOTHING HERE IS REAL")
        room = max(0, self.size.width - len(words) - 2)
        left = room // 2
        return Content(f"{_STRIPES * left} {words} {_STRIPES * (room - left)}")


class TrainingScreen(TranslatedScreen[T]):
    """A screen between banner and key line; subclasses give its `body`."""

    def compose(self) -> ComposeResult:
        """Lay out banner, body and key line."""
        yield Banner()
        yield from self.body()
        yield KeyLine()

    def body(self) -> Iterable[Widget]:
        """Return the widgets between the two."""
        return ()


class TrainingHelp(TrainingScreen[None]):
    """Shows both lists; the clock goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,enter,q", "dismiss", "Back", key_display="Esc"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    TrainingHelp Static, TrainingHelp Drawn { padding: 0 2; }
    """

    def body(self) -> Iterable[Widget]:
        """Lay out keys and verdicts."""
        heading = Content.styled(say("What the lights mean, and what to do"), "bold")
        keys = Content("\n").join([*_keys(), Content(""), heading])
        yield VerticalScroll(Static(keys), Drawn(every_verdict))


def _keys() -> list[Content]:
    keys = (
        ("l", say("let in; only after a green light")),
        ("t", say("turn away; then the reason's number")),
        ("g", say("send to the gate of the ticket's own section")),
        ("s", say("call the supervisor")),
        ("f", say("find a ticket by its owner's name, where there is no code to read")),
        ("h", say("take the hand scanner, where the camera reads nothing")),
        ("c", say("carry on, when something has happened")),
        ("i", say("type a serial")),
        (say("Space"), say("don't wait: the next patron comes at once")),
        (say("Ctrl+X"), say("leave; the run does not count")),
    )
    rows = [Content.assemble((f"{key:>8}", "bold $accent"), f"  {words}") for key, words in keys]
    return [Content.styled(say("What the keys do"), "bold"), *rows]
