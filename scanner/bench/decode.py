"""Measures decoders on the same pictures, photographs too: read rate, wrong reads and time."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TypeVar

import cv2
import numpy as np

from scanner.bench.contestants import ZXING, Contestant
from scanner.bench.gate_frames import GateFrame, codeless_frames, empty_frames, empty_video
from scanner.facts import Code
from scanner.qr.decoded import Symbology
from scanner.qr.frame import Pixels
from scanner.qr.readers import symbol_reader
from scanner.scanning.errors import NoPictures
from scanner.scanning.frame_processor import create_decoder
from scanner.scanning.picture_files import PICTURES
from scanner.scanning.symbologies import Agreement

SET_SECONDS = 30.0
"""The time limit of one decoder for one set. A slow one sees only the first pictures; its line says
how many.
"""

EASY_REPETITIONS = 3
"""Repetitions for a picture that zxing reads. The median counts, because other load easily doubles
a quarter of a millisecond.
"""

VIDEO_FRAMES = 30
"""One second of video."""

VIEWS = 4
"""One of each kind of empty frame."""

VIEW_SECONDS = 1.0
"""The time limit of a stateless decoder for one view; it sees at least one frame."""

_ORDER_SEED = 75

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A photograph with its expected text.

    Attributes:
        name: its path below the folder.
        pixels: rows x columns, grey.
        text: the payload of its code; None where none is readable.
    """

    name: str
    pixels: Pixels
    text: str | None


class BenchFault(Code):
    """What keeps a bench from running."""

    NO_PHOTOS = "bench.no_photos"


Picture = Photo | GateFrame


def read_photos(folder: Path) -> list[Photo]:
    """Read each `NAME.txt` and the picture NAME beside it.

    An empty text stands for no readable code.

    Raises:
        NoPictures: neither the folder nor those below it have such a pair.
    """
    photos = list(_photos(folder))
    if not photos:
        raise NoPictures(BenchFault.NO_PHOTOS, folder=folder)
    return photos


def same_text(one: str, other: str | None) -> bool:
    """Return whether two texts are equal but for their line endings."""
    return other is not None and _lines(one) == _lines(other)


def _photos(folder: Path) -> Iterator[Photo]:
    for expected in sorted(folder.rglob("*.txt")):
        for file in sorted(expected.parent.glob(f"{expected.stem}.*")):
            if file.suffix.lower() not in PICTURES:
                continue
            pixels = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
            if pixels is not None:
                text = expected.read_text(encoding="utf-8")
                yield Photo(
                    str(file.relative_to(folder)), np.asarray(pixels, np.uint8), text or None
                )


def _lines(text: str) -> list[str]:
    return text.strip().splitlines()


@contextmanager
def one_core() -> Iterator[None]:
    """Pin this thread, and those that it starts, to one core; limit OpenCV to one thread.

    zxing-cpp and zbar only use the caller's thread. Where the system has no CPU affinity, only
    OpenCV is limited.
    """
    threads = cv2.getNumThreads()
    bound = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    cv2.setNumThreads(1)
    if bound:
        os.sched_setaffinity(0, {max(bound)})
    try:
        yield
    finally:
        if bound:
            os.sched_setaffinity(0, bound)
        cv2.setNumThreads(threads)


@dataclass(frozen=True, slots=True)
class PictureResult:
    """The result of one decoder for one picture.

    Attributes:
        right: whether the expected text was read.
        wrong: whether another text was read.
        ms: the time it took, in milliseconds.
        has_code: whether there is a code in the picture.
        level: the mean level of difficulty of a synthetic frame.
    """

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
        looked_at: the pictures that it looked at.
        codes: how many of these have a code.
        right: how many of the codes were read right.
        wrong: the pictures in which a wrong text was read.
        p50_ms: the median time for a picture, in milliseconds; 0 without pictures.
        p95_ms: the 95th percentile of the time.
        easy_ms: the median time for a picture that zxing alone reads.
        easy_ratio: the median ratio of its time to zxing's for these; 0 without any.
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
    """Let each decoder read each picture with a new instance, on one core.

    All decoders read one picture before the next, so that other load affects all of them. Their
    order is random for each picture, because cold caches slow down the first.

    Args:
        contestants: the decoders.
        pictures: what to read; the first ones must be representative.
        seconds: the time limit of each decoder; a picture that has begun is finished.

    Returns:
        Each decoder's score by its name.
    """
    outcomes: dict[str, list[PictureResult]] = {each.name: [] for each in contestants}
    left = dict.fromkeys(outcomes, seconds)
    order = np.random.default_rng(_ORDER_SEED)
    with one_core():
        for picture in pictures:
            with_time = [each for each in contestants if left[each.name] > 0]
            for name, outcome in _read_repeatedly(with_time, picture, order).items():
                left[name] -= outcome.ms / 1e3
                outcomes[name].append(outcome)
    zxings = outcomes.get(ZXING, [])
    return {name: score(name, those, zxings) for name, those in outcomes.items()}


def score(
    name: str, outcomes: Sequence[PictureResult], zxings: Sequence[PictureResult] = ()
) -> Score:
    """Summarize the outcomes of one decoder. Pure.

    Args:
        name: the decoder's.
        outcomes: one for each picture.
        zxings: zxing's outcomes for the same pictures; what it read right counts as easy.
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


def _read_repeatedly(
    contestants: Sequence[Contestant], picture: Picture, order: np.random.Generator
) -> dict[str, PictureResult]:
    """Let each decoder read the picture, several times if zxing alone reads it."""
    first = _round(contestants, picture, order)
    rounds = [first]
    if ZXING in first and first[ZXING].right:
        rounds += [_round(contestants, picture, order) for _ in range(EASY_REPETITIONS - 1)]
    return {
        name: replace(outcome, ms=median(each[name].ms for each in rounds))
        for name, outcome in first.items()
    }


def _round(
    contestants: Sequence[Contestant], picture: Picture, order: np.random.Generator
) -> dict[str, PictureResult]:
    return {each.name: _read_once(each, picture) for each in _shuffled(contestants, order)}


def _read_once(contestant: Contestant, picture: Picture) -> PictureResult:
    read = contestant.begin()
    begun = perf_counter()
    texts = read(picture.pixels)
    ms = (perf_counter() - begun) * 1e3
    right = any(same_text(text, picture.text) for text in texts)
    # The text of a photograph with two codes is that of one of them.
    wrong = bool(texts) and not right
    level = picture.level if isinstance(picture, GateFrame) else None
    return PictureResult(right, wrong, ms, picture.text is not None, level)


def empty_ms(contestants: Sequence[Contestant], seed: int) -> dict[str, float]:
    """Return each decoder's mean time for a frame without a code, in milliseconds.

    It is measured over one second of video of each kind of view, the first frame included.
    """
    spent: dict[str, list[float]] = {each.name: [] for each in contestants}
    with one_core():
        for view in empty_frames(VIEWS, seed):
            frames = empty_video(VIDEO_FRAMES, view.pixels, seed)
            for name, times in _time_frames(contestants, frames).items():
                spent[name].append(sum(times) / len(times))
    return {name: sum(those) * 1e3 / VIEWS for name, those in spent.items()}


@dataclass(frozen=True, slots=True)
class FalseReads:
    """What was read in frames without a code, with every symbology on.

    Attributes:
        frames: how many were looked at.
        read: what zxing-cpp returned in them, by symbology.
        believed: what this program would have judged; every one is wrong.
    """

    frames: int
    read: dict[str, int]
    believed: tuple[str, ...]


def false_reads(frames: int, seed: int) -> FalseReads:
    """Look for every symbology in each frame of many without a code, on one core.

    QR is read as a gate reads it. The others are all looked for in every frame, where a gate's take
    turns.
    """
    decoder, agreement = create_decoder(), Agreement()
    read = symbol_reader([kind for kind in Symbology if kind is not Symbology.QR])
    seen: Counter[str] = Counter()
    believed: list[str] = []
    with one_core():
        for grey in codeless_frames(frames, seed):
            found = read(grey)
            seen.update(one.kind for one in found)
            sure = [*decoder.decode(grey).readings, *agreement.believed(found)]
            believed += [f"{one.by}: {one.text}" for one in sure]
    return FalseReads(frames, dict(seen), tuple(believed))


def _shuffled(those: Sequence[_T], order: np.random.Generator) -> Sequence[_T]:
    return [those[number] for number in order.permutation(len(those))]


def _time_frames(
    contestants: Sequence[Contestant], frames: Sequence[Pixels]
) -> dict[str, list[float]]:
    """Return the seconds that each decoder took for each frame within its time limit."""
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
