"""What all training screens have: the banner."""

from collections.abc import Iterable
from typing import TypeVar

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from scanner.tui.terminal.key_names import translate_keys
from scanner.tui.training.banner import Banner
from scanner.tui.widgets.key_line import KeyLine

T = TypeVar("T")


class TrainingScreen(Screen[T]):
    """A screen between the banner and the keys; `body` is what differs."""

    def __init__(self) -> None:
        super().__init__()
        translate_keys(self)

    def compose(self) -> ComposeResult:
        """Put the banner above all else."""
        yield Banner()
        yield from self.body()
        yield KeyLine()

    def body(self) -> Iterable[Widget]:
        """Return the widgets between the two."""
        return ()
