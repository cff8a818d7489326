"""How long the last verdict may stand while the next is being recorded."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from textual.screen import Screen
from textual.timer import Timer

PATIENCE = timedelta(milliseconds=400)
"""How long the last verdict may stand while the next is being recorded."""


class Patience:
    """Counts the payloads that wait for their verdict, and calls `lose` when one is late."""

    def __init__(self, screen: Screen[Any], lose: Callable[[], None]) -> None:
        self._screen = screen
        self._lose = lose
        self._waiting = 0
        self._timer: Timer | None = None

    def begin(self) -> None:
        """A payload was handed to the judge."""
        self._waiting += 1
        if self._timer is None:
            self._start()

    def end(self) -> None:
        """The judge is done with one; for those that still wait, the time begins anew."""
        self._waiting -= 1
        if self._timer:
            self._timer.stop()
            self._timer = None
        if self._waiting:
            self._start()

    def is_lost(self) -> bool:
        """Tell, when the time is up, whether somebody still waits."""
        self._timer = None
        return self._waiting > 0

    def _start(self) -> None:
        self._timer = self._screen.set_timer(PATIENCE.total_seconds(), self._lose)
