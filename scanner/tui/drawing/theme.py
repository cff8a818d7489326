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


def _theme(
    name: str,
    *,
    accent: str,
    foreground: str,
    faint: str,
    background: str,
    surface: str,
    panel: str,
    good: str,
    fair: str,
    bad: str,
    dark: bool = True,
) -> Theme:
    """Make a theme; `good`, `fair` and `bad` are Textual's success, warning and error too."""
    return Theme(
        name=name,
        primary=accent,
        accent=accent,
        foreground=foreground,
        background=background,
        surface=surface,
        panel=panel,
        success=good,
        warning=fair,
        error=bad,
        dark=dark,
        variables={
            "footer-key-foreground": accent,
            "footer-background": background,
            "good": good,
            "fair": fair,
            "bad": bad,
            "faint": faint,
            **_tints(dark=dark),
        },
    )


NIGHT = _theme(
    "night",
    accent="#8cbcec",
    foreground="#e6ecf3",
    faint="#a5b4c4",
    background="#0b1118",
    surface="#101820",
    panel="#1b2733",
    good="#22cc86",
    fair="#ffd60a",
    bad="#ff9393",
)

DAY = _theme(
    "day",
    accent="#0a3f85",
    foreground="#101820",
    faint="#3b4652",
    background="#e9edf2",
    surface="#ffffff",
    panel="#dfe6ee",
    good="#004a28",
    fair="#4a3b00",
    bad="#7d000d",
    dark=False,
)

CONTRAST = _theme(
    "contrast",
    accent="#ffff00",
    foreground="#ffffff",
    faint="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    good="#5cff9d",
    fair="#ffff00",
    bad="#ffb3b3",
)

THEMES = (NIGHT, DAY, CONTRAST)

REHEARSAL = _theme(
    "rehearsal",
    accent="#ff8fe0",
    foreground="#f6e9f4",
    faint="#f6e9f4",
    background="#2a0f2e",
    surface="#35143a",
    panel="#4a1c50",
    good="#19c37d",
    fair="#ffd60a",
    bad="#ff8a8a",
)
"""Training's: plum; the real gate is night blue."""
