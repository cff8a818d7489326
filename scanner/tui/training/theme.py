"""Training's colours: plum where the gate is night blue, so that no one takes one for the other."""

from textual.theme import Theme

from scanner.tui.drawing import shapes
from scanner.tui.drawing.faces import Face

REHEARSAL = Theme(
    name="rehearsal",
    primary="#ff8fe0",
    accent="#ff8fe0",
    foreground="#f6e9f4",
    background="#2a0f2e",
    surface="#35143a",
    panel="#4a1c50",
    warning="#ffd60a",
    error="#ff8a8a",
    success="#19c37d",
    dark=True,
    variables={
        "footer-key-foreground": "#ff8fe0",
        "footer-background": "#2a0f2e",
        "good": "#19c37d",
        "fair": "#ffd60a",
        "bad": "#ff8a8a",
    },
)

WHAT_NOW = Face(("WHAT", "NOW?"), "?", shapes.question, "#000000", "#ff8fe0", "#ff8fe0")
"""Something has happened, and the trainee is asked."""

NOBODY = Face(("NEXT",), "◇", shapes.frame, "#e3c8e0", "#35143a", "#e3c8e0")
"""The gate waits for a patron."""
