"""A synthetic camera: rendered patrons come one after another and show given payloads."""

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from enum import Enum

from scanner.facts import Code, Fact
from scanner.qr.frame import Frame, Pixels
from scanner.stage.scene import FRAMES, Approach, empty

SCENE_FRAMES_A_SECOND = 20.0
"""The frame rate of the scene's own time where it isn't shown in real time."""

SECONDS_A_PATRON = 1.7
"""How long a ticket is in view in real time."""

GAP_SECONDS = 1.2
"""How long the gate is empty between two patrons: long enough for a code to count again."""


class Nobody(Enum):
    """The answer of a queue that is empty for now."""

    YET = "nobody is there yet"


NextPayload = Callable[[], str | Nobody | None]
"""Returns the next patron's payload; called when the last has left. None ends the scene."""


class StageName(Code):
    """What the made-up camera is called."""

    DEMO_CAMERA = "scanning.demo_camera"


class SyntheticCamera:
    """A frame source in which patrons show tickets.

    Between two patrons the gate is empty, so that the same payload counts again. Frames have the
    scene's own time; without a frame rate, it jumps over the empty frames.

    Args:
        patrons: the payloads; or a function that returns the next one when the last has left.
        seed: decides how the patrons look; the same seed and payloads give the same bytes.
        frames_per_second: the real-time frame rate; None renders frames as fast as they are read,
            and few for each patron.
        difficulty: from 0, easy, to 1, barely readable.
    """

    name = Fact(StageName.DEMO_CAMERA)

    def __init__(
        self,
        patrons: NextPayload | Iterable[str],
        *,
        seed: int = 0,
        frames_per_second: float | None = None,
        difficulty: float = 0.0,
    ) -> None:
        self.live = frames_per_second is not None
        self._next_payload = patrons if callable(patrons) else _asked(iter(patrons))
        self._seed = seed
        self._rate = frames_per_second or SCENE_FRAMES_A_SECOND
        self._frames = round(SECONDS_A_PATRON * self._rate) if self.live else FRAMES
        self._difficulty = difficulty
        self._begun = time.monotonic()
        self._number = 0
        self._at = 0.0
        self._scene = self._play()

    def read(self) -> Frame | None:
        """Return the next frame, when its time has come; None when no patron is left."""
        shown = next(self._scene, None)
        if shown is None:
            return None
        pixels, lasts = shown
        if self.live:
            time.sleep(max(0.0, self._begun + self._at - time.monotonic()))
        frame = Frame(pixels, self._number, self._begun + self._at)
        self._number += 1
        self._at += lasts
        return frame

    def close(self) -> None:
        """End the scene."""
        self._scene.close()

    def _play(self) -> Generator[tuple[Pixels, float], None, None]:
        """Yield frames, each with the seconds until the next one."""
        patron = 0
        while (payload := self._next_payload()) is not None:
            if payload is Nobody.YET:
                yield self._empty(), 1 / self._rate
                continue
            yield from self._gap()
            looks = self._seed * 100_003 + patron
            approach = Approach(
                payload, looks, frames=self._frames, difficulty=self._difficulty, place=self._seed
            )
            for pixels in approach:
                yield pixels, 1 / self._rate
            patron += 1
        yield self._empty(), 1 / self._rate

    def _gap(self) -> Iterator[tuple[Pixels, float]]:
        """Yield empty frames: one, or as many as the frame rate needs."""
        if not self.live:
            self._at += GAP_SECONDS
            yield self._empty(), 1 / self._rate
            return
        for _ in range(round(GAP_SECONDS * self._rate) + 1):
            yield self._empty(), 1 / self._rate

    def _empty(self) -> Pixels:
        return empty(self._seed, self._number, self._difficulty)


def _asked(patrons: Iterator[str]) -> NextPayload:
    return lambda: next(patrons, None)
