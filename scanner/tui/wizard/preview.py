"""The camera's picture in the wizard: enough to see where it looks."""

import threading
from typing import ClassVar

from scanner.qr.frame import Pixels
from scanner.tui.widgets.picture_view import PictureView


class Preview(PictureView):
    """Shows the newest picture, five times a second."""

    DEFAULT_CSS: ClassVar[str] = """
    Preview { height: 1fr; min-height: 3; }
    """

    def __init__(self) -> None:
        super().__init__(whole=True)
        self._guard = threading.Lock()
        self._newest: Pixels | None = None

    def take(self, pixels: Pixels) -> None:
        """Take a picture; callable from any thread."""
        with self._guard:
            self._newest = pixels

    def on_mount(self) -> None:
        """Start the refresh."""
        self.set_interval(0.2, self.show_newest)

    def show_newest(self) -> None:
        """Draw the newest picture, where there is one."""
        with self._guard:
            newest, self._newest = self._newest, None
        if newest is not None:
            self.show(newest)
