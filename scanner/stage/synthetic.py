"""A camera that isn't there: patrons come one after another and show what they are given."""

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from enum import Enum

from scanner.qr.frame import Frame, Pixels
from scanner.stage.scene import FRAMES, Approach, empty

SCENE_FRAMES_A_SECOND = 20.0
"""The pace of the scene's own time where nobody waits for it."""

SECONDS_A_PATRON = 1.7
"""From a ticket's coming into view to its leaving, where the scene is shown at its own speed."""

GAP_SECONDS = 1.2
"""An empty gate between two patrons: longer than a code must be out of view to count anew."""


class Nobody(Enum):
    """What a queue of patrons says while it is empty and not yet over."""

    YET = "nobody is there yet"


NextPayload = Callable[[], str | Nobody | None]
"""Asked for the next patron's payload when the last has left; nothing ends the show."""


class SyntheticCamera:
    """A source of frames in which patrons show tickets.

    Between two patrons the gate is empty, so that the same payload counts anew. A frame's time is
    the scene's: without a pace, time leaps over what would be many empty frames.

    Args:
        patrons: payloads; or what is asked for the next one, once all frames of the last are read.
        seed: decides every patron's looks; the same seed and payloads give the same bytes.
        frames_per_second: show the scene at this pace; nothing shows it as fast as it is read, in
            few frames a patron.
        difficulty: from 0, readable at a glance, to 1, barely.
    """

    name = "Demo camera"

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
        """Draw the next frame, when its time has come; nothing when no patron is left."""
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
        """Let the patrons go."""
        self._scene.close()

    def _play(self) -> Generator[tuple[Pixels, float], None, None]:
        """Draw frames, each with the seconds until the next one."""
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
        """Leave the gate empty: in one frame, or in as many as the pace wants."""
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
