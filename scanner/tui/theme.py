"""The colours of everything but the verdicts: dark, so that the verdict is the light."""

from textual.theme import Theme

NIGHT = Theme(
    name="night",
    primary="#7fb2e5",
    accent="#7fb2e5",
    foreground="#e6ecf3",
    background="#0b1118",
    surface="#101820",
    panel="#1b2733",
    warning="#ffd60a",
    error="#ff8a8a",
    success="#19c37d",
    dark=True,
    variables={
        "footer-key-foreground": "#7fb2e5",
        "footer-background": "#0b1118",
        "good": "#19c37d",
        "fair": "#ffd60a",
        "bad": "#ff8a8a",
    },
)
