"""Programs for a pseudo-terminal: a picture beside what is typed, or the libraries alone."""

import sys

import numpy as np
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from scanner.tui.drawing import pixels
from scanner.tui.terminal.driver import TerminalDriver
from scanner.tui.widgets.picture_view import PictureView


class Pictured(App[None]):
    """A square picture on the right of a line of text."""

    CSS = "Horizontal { height: 48; } Input { width: 50%; } PictureView { width: 50%; }"

    def compose(self) -> ComposeResult:
        yield Horizontal(Input(), PictureView(whole=True))

    def on_mount(self) -> None:
        levels = np.linspace(0, 255, 1600, dtype=np.uint8)
        picture = np.dstack([*np.meshgrid(levels, levels), np.full((1600, 1600), 90, np.uint8)])
        self.query_one(PictureView).show(picture)


if __name__ == "__main__":
    if "load" in sys.argv:
        pixels.load(kitty=True)
        pixels.load(kitty=False)
        print('"loaded"')  # noqa: T201 - a program's answer
    else:
        Pictured(driver_class=TerminalDriver).run()
