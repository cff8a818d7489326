"""How each verdict looks: its words, its shape, its colours. Any one of the three is enough."""

from dataclasses import dataclass

from scanner.admission.verdict import Kind
from scanner.tui.drawing import shapes


@dataclass(frozen=True, slots=True)
class Face:
    """One look.

    `words` are the lines of the large lettering; `symbol` stands for the shape where there is a
    single cell; `ink` on `paper` has a contrast of 7:1 or more (WCAG 2.2, 1.4.6); `tint` is the
    colour for one line on the screen's own dark ground.
    """

    words: tuple[str, ...]
    symbol: str
    shape: shapes.Shape
    ink: str
    paper: str
    tint: str

    @property
    def title(self) -> str:
        """The words on one line."""
        return " ".join(self.words)


_BLACK, _WHITE = "#000000", "#ffffff"

FACES: dict[Kind, Face] = {
    Kind.ADMITTED: Face(("ADMITTED",), "✓", shapes.tick, _BLACK, "#19c37d", "#19c37d"),
    Kind.ALREADY_ADMITTED: Face(
        ("ALREADY", "ADMITTED"), "⊖", shapes.no_entry, _BLACK, "#ff8a1f", "#ff9d45"
    ),
    Kind.WRONG_SECTION: Face(("WRONG", "SECTION"), "→", shapes.arrow, _WHITE, "#0b4ea2", "#8ab8ff"),
    Kind.OTHER_EVENT: Face(("OTHER", "EVENT"), "≠", shapes.unequal, _WHITE, "#5b2a9d", "#c3a3f5"),
    Kind.UNKNOWN: Face(("UNKNOWN",), "?", shapes.question, _WHITE, "#8a3a00", "#f0a36b"),
    Kind.WITHDRAWN: Face(("WITHDRAWN",), "✗", shapes.cross, _WHITE, "#8e0e4a", "#ff8fbd"),
    Kind.NOT_A_TICKET: Face(("NOT A", "TICKET"), "!", shapes.warning, _BLACK, "#ffd60a", "#ffd60a"),
    Kind.GATE_CLOSED: Face(("GATE", "CLOSED"), "■", shapes.padlock, _WHITE, "#3b3f46", "#d5d8dd"),
}

CANNOT_RECORD = Face(("CANNOT", "RECORD"), "⊗", shapes.stop, _WHITE, "#b00012", "#ff8a8a")
READY = Face(("READY",), "◇", shapes.frame, "#b9c7d8", "#101820", "#b9c7d8")
CHECKING = Face(("CHECKING",), "…", shapes.dots, "#e6ecf3", "#26323f", "#e6ecf3")
