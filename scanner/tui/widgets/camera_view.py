"""The live picture beside the verdict: where the camera looks, what it reads, what it lacks."""

import os
from collections.abc import Callable
from time import perf_counter
from typing import ClassVar

from scanner.tui.ports import SourceState, View
from scanner.tui.widgets.picture_view import PictureView
from scanner.wording.sentences import sentence

PICTURES_A_SECOND = 8
"""Enough to follow a hand with."""

MOST_OF_THE_TIME = 0.1
"""Of the screen's time, what drawing may take: on a slow machine pictures come more seldom."""

ENOUGH_CORES = 4
"""So many, and reading codes leaves one for the picture: the newest frame is read on up to two, the
screen and the records take one."""


def wanted(setting: str) -> bool:
    """Tell whether the picture is wanted: on, off, or `auto`, where the computer has the cores."""
    return ((os.cpu_count() or 1) >= ENOUGH_CORES) if setting == "auto" else setting == "on"


class CameraView(PictureView):
    """The newest picture with its codes outlined, and below it what the guard should say.

    Args:
        view: the newest picture that was looked at.
        state: how the camera is doing.
    """

    DEFAULT_CSS: ClassVar[str] = """
    CameraView { display: none; width: 40; height: 100%; color: #ffe27a; text-style: bold; }
    """

    def __init__(
        self, view: Callable[[], View | None], state: Callable[[], SourceState | None]
    ) -> None:
        super().__init__(whole=True)
        self._view = view
        self._state = state
        self._rest_until = 0.0

    def on_mount(self) -> None:
        """Be ready to follow the camera."""
        self._following = self.set_interval(1 / PICTURES_A_SECOND, self.follow, pause=True)

    def on_show(self) -> None:
        """Follow the camera: nobody is woken for a picture that isn't shown."""
        self._following.resume()

    def on_hide(self) -> None:
        """Rest."""
        self._following.pause()

    def follow(self) -> None:
        """Show the newest picture, where it can be seen and the screen has time for it."""
        begun = perf_counter()
        if not self.display or self.app.screen is not self.screen or begun < self._rest_until:
            return
        view, state = self._view(), self._state()
        words = sentence(state.fact) if state and state.fact else ""
        self.show(view.pixels if view else None, words, view.outlines if view else ())
        ended = perf_counter()
        self._rest_until = ended + (ended - begun) * (1 / MOST_OF_THE_TIME - 1)
