"""The debrief as pictures; `pytest tests/tui --snapshot-update` after a look at each change."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.app import App

from scanner.training import picture
from scanner.tui.training.debrief import DebriefScreen
from scanner.tui.training.progress import ProgressScreen
from scanner.tui.training.screen import TrainingScreen
from scanner.tui.training.theme import REHEARSAL
from tests.tui.training.stands import SCENARIO, finished

Compare = Callable[..., bool]
SIZES = pytest.mark.parametrize("size", [(80, 24), (160, 50)], ids=["80x24", "160x50"])


@pytest.fixture(autouse=True)
def plain_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the same pictures however much the decoder can read."""
    monkeypatch.setattr(picture, "_HARDNESS", (0.3,))


class OneScreen(App[None]):
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, shown: TrainingScreen[None]) -> None:
        super().__init__()
        self._shown = shown

    def on_mount(self) -> None:
        self.register_theme(REHEARSAL)
        self.theme = REHEARSAL.name
        self.push_screen(self._shown)


def debrief(folder: Path, *, wrong: bool) -> OneScreen:
    shift, run = finished(folder, wrong=wrong)
    runs = [replace(run, percent=60.0), replace(run, trainee="Mo", percent=90.0), run]
    return OneScreen(DebriefScreen(shift, run, runs, folder))


@SIZES
def test_mistake(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    assert snap_compare(debrief(tmp_path, wrong=True), terminal_size=size)


@SIZES
def test_procedure(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    press = ["right", "right"]
    assert snap_compare(debrief(tmp_path, wrong=True), terminal_size=size, press=press)


@SIZES
def test_no_mistake(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    assert snap_compare(debrief(tmp_path, wrong=False), terminal_size=size)


@SIZES
def test_progress(snap_compare: Compare, tmp_path: Path, size: tuple[int, int]) -> None:
    shift, run = finished(tmp_path, wrong=False)
    shift.close()
    runs = [replace(run, percent=each, passed=each >= 60) for each in (20.0, 45.0, 57.1, 71.4)]
    runs.append(replace(run, trainee="Mo", percent=90.0))
    screen = ProgressScreen(SCENARIO, "Lee", runs)
    assert snap_compare(OneScreen(screen), terminal_size=size)
