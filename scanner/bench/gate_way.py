"""A frame's way from its arrival to the published verdict, and what an empty gate costs."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import cv2
import numpy as np

from scanner.bench.empty_frames import empty_frames, empty_video
from scanner.capture.decode import Decoder
from scanner.capture.frame import Frame
from scanner.capture.presentation import Presented
from scanner.capture.watch import Watch
from scanner.gate import Gate
from scanner.stage.synthetic import SyntheticCamera
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now

IDLE_FRAMES_A_SECOND = 15
"""The pace at which an empty gate's load is told."""

_DIFFICULTY = 0.4
_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class GateWay:
    """What was measured.

    Attributes:
        frames: that arrived, 1280 x 720 in colour; each patron shows a ticket in some of them.
        verdicts: that were published, each after its durable commit.
        p50_ms, p95_ms: from a frame's arrival until all that follows from it is published.
        idle_share: of one core, with nothing in view at 15 frames a second.
    """

    frames: int
    verdicts: int
    p50_ms: float
    p95_ms: float
    idle_share: float

    def facts(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "frames": self.frames,
            "verdicts": self.verdicts,
            "p50_ms": round(self.p50_ms, 2),
            "p95_ms": round(self.p95_ms, 2),
            "idle_share": round(self.idle_share, 4),
        }


def measure(frames: int, seed: int) -> GateWay:
    """Send frames through decoder, presentation, gate and a ledger on disk, on one core."""
    cv2.setNumThreads(1)
    shown = _shown(frames, seed)
    with _on_one_core(), tempfile.TemporaryDirectory() as folder:
        with Writer(Path(folder) / "gate.sqlite3") as writer:
            ways, verdicts = _send(shown, Gate(writer))
        idle = _idle_share(seed)
    p50, p95 = (float(np.percentile(ways, part)) for part in (50, 95))
    return GateWay(len(shown), verdicts, p50, p95, idle)


def _shown(frames: int, seed: int) -> list[Frame]:
    """Draw them before the clock runs."""
    payloads = (f"BENCHQ-DOOR{number:08}" for number in count(1))
    camera = SyntheticCamera(payloads, seed=seed, difficulty=_DIFFICULTY)
    frames_shown = (camera.read() for _ in range(frames))
    return [frame for frame in frames_shown if frame is not None]


def _send(shown: list[Frame], gate: Gate) -> tuple[list[float], int]:
    """Return each frame's milliseconds, and how many verdicts were published."""
    published: list[float] = []
    gate.subscribe(lambda _: published.append(perf_counter()))
    watch = Watch(Decoder())
    ways = []
    for frame in shown:
        begun = perf_counter()
        for event in watch.look(frame):
            if isinstance(event, Presented):
                gate.present(event.payload, utc_now(), "camera").result(_WAIT_SECONDS)
        ways.append((perf_counter() - begun) * 1e3)
    return ways, len(published)


def _idle_share(seed: int) -> float:
    """Return the share of a core that two seconds of an empty gate's video take to look at."""
    view = next(empty_frames(1, seed)).pixels
    colour = [np.repeat(one[:, :, None], 3, axis=2) for one in empty_video(30, view, seed)]
    watch = Watch(Decoder())
    begun = process_time()
    for number, pixels in enumerate(colour):
        watch.look(Frame(pixels, number, number / IDLE_FRAMES_A_SECOND))
    return (process_time() - begun) / len(colour) * IDLE_FRAMES_A_SECOND


@contextmanager
def _on_one_core() -> Iterator[None]:
    """Keep to one core meanwhile, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
