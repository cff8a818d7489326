"""Sources and decoders for tests, which say what they are told."""

import threading
from collections.abc import Callable, Iterable

import numpy as np

from scanner.qr.decoded import Decoded, Reading
from scanner.qr.frame import Frame, Pixels
from scanner.scanning.errors import CameraError


def frame(number: int, at: float | None = None) -> Frame:
    """Make a frame whose only pixel is its number."""
    return Frame(np.full((1, 1), number, np.uint8), number, number / 30 if at is None else at)


class Film:
    """A source that shows frames, fails where an error stands, and then ends."""

    def __init__(
        self,
        scenes: Iterable[Frame | CameraError],
        *,
        live: bool = False,
        before: Callable[[], object] = lambda: None,
    ) -> None:
        self.name = "Film"
        self.live = live
        self.closed = threading.Event()
        self._scenes = iter(scenes)
        self._before = before

    def read(self) -> Frame | None:
        self._before()
        scene = next(self._scenes, None)
        if isinstance(scene, CameraError):
            raise scene
        return scene

    def close(self) -> None:
        self.closed.set()


class Scripted:
    """A decoder that reads in a frame what its one pixel stands for."""

    def __init__(self, script: Callable[[int], list[str]]) -> None:
        self._script = script
        self.seen: list[int] = []

    def decode(self, pixels: Pixels) -> Decoded:
        number = int(pixels[0, 0])
        self.seen.append(number)
        corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
        readings = tuple(Reading(text, corners, "script") for text in self._script(number))
        return Decoded(readings, bool(readings), 0.0)

    def look_around(self, pixels: Pixels, decoded: Decoded) -> Decoded:
        return decoded
