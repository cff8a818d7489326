"""The colours of everything but the verdicts, quiet, so that the verdict is what is seen."""

from textual.theme import Theme

from scanner.tui.drawing.faces import CANNOT_RECORD, CHECKING, FACES, READY, Face

_FACES = (*FACES.values(), CANNOT_RECORD, READY, CHECKING)

_DEEP = {
    "admitted": "#00502b",
    "already-admitted": "#6b2f00",
    "wrong-section": "#0a3f85",
    "other-event": "#4c2186",
    "unknown": "#6b2d00",
    "withdrawn": "#7a0a3e",
    "not-a-ticket": "#4a3b00",
    "cannot-record": "#8a000e",
}
"""The faces' colours for one line on a light ground."""


def tint(face: Face) -> str:
    """Return the name of the variable for a face's colour on one line."""
    return f"$face-{face.name}"


def _tints(*, dark: bool) -> dict[str, str]:
    return {
        tint(face)[1:]: face.tint if dark else _DEEP.get(face.name, "#1b2733") for face in _FACES
    }


NIGHT = Theme(
    name="night",
    primary="#8cbcec",
    accent="#8cbcec",
    foreground="#e6ecf3",
    background="#0b1118",
    surface="#101820",
    panel="#1b2733",
    warning="#ffd60a",
    error="#ff9393",
    success="#22cc86",
    dark=True,
    variables={
        "footer-key-foreground": "#8cbcec",
        "footer-background": "#0b1118",
        "good": "#22cc86",
        "fair": "#ffd60a",
        "bad": "#ff9393",
        "faint": "#a5b4c4",
        **_tints(dark=True),
    },
)

DAY = Theme(
    name="day",
    primary="#0a3f85",
    accent="#0a3f85",
    foreground="#101820",
    background="#e9edf2",
    surface="#ffffff",
    panel="#dfe6ee",
    warning="#5c4a00",
    error="#8a000e",
    success="#00502b",
    dark=False,
    variables={
        "footer-key-foreground": "#0a3f85",
        "footer-background": "#e9edf2",
        "good": "#004a28",
        "fair": "#4a3b00",
        "bad": "#7d000d",
        "faint": "#3b4652",
        **_tints(dark=False),
    },
)

CONTRAST = Theme(
    name="contrast",
    primary="#ffff00",
    accent="#ffff00",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    warning="#ffff00",
    error="#ffb3b3",
    success="#5cff9d",
    dark=True,
    variables={
        "footer-key-foreground": "#ffff00",
        "footer-background": "#000000",
        "good": "#5cff9d",
        "fair": "#ffff00",
        "bad": "#ffb3b3",
        "faint": "#ffffff",
        **_tints(dark=True),
    },
)

THEMES = (NIGHT, DAY, CONTRAST)
