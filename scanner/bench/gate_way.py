"""Measures the latency from a frame to its published verdict, and the load of an empty gate."""

import tempfile
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from scanner.bench.decode import one_core
from scanner.bench.gate_frames import empty_frames, empty_video, gate_frames
from scanner.gate import Gate
from scanner.qr.decoded import Symbology
from scanner.qr.frame import Frame, Pixels
from scanner.scanning.frame_processor import FrameProcessor, create_decoder
from scanner.scanning.presentation import Presentation
from scanner.scanning.symbologies import UnreadKinds
from scanner.stage.synthetic import SyntheticCamera
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now

IDLE_FRAMES_A_SECOND = 15
"""The frame rate at which the load of an empty gate is reported."""

_DIFFICULTY = 0.4
_HARD_EVERY = 6
"""Every sixth frame has several distortions, so that the decoder spends all its time on it. That is
more than the 95th percentile leaves out.
"""

_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class GateWay:
    """The result.

    Attributes:
        frames: the number of frames, 1280 x 720 in colour.
        verdicts: the number of published verdicts, each after its durable commit.
        p50_ms: the median time from a frame's arrival to its published verdict, in milliseconds.
        p95_ms: the 95th percentile of it.
        idle_share: the load of one core with nothing in view, at 15 frames per second.
    """

    frames: int
    verdicts: int
    p50_ms: float
    p95_ms: float
    idle_share: float

    def facts(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {
            "frames": self.frames,
            "verdicts": self.verdicts,
            "p50_ms": round(self.p50_ms, 2),
            "p95_ms": round(self.p95_ms, 2),
            "idle_share": round(self.idle_share, 4),
        }


def measure(frames: int, seed: int) -> GateWay:
    """Send frames through decoder, debouncing, gate and a ledger on disk, on one core.

    Args:
        frames: how many.
        seed: decides how they look.
    """
    shown = _shown(frames, seed)
    with one_core(), tempfile.TemporaryDirectory() as folder:
        with Writer(Path(folder) / "gate.sqlite3") as writer:
            ways, verdicts = _send(shown, Gate(writer))
        idle = _idle_share(seed)
    p50, p95 = (float(np.percentile(ways, part)) for part in (50, 95))
    return GateWay(len(shown), verdicts, p50, p95, idle)


def _shown(frames: int, seed: int) -> list[Frame]:
    """Render the frames beforehand: patrons one after another, with hard frames in between."""
    payloads = (f"BENCHQ-DOOR{number:08}" for number in count(1))
    camera = SyntheticCamera(payloads, seed=seed, difficulty=_DIFFICULTY)
    hard = gate_frames(frames, seed)
    shown: list[Frame] = []
    while len(shown) < frames:
        frame = camera.read()
        if frame is not None and len(shown) % _HARD_EVERY == _HARD_EVERY - 1:
            frame = replace(frame, pixels=_colour(next(hard).pixels))
        if frame is not None:
            shown.append(frame)
    return shown


def _colour(grey: Pixels) -> Pixels:
    return np.repeat(grey[:, :, None], 3, axis=2)


def _send(shown: list[Frame], gate: Gate) -> tuple[list[float], int]:
    """Return each frame's latency in milliseconds, and the number of published verdicts."""
    published: list[float] = []
    gate.subscribe(lambda _: published.append(perf_counter()))
    processor = _processor()
    ways = []
    for frame in shown:
        begun = perf_counter()
        for event in processor.process(frame):
            if isinstance(event, Presentation):
                gate.present_and_wait(event.payload, utc_now(), "camera")
        ways.append((perf_counter() - begun) * 1e3)
    return ways, len(published)


def _processor() -> FrameProcessor:
    """Return what a gate for QR processes its frames with."""
    return FrameProcessor(create_decoder(), unread=UnreadKinds((Symbology.QR,)))


def _idle_share(seed: int) -> float:
    """Return the share of one core that a video of an empty gate takes."""
    view = next(empty_frames(1, seed)).pixels
    colour = [_colour(one) for one in empty_video(30, view, seed)]
    processor = _processor()
    begun = process_time()
    for number, pixels in enumerate(colour):
        processor.process(Frame(pixels, number, number / IDLE_FRAMES_A_SECOND))
    return (process_time() - begun) / len(colour) * IDLE_FRAMES_A_SECOND
