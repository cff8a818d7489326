"""Measures how long a code is in view before it is judged, on drawn streams of 30 frames a second.

There are four kinds of streams: a ticket comes closer, is held by a trembling hand, is turned
towards the camera, or a light's reflection passes over it. Frames are decoded as they come, on one
core: while one takes longer than its slot, the following ones are dropped.
"""

import math
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from scanner.bench.contestants import PRODUCT, ZXING
from scanner.bench.decode import one_core, same_text
from scanner.bench.gate_frames import LEVELS, background, code_corners, draw_text, render
from scanner.bench.optics import SQUARE, Flat, blur_along, defocus, draw_flat, low_light, spot
from scanner.gate import Gate
from scanner.qr.decoded import Symbology
from scanner.qr.decoder import to_grey
from scanner.qr.frame import Frame, Pixels
from scanner.qr.readers import Library, readers
from scanner.scanning.frame_processor import FrameProcessor, create_decoder
from scanner.scanning.presentation import Presentation
from scanner.scanning.symbologies import UnreadKinds
from scanner.stage.pose import HEIGHT, WIDTH, Pose
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now

if TYPE_CHECKING:
    from rich.table import Table

FRAMES_A_SECOND = 30
"""What a camera sends."""

SECONDS = 3.0
"""How long a ticket is in view; one that is not judged within this time is missed."""

EMPTY_FRAMES = 15
"""Frames of the empty gate before a ticket comes, so that its first one is a new scene."""

TREMOR_HERTZ = 9.0
"""The frequency of a trembling hand: physiological tremor has 8 to 12 Hz."""

_EXPOSURE = 0.35
"""The exposure time as a share of the frame interval."""

_NEAR, _FAR = 5.5, 1.2
"""Pixels per module close to the camera, and where a ticket comes into view."""

Judge = Callable[[Frame], bool]
"""Takes a frame in colour; returns whether the stream's ticket was judged by it."""


class Kind(StrEnum):
    """What happens in a stream."""

    APPROACH = "approach"
    TREMBLE = "tremble"
    TURN = "turn"
    GLARE = "glare"


class Stream:
    """One ticket's drawn frames; the same arguments draw the same ones.

    Args:
        kind: what happens.
        level: the difficulty: from 0, none, to 1, hopeless.
        seed: decides everything else.
        number: of the stream among those of that seed.
    """

    def __init__(self, kind: Kind, level: float, seed: int, number: int) -> None:
        self.kind, self.level = kind, level
        self._seed = [seed, 77, number]
        rng = np.random.default_rng(self._seed)
        self.text = draw_text(rng)
        self._flat: Flat = draw_flat(self.text, {"contrast": level * rng.uniform(0.5, 1.5)}, rng)
        self._background = background(rng)
        self._phase, self._angle = rng.uniform(0, 2 * np.pi, 2).tolist()
        self._side = float(rng.choice((-1, 1)))
        self._frames: dict[int, Frame] = {}

    @cached_property
    def first(self) -> int:
        """The number of the first frame that shows the whole code."""
        return next(number for number in range(self.count) if self._in_view(number))

    @property
    def count(self) -> int:
        """How many frames it has from the ticket's first moment on."""
        return round(SECONDS * FRAMES_A_SECOND)

    def frame(self, number: int) -> Frame:
        """Return a frame, 720 x 1280 x 3; a negative number is one of the empty gate."""
        if number not in self._frames:
            grey = self._drawn(number) if number >= 0 else self._background
            rng = np.random.default_rng([*self._seed, number + EMPTY_FRAMES])
            noisy = low_light(grey, 0.8 * self.level, 1.0, rng)
            colour = np.repeat(noisy[:, :, None], 3, axis=2)
            self._frames[number] = Frame(colour, number, number / FRAMES_A_SECOND)
        return self._frames[number]

    def _drawn(self, number: int) -> Pixels:
        """Render the ticket at its pose, with its motion's blur, and the lens's and glare's."""
        seconds = number / FRAMES_A_SECOND
        pose, module = self._pose(seconds)
        later, _ = self._pose(seconds + _EXPOSURE / FRAMES_A_SECOND)
        frame, _ = render(self._flat, pose, self._background)
        frame = blur_along(frame, later.x - pose.x, later.y - pose.y)
        focusing = 0.6 * self.level * (0.7 + max(0.0, 1 - 2 * seconds))
        frame = defocus(frame, focusing, module, np.random.default_rng(0))
        if self.kind is Kind.GLARE:
            along = (seconds / 1.5 - 0.4) * 30 * module * self._side
            reach = module * (5 + 10 * self.level)
            return spot(frame, (pose.x + along, pose.y), reach, 200 + 400 * self.level)
        return frame

    def _in_view(self, number: int) -> bool:
        corners = code_corners(self._flat, self._pose(number / FRAMES_A_SECOND)[0])
        return bool((corners >= 0).all() and (corners < (WIDTH, HEIGHT)).all())

    def _pose(self, seconds: float) -> tuple[Pose, float]:
        """Return the ticket's pose, and its pixels per module."""
        level, held = self.level, _NEAR + (_FAR - _NEAR) * self.level
        come = min(1.0, seconds / 0.4)
        x, y = WIDTH / 2, HEIGHT / 2 + (1 - come) * HEIGHT * 0.6
        roll, yaw, module = 4.0 * self._side, 0.0, held
        if self.kind is Kind.APPROACH:
            part = min(1.0, seconds / (0.8 + 2 * level))
            y, module = HEIGHT / 2, _FAR * (held / _FAR * (1.6 - level)) ** part
        elif self.kind is Kind.TREMBLE:
            swing = TREMOR_HERTZ * 2 * math.pi * seconds + self._phase
            reach = (1 + 4 * level) * module
            x += reach * math.cos(self._angle) * math.sin(swing)
            y += reach * math.sin(self._angle) * math.sin(swing)
        elif self.kind is Kind.TURN:
            left = max(0.0, 1 - seconds / (0.6 + 2 * level))
            roll, yaw = roll + 120 * left * self._side, (35 + 60 * level) * left * self._side
        tall = len(self._flat.pixels) / SQUARE * module
        return Pose(x, y, tall, roll, max(-80.0, min(80.0, yaw)), 0.0), module


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one decoder did with one stream.

    Attributes:
        level: the stream's difficulty.
        ms: from the first frame in view to the verdict; None if it was missed.
        seen: frames that were decoded.
        dropped: frames that came while another was decoded.
    """

    level: float
    ms: float | None
    seen: int
    dropped: int


def play(stream: Stream, judge: Judge, clock: Callable[[], float] = perf_counter) -> Outcome:
    """Show a stream in its own time, in which judging takes as long as the clock says.

    Args:
        stream: what is shown.
        judge: gets the newest frame whenever it is done with the last one.
        clock: monotonic, in seconds.
    """
    for number in range(-EMPTY_FRAMES, 0):
        judge(stream.frame(number))
    number, free_at, seen, dropped = stream.first, 0.0, 0, 0
    while number < stream.count:
        frame = stream.frame(number)
        begun = clock()
        judged = judge(frame)
        free_at = max(free_at, frame.at) + clock() - begun
        seen += 1
        if judged:
            return Outcome(
                stream.level, (free_at - stream.frame(stream.first).at) * 1e3, seen, dropped
            )
        newest = max(number + 1, math.floor(free_at * FRAMES_A_SECOND))
        dropped += newest - number - 1
        number = newest
    return Outcome(stream.level, None, seen, dropped)


@dataclass(frozen=True, slots=True)
class Line:
    """One decoder's result at one difficulty.

    Attributes:
        streams: how many were shown.
        missed: how many of them were not judged.
        p50_ms: the median time in view until the verdict, in milliseconds; None if it was missed.
        p95_ms: what 95 of 100 stay within (nearest rank).
        dropped: the share of frames that were dropped.
    """

    streams: int
    missed: int
    p50_ms: float | None
    p95_ms: float | None
    dropped: float


def summary(outcomes: list[Outcome]) -> Line:
    """Summarize the outcomes of one decoder; a missed stream took longer than any other."""
    times = sorted(math.inf if each.ms is None else each.ms for each in outcomes)
    frames = sum(each.seen + each.dropped for each in outcomes)
    return Line(
        len(times),
        times.count(math.inf),
        _ranked(times, 0.5),
        _ranked(times, 0.95),
        sum(each.dropped for each in outcomes) / frames,
    )


def _ranked(times: list[float], share: float) -> float | None:
    ms = times[math.ceil(len(times) * share) - 1]
    return None if ms == math.inf else ms


@dataclass(frozen=True, slots=True)
class Report:
    """The outcomes of each decoder by its name, this program's first."""

    outcomes: dict[str, list[Outcome]]

    def facts(self) -> dict[str, Any]:
        """Return it as JSON objects: by decoder, then by difficulty."""
        return {
            name: {level: _facts(line) for level, line in self._lines(name).items()}
            for name in self.outcomes
        }

    def table(self) -> "Table":
        """Return it as a table for a terminal."""
        from rich.box import SIMPLE_HEAD
        from rich.table import Table

        table = Table(
            title="Streams: milliseconds from the first frame in view to the verdict",
            title_justify="left",
            box=SIMPLE_HEAD,
        )
        table.add_column("decoder", no_wrap=True)
        for name in ("difficulty", "streams", "missed", "p50 ms", "p95 ms", "dropped"):
            table.add_column(name, justify="right", no_wrap=True)
        for name in self.outcomes:
            for level, line in self._lines(name).items():
                times = [
                    "missed" if ms is None else f"{ms:.0f}" for ms in (line.p50_ms, line.p95_ms)
                ]
                counts = (str(line.streams), str(line.missed))
                table.add_row(name, level, *counts, *times, f"{line.dropped:.0%}")
        return table

    def _lines(self, name: str) -> dict[str, Line]:
        outcomes = self.outcomes[name]
        levels = {
            str(level): [each for each in outcomes if each.level == level]
            for level in sorted({each.level for each in outcomes})
        }
        return {level: summary(those) for level, those in {**levels, "all": outcomes}.items()}


def _facts(line: Line) -> dict[str, Any]:
    return {
        "streams": line.streams,
        "missed": line.missed,
        "p50_ms": None if line.p50_ms is None else round(line.p50_ms, 1),
        "p95_ms": None if line.p95_ms is None else round(line.p95_ms, 1),
        "dropped": round(line.dropped, 4),
    }


def measure(count: int, seed: int) -> Report:
    """Show the same streams to this program's gate, and to zxing-cpp alone if it is installed.

    Args:
        count: how many streams; kinds and difficulties take turns.
        seed: decides how they look.
    """
    kinds = tuple(Kind)
    outcomes: dict[str, list[Outcome]] = {}
    with (
        one_core(),
        tempfile.TemporaryDirectory() as folder,
        Writer(Path(folder) / "gate.sqlite3") as writer,
    ):
        gate = Gate(writer)
        for number in range(count):
            level = LEVELS[number // len(kinds) % len(LEVELS)]
            stream = Stream(kinds[number % len(kinds)], level, seed, number)
            for name, judge in _judges(stream.text, gate).items():
                outcomes.setdefault(name, []).append(play(stream, judge))
    return Report(outcomes)


def _judges(text: str, gate: Gate) -> dict[str, Judge]:
    """Return the decoders by name, new ones for each stream; zxing has no ledger to wait for."""
    processor = FrameProcessor(create_decoder(), unread=UnreadKinds((Symbology.QR,)))

    def judged(frame: Frame) -> bool:
        found = [each for each in processor.process(frame) if isinstance(each, Presentation)]
        for each in found:
            gate.present_and_wait(each.payload, utc_now(), "camera")
        return any(same_text(each.payload, text) for each in found)

    judges: dict[str, Judge] = {PRODUCT: judged}
    zxing = readers().get(Library.ZXING.value)
    if zxing:
        judges[ZXING] = lambda frame: any(
            same_text(each.text, text) for each in zxing(to_grey(frame.pixels)) if each.text
        )
    return judges
