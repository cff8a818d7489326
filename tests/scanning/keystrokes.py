"""Keys on a clock of their own: what a scanner and a person press, and what became of it."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from scanner.scanning.keyboard_wedge import BurstDetector, SortedKeys

IKI_MEAN, IKI_SD = 0.238656, 0.1116
"""Seconds between two keys of 168,000 typists: Dhakal, Feit, Kristensson and Oulasvirta,
"Observations on Typing from 136 Million Keystrokes", CHI 2018. Taken for a lognormal distribution,
as the long right tail of inter-key intervals is."""

FASTEST, SLOWEST = 0.04, 0.2


class Stroke(NamedTuple):
    """A key, when it was pressed, and whether a person did."""

    at: float
    char: str
    person: bool


@dataclass
class Outcome:
    """What a detector made of strokes.

    Attributes:
        scans: the codes.
        typed: a person's keys, and when each was handed on.
        cut_off: half codes.
    """

    scans: list[str] = field(default_factory=list)
    typed: list[tuple[Stroke, float]] = field(default_factory=list)
    cut_off: list[Stroke] = field(default_factory=list)

    def add(self, outcome: SortedKeys[Stroke], at: float) -> None:
        self.scans += outcome.scans
        self.typed += [(stroke, at) for stroke in outcome.typed]
        self.cut_off += outcome.cut_off

    @property
    def text(self) -> str:
        return "".join(stroke.char for stroke, _ in self.typed)


def play(
    strokes: Iterable[Stroke], bursts: BurstDetector[Stroke] | None = None, *, in_line: bool = False
) -> Outcome:
    """Press keys and let every wait end when it is due, until no key is held."""
    bursts = bursts or BurstDetector()
    outcome, now = Outcome(), 0.0
    for stroke in strokes:
        now = _wait(bursts, outcome, now, stroke.at)
        if stroke.char == "<":
            outcome.add(bursts.other(stroke, now), now)
        else:
            outcome.add(bursts.press(stroke, stroke.char, now, in_line=in_line), now)
    _wait(bursts, outcome, now, math.inf)
    return outcome


def _wait(bursts: BurstDetector[Stroke], outcome: Outcome, now: float, until: float) -> float:
    while (wait := bursts.wait_seconds(now)) is not None and now + wait < until:
        now += max(wait, 0.0)
        outcome.add(bursts.timeout(now), now)
    return until


def scan(
    text: str, gap: float, at: float = 0.0, *, jitter: float = 0.0, random: Random | None = None
) -> list[Stroke]:
    """Type a text as a scanner does."""
    strokes = []
    for char in text:
        strokes.append(Stroke(at, char, person=False))
        at += gap + (random.uniform(-jitter, jitter) if random else 0.0)
    return strokes


def paused(strokes: list[Stroke], before: int, seconds: float) -> list[Stroke]:
    """Let a scanner pause before one of its keys."""
    return [
        stroke._replace(at=stroke.at + seconds) if number >= before else stroke
        for number, stroke in enumerate(strokes)
    ]


def intervals(random: Random, mean: float = IKI_MEAN) -> Iterator[float]:
    """Draw a person's inter-key intervals, 40 to 200 ms; another mean keeps the relative spread."""
    variance = math.log(1 + (IKI_SD / IKI_MEAN) ** 2)
    while True:
        drawn = random.lognormvariate(math.log(mean) - variance / 2, math.sqrt(variance))
        if FASTEST <= drawn <= SLOWEST:
            yield drawn


def by_hand(text: str, random: Random, at: float = 0.0, mean: float = IKI_MEAN) -> list[Stroke]:
    """Type a text as a person does."""
    strokes = []
    for char, gap in zip(text, intervals(random, mean), strict=False):
        strokes.append(Stroke(at, char, person=True))
        at += gap
    return strokes
