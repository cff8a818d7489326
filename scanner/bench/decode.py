"""What each decoder reads of the same pictures, how often it is wrong, and how long it takes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter
from typing import TypeVar

import numpy as np

from scanner.bench.contestants import ZXING, Contestant
from scanner.bench.empty_frames import empty_frames, empty_video
from scanner.bench.gate_frames import GateFrame
from scanner.bench.one_core import one_core
from scanner.bench.photos import Photo, same_text
from scanner.qr.frame import Pixels

SET_SECONDS = 30.0
"""What one decoder may take for one set of pictures; one that takes seconds on noise sees only the
first of them, and its line says how many.
"""

EASY_LOOKS = 3
"""Looks at a picture that zxing reads at once; the median counts, for a quarter of a millisecond is
soon doubled by whatever else the machine does.
"""

VIDEO_FRAMES = 30
"""A second of a camera's video."""

VIEWS = 4
"""One of each kind: an empty gate, a phone, a page, a shirt."""

VIEW_SECONDS = 1.0
"""What a decoder that treats each frame alike may take for that second's frames; it sees one."""

_ORDER_SEED = 75

Picture = Photo | GateFrame

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PictureResult:
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
        codes: pictures with a code, of those that it looked at.
        right: of those, read right.
        looked_at: all pictures that it looked at.
        wrong: pictures in which something was read that isn't there.
        p50_ms, p95_ms: the time for one picture, in milliseconds; zero where there was none.
        easy_ms: the median time for a picture that zxing reads at once.
        easy_ratio: its time for one of those by zxing's, the median; zero where there was none.
        levels: the share read right at each mean level of difficulty.
    """

    decoder: str
    looked_at: int
    codes: int
    right: int
    wrong: int
    p50_ms: float
    p95_ms: float
    easy_ms: float
    easy_ratio: float
    levels: dict[float, float]

    @property
    def rate(self) -> float:
        """The share of codes read right, 0 to 1."""
        return self.right / self.codes if self.codes else 0.0


def measure(
    contestants: Sequence[Contestant],
    pictures: Iterable[Picture],
    seconds: float = SET_SECONDS,
) -> dict[str, Score]:
    """Let decoders read pictures, each as if it were its first, on one core.

    They look at each picture one after another, so that a busy machine is busy for all of them, in
    an order that is drawn anew each time: who comes first, or after one that works for long, finds
    the processor's caches full of other things, and pays for it.

    Args:
        contestants: the decoders.
        pictures: what to read, in an order in which the first ones stand for all.
        seconds: what each decoder may take; the look that has begun is let finish.

    Returns:
        Each decoder's score by its name.
    """
    outcomes: dict[str, list[PictureResult]] = {each.name: [] for each in contestants}
    left = dict.fromkeys(outcomes, seconds)
    order = np.random.default_rng(_ORDER_SEED)
    with one_core():
        for picture in pictures:
            with_time = [each for each in contestants if left[each.name] > 0]
            for name, outcome in _looks(with_time, picture, order).items():
                left[name] -= outcome.ms / 1e3
                outcomes[name].append(outcome)
    zxings = outcomes.get(ZXING, [])
    return {name: score(name, those, zxings) for name, those in outcomes.items()}


def score(
    name: str, outcomes: Sequence[PictureResult], zxings: Sequence[PictureResult] = ()
) -> Score:
    """Count what came of all pictures. Pure.

    Args:
        name: the decoder's.
        outcomes: one for each picture that it looked at.
        zxings: zxing's outcome for each of them: what it read right is easy.
    """
    easy = [(one.ms, zxing.ms) for one, zxing in zip(outcomes, zxings, strict=False) if zxing.right]
    codes = [one for one in outcomes if one.has_code]
    times = [one.ms for one in outcomes] or [0.0]
    levels = {one.level for one in codes if one.level is not None}
    return Score(
        decoder=name,
        looked_at=len(outcomes),
        codes=len(codes),
        right=sum(one.right for one in codes),
        wrong=sum(one.wrong for one in outcomes),
        p50_ms=float(np.percentile(times, 50)),
        p95_ms=float(np.percentile(times, 95)),
        easy_ms=median(ms for ms, _ in easy) if easy else 0.0,
        easy_ratio=median(ms / zxing_ms for ms, zxing_ms in easy) if easy else 0.0,
        levels={level: _share(codes, level) for level in sorted(levels)},
    )


def _share(codes: Sequence[PictureResult], level: float) -> float:
    there = [one.right for one in codes if one.level == level]
    return sum(there) / len(there)


def _looks(
    contestants: Sequence[Contestant], picture: Picture, order: np.random.Generator
) -> dict[str, PictureResult]:
    """Let each look, in an order that is drawn anew; several times at what zxing reads at once."""
    first = _round(contestants, picture, order)
    rounds = [first]
    if ZXING in first and first[ZXING].right:
        rounds += [_round(contestants, picture, order) for _ in range(EASY_LOOKS - 1)]
    return {
        name: replace(outcome, ms=median(each[name].ms for each in rounds))
        for name, outcome in first.items()
    }


def _round(
    contestants: Sequence[Contestant], picture: Picture, order: np.random.Generator
) -> dict[str, PictureResult]:
    return {each.name: _look(each, picture) for each in _shuffled(contestants, order)}


def _look(contestant: Contestant, picture: Picture) -> PictureResult:
    read = contestant.begin()
    begun = perf_counter()
    texts = read(picture.pixels)
    ms = (perf_counter() - begun) * 1e3
    right = any(same_text(text, picture.text) for text in texts)
    # Where two codes are in a photograph, its text tells of one of them.
    wrong = bool(texts) and not right
    level = picture.level if isinstance(picture, GateFrame) else None
    return PictureResult(right, wrong, ms, picture.text is not None, level)


def empty_ms(contestants: Sequence[Contestant], seed: int) -> dict[str, float]:
    """Return each decoder's milliseconds for a frame without a code, over seconds of video.

    There is a second of each kind of view. Its frames are seen one after another, as at a gate,
    the first one included, and each by all decoders.
    """
    spent: dict[str, list[float]] = {each.name: [] for each in contestants}
    with one_core():
        for view in empty_frames(VIEWS, seed):
            frames = empty_video(VIDEO_FRAMES, view.pixels, seed)
            for name, times in _watch(contestants, frames).items():
                spent[name].append(sum(times) / len(times))
    return {name: sum(those) * 1e3 / VIEWS for name, those in spent.items()}


def _shuffled(those: Sequence[_T], order: np.random.Generator) -> Sequence[_T]:
    return [those[number] for number in order.permutation(len(those))]


def _watch(contestants: Sequence[Contestant], frames: Sequence[Pixels]) -> dict[str, list[float]]:
    """Return the seconds that each decoder took for each frame that it had time for."""
    reads = {each.name: each.begin() for each in contestants}
    sees_all = {each.name for each in contestants if each.remembers}
    spent: dict[str, list[float]] = {name: [] for name in reads}
    order = np.random.default_rng(_ORDER_SEED)
    for frame in frames:
        for name, read in _shuffled(list(reads.items()), order):
            if name in sees_all or not spent[name] or sum(spent[name]) < VIEW_SECONDS:
                begun = perf_counter()
                read(frame)
                spent[name].append(perf_counter() - begun)
    return spent
