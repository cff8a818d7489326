"""One training screen by itself, and pictures that do not depend on the decoder."""

from typing import Any

import pytest
from textual.app import App

from scanner.training import picture
from scanner.tui.drawing.theme import REHEARSAL
from scanner.tui.training.screen import TrainingScreen


@pytest.fixture(autouse=True)
def plain_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the same pictures however much the decoder can read."""
    monkeypatch.setattr(picture, "_HARDNESS", (0.3,))


class OneScreen(App[None]):
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, shown: TrainingScreen[Any]) -> None:
        super().__init__()
        self._shown = shown

    def on_mount(self) -> None:
        self.register_theme(REHEARSAL)
        self.theme = REHEARSAL.name
        self.push_screen(self._shown)
