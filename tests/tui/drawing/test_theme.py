"""Everything that is read on the gate's screen stands out by 7:1 (WCAG 2.2, 1.4.6)."""

import pytest
from textual.theme import Theme

from scanner.tui.drawing.faces import FACES, Face
from scanner.tui.drawing.theme import THEMES, tint
from tests.tui.wcag import contrast

GROUNDS = ("background", "surface", "panel")
INKS = ("foreground", "good", "fair", "bad", "faint", "accent")


def colours(theme: Theme) -> dict[str, str]:
    named = {name: str(getattr(theme, name)) for name in (*GROUNDS, "foreground", "accent")}
    return {**named, **theme.variables}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("ink", INKS)
def test_every_ink_is_read_on_every_ground(theme: Theme, ink: str) -> None:
    found = colours(theme)
    for ground in GROUNDS:
        assert contrast(found[ink], found[ground]) >= 7, ground


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("face", FACES.values(), ids=lambda face: face.name)
def test_a_verdict_on_one_line_is_read_in_every_theme(theme: Theme, face: Face) -> None:
    found = colours(theme)
    assert contrast(found[tint(face)[1:]], found["surface"]) >= 7
