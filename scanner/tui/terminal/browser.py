"""Textual's driver for browsers, with bounded sizes, and an end when the browser is gone."""

from typing import Any

from textual import events
from textual.drivers.web_driver import WebDriver
from textual.message import Message
from textual.messages import ExitApp

WIDEST, TALLEST = 500, 200
"""Cells; a screen is drawn in memory, cell by cell."""


class BrowserDriver(WebDriver):
    """Textual's own; a browser may ask for any size, by a message or by an escape sequence."""

    def __init__(self, *args: Any, size: tuple[int, int] | None = None, **settings: Any) -> None:
        super().__init__(*args, size=size, **settings)
        if self._size is not None:
            self._size = _bounded(*self._size)

    def run_input_thread(self) -> None:
        """Read keys until the app ends, or the window does; then the app is to end too."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.post_message(ExitApp())

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """Take a message of the server's."""
        if packet_type == "resize":
            width, height = payload.get("width"), payload.get("height")
            if not (isinstance(width, int) and isinstance(height, int)):
                return
            payload["width"], payload["height"] = _bounded(width, height)
        super().on_meta(packet_type, payload)

    def process_message(self, message: Message) -> None:
        """Take what the window's keys mean; a terminal may tell its size among them."""
        if isinstance(message, events.Resize):
            return
        super().process_message(message)


def _bounded(width: int, height: int) -> tuple[int, int]:
    return max(1, min(width, WIDEST)), max(1, min(height, TALLEST))
