"""How each verdict looks: its shape and its colours. With its title, any one of them is enough."""

from dataclasses import dataclass

from scanner.admission.verdict import Kind
from scanner.tui.drawing import shapes


@dataclass(frozen=True, slots=True)
class Face:
    """One look.

    Attributes:
        name: what the style sheets call it.
        symbol: stands for the shape where there is a single cell.
        shape: what is drawn.
        ink, paper: text and ground, with a contrast of 7:1 or more (WCAG 2.2, 1.4.6).
        tint: the colour for one line on the screen's own dark ground.
    """

    name: str
    symbol: str
    shape: shapes.Shape
    ink: str
    paper: str
    tint: str


_BLACK, _WHITE = "#000000", "#ffffff"

FACES: dict[Kind, Face] = {
    Kind.ADMITTED: Face("admitted", "✓", shapes.tick, _BLACK, "#19c37d", "#19c37d"),
    Kind.ALREADY_ADMITTED: Face(
        "already-admitted", "⊖", shapes.no_entry, _BLACK, "#ff8a1f", "#ff9d45"
    ),
    Kind.WRONG_SECTION: Face("wrong-section", "→", shapes.arrow, _WHITE, "#0b4ea2", "#8ab8ff"),
    Kind.OTHER_EVENT: Face("other-event", "≠", shapes.unequal, _WHITE, "#5b2a9d", "#c3a3f5"),
    Kind.UNKNOWN: Face("unknown", "?", shapes.question, _WHITE, "#8a3a00", "#f0a36b"),
    Kind.WITHDRAWN: Face("withdrawn", "✗", shapes.cross, _WHITE, "#8e0e4a", "#ff8fbd"),
    Kind.NOT_A_TICKET: Face("not-a-ticket", "!", shapes.warning, _BLACK, "#ffd60a", "#ffd60a"),
    Kind.GATE_CLOSED: Face("gate-closed", "■", shapes.padlock, _WHITE, "#3b3f46", "#d5d8dd"),
    Kind.EXITED: Face("exited", "←", shapes.way_out, _BLACK, "#e9edf2", "#ffffff"),
}

CANNOT_RECORD = Face("cannot-record", "⊗", shapes.stop, _WHITE, "#b00012", "#ff8a8a")
READY = Face("ready", "◇", shapes.frame, "#b9c7d8", "#101820", "#b9c7d8")
READY_TO_LET_OUT = Face("ready-to-let-out", "←", shapes.way_out, "#101820", "#b9c7d8", "#b9c7d8")
"""The colours of `READY`, turned round: nobody takes one for the other."""

CHECKING = Face("checking", "…", shapes.dots, "#e6ecf3", "#26323f", "#e6ecf3")
