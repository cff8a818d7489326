"""What each decoder reads of the same pictures, how often it is wrong, and how long it takes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter

import cv2
import numpy as np

from scanner.bench.contestants import Contestant
from scanner.bench.empty_frames import empty_frames, empty_video
from scanner.bench.gate_frames import GateFrame
from scanner.bench.photos import Photo, same_text

VIDEO_FRAMES = 30
"""A second of a camera's video."""

VIEWS = 4
"""One of each kind: an empty gate, a phone, a page, a shirt."""

SAMPLE_FRAMES = 2
"""Of that second, what is shown to a decoder that treats each frame alike."""

Picture = Photo | GateFrame


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one picture gave: read right, something wrong in it, and the time it took."""

    right: bool
    wrong: bool
    ms: float
    has_code: bool
    level: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """One decoder on one set of pictures.

    Attributes:
        decoder: its name.
        codes: pictures with a code.
        right: of those, read right.
        wrong: pictures in which something was read that isn't there.
        p50_ms, p95_ms: the time for one picture, in milliseconds; zero where there was none.
        levels: the share read right at each mean level of difficulty.
    """

    decoder: str
    codes: int
    right: int
    wrong: int
    p50_ms: float
    p95_ms: float
    levels: dict[float, float]

    @property
    def rate(self) -> float:
        """The share of codes read right, 0 to 1."""
        return self.right / self.codes if self.codes else 0.0


def measure(contestant: Contestant, pictures: Iterable[Picture]) -> Score:
    """Let one decoder read pictures, each as if it were its first, on one core."""
    cv2.setNumThreads(1)
    return score(contestant.name, [_look(contestant, picture) for picture in pictures])


def score(name: str, outcomes: Sequence[Outcome]) -> Score:
    """Count what came of all pictures. Pure."""
    codes = [one for one in outcomes if one.has_code]
    times = [one.ms for one in outcomes] or [0.0]
    levels = {one.level for one in codes if one.level is not None}
    return Score(
        decoder=name,
        codes=len(codes),
        right=sum(one.right for one in codes),
        wrong=sum(one.wrong for one in outcomes),
        p50_ms=float(np.percentile(times, 50)),
        p95_ms=float(np.percentile(times, 95)),
        levels={level: _share(codes, level) for level in sorted(levels)},
    )


def _share(codes: Sequence[Outcome], level: float) -> float:
    there = [one.right for one in codes if one.level == level]
    return sum(there) / len(there)


def _look(contestant: Contestant, picture: Picture) -> Outcome:
    read = contestant.begin()
    begun = perf_counter()
    texts = read(picture.pixels)
    ms = (perf_counter() - begun) * 1e3
    right = any(same_text(text, picture.text) for text in texts)
    # Where two codes are in a photograph, its text tells of one of them.
    wrong = bool(texts) and not right
    level = picture.level if isinstance(picture, GateFrame) else None
    return Outcome(right, wrong, ms, picture.text is not None, level)


def false_reads(contestant: Contestant, frames: Iterable[GateFrame]) -> int:
    """Count the frames without a code in which something was read."""
    return sum(bool(contestant.begin()(each.pixels)) for each in frames)


def empty_ms(contestant: Contestant, seed: int) -> float:
    """Return the milliseconds for a frame without a code, over a second of video of each kind.

    The decoder sees a second's frames one after another, as at a gate, the first one included.
    """
    cv2.setNumThreads(1)
    shown = VIDEO_FRAMES if contestant.remembers else SAMPLE_FRAMES
    spent = 0.0
    for view in empty_frames(VIEWS, seed):
        frames = empty_video(shown, view.pixels, seed)
        read = contestant.begin()
        begun = perf_counter()
        for frame in frames:
            read(frame)
        spent += perf_counter() - begun
    return spent * 1e3 / (shown * VIEWS)
