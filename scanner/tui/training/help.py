"""What the keys do, and what is done about each light: what a trainee has to know."""

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from scanner.admission.verdict import Kind
from scanner.tui.faces import FACES
from scanner.tui.training.screen import TrainingScreen

_KEYS = (
    ("l", "let in; only after a green light"),
    ("t", "turn away; then the reason's number"),
    ("g", "send to the gate of the ticket's own section"),
    ("s", "call the supervisor"),
    ("f", "find a ticket by its owner's name, where there is no code to read"),
    ("h", "take the hand scanner, where the camera reads nothing"),
    ("c", "carry on, when something has happened"),
    ("i", "type a serial"),
    ("Space", "don't wait: the next patron comes at once"),
    ("Ctrl+X", "leave; the run does not count"),
)
_RULES: tuple[tuple[Kind, str], ...] = (
    (Kind.ADMITTED, "let in; a child alone goes to the supervisor"),
    (Kind.ALREADY_ADMITTED, "turn away, or call the supervisor"),
    (Kind.WRONG_SECTION, "send to the gate of that section"),
    (Kind.OTHER_EVENT, "turn away"),
    (Kind.UNKNOWN, "turn away; bought while offline: supervisor"),
    (Kind.WITHDRAWN, "turn away, or call the supervisor"),
    (Kind.NOT_A_TICKET, "turn away: ask for the ticket's code"),
    (Kind.GATE_CLOSED, "call the supervisor; nobody enters"),
)


class TrainingHelp(TrainingScreen[None]):
    """Two lists; the clock runs on, as it would at a gate."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,enter,q", "dismiss", "Back", key_display="Esc"),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    TrainingHelp Static { padding: 0 2; }
    """

    def body(self) -> Iterable[Widget]:
        """Lay out keys and lights."""
        yield VerticalScroll(Static(Content("\n").join([*_keys(), Content(""), *_lights()])))


def _keys() -> list[Content]:
    rows = [Content.assemble((f"{key:>8}", "bold $accent"), f"  {words}") for key, words in _KEYS]
    return [Content.styled("What the keys do", "bold"), *rows]


def _lights() -> list[Content]:
    rows = []
    for kind, words in _RULES:
        face = FACES[kind]
        left = f"{face.symbol} {face.title}"
        rows.append(Content.assemble((f"  {left:<20}", f"bold {face.tint}"), words))
    return [Content.styled("What to do about each light", "bold"), *rows]
