"""Frames of a gate's camera, drawn: one ticket with several things wrong at once, or none at all.

The distortions are those that phones and paper at a door have: each has a level from 0, none, to
1, hopeless. The same seed gives the same bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from scanner.bench.optics import EFFECTS
from scanner.bench.surface import SQUARE, Flat, draw_flat
from scanner.qr.frame import Pixels
from scanner.stage.backdrop import backdrop
from scanner.stage.pose import HEIGHT, WIDTH, Matrix, Pose, homography

LEVELS = (0.2, 0.3, 0.4, 0.5)
"""Mean levels of difficulty: from what every decoder reads to what hardly any does."""

SPREAD = 0.25
"""How far a single distortion's level is from its frame's mean, either way."""

SURFACE = ("inverted", "quiet", "contrast", "thumb", "cracks", "creases")
GEOMETRY = ("size", "tilt", "turn")
DISTORTIONS = (*GEOMETRY, *SURFACE, *EFFECTS)

_AT_ONCE = (3, 6)
_LARGEST, _SMALLEST = 6.0, 1.0
_TILT_DEGREES = 70.0
_PLACES = 6
_FINER = 2
"""The ticket is drawn at this many times the frame's size, then averaged, as a sensor does."""


@dataclass(frozen=True, slots=True, eq=False)
class GateFrame:
    """One drawn frame.

    Attributes:
        pixels: 720 x 1280, grey.
        text: what the code in it says; nothing where there is none.
        level: the mean level of difficulty it was drawn for.
        wrong: the distortions in it, each with its own level.
        corners: where the code is, 4 x 2, from its upper left one on; nothing where there is none.
    """

    pixels: Pixels
    text: str | None
    level: float
    wrong: dict[str, float] = field(default_factory=dict)
    corners: Matrix | None = None


def gate_frames(count: int, seed: int = 0) -> Iterator[GateFrame]:
    """Draw frames with one ticket each; the levels take turns.

    Args:
        count: how many.
        seed: decides everything else.
    """
    for number in range(count):
        rng = np.random.default_rng([seed, 71, number])
        level = LEVELS[number % len(LEVELS)]
        yield draw_frame(draw_text(rng), draw_wrong(rng, level), rng, level)


def draw_text(rng: np.random.Generator) -> str:
    """Choose a payload: a serial (version 1-M), 64 digits (3-M) or 60 characters of URL (4-M)."""
    letters = "".join(rng.choice(list("ABCDEFGHKLMNPQRSTUVWXYZ"), 10))
    digits = "".join(rng.choice(list("0123456789"), 64))
    texts = (
        f"{letters[:6]}-{letters[6:10]}{digits[:8]}",
        digits,
        f"https://tickets.example/t/{digits[:16]}-{letters}{digits[16:23]}",
    )
    return texts[rng.choice(3, p=(0.6, 0.2, 0.2))]


def draw_wrong(rng: np.random.Generator, level: float) -> dict[str, float]:
    """Choose what is wrong with a frame: the size always counts, and some others."""
    count = int(rng.integers(*_AT_ONCE)) - 1
    others = rng.choice([name for name in DISTORTIONS if name != "size"], count, replace=False)
    levels = np.clip(level + rng.uniform(-SPREAD, SPREAD, count + 1), 0.02, 1.0)
    return dict(zip(("size", *others.tolist()), levels.tolist(), strict=True))


def draw_frame(
    text: str, wrong: dict[str, float], rng: np.random.Generator, level: float = 0.0
) -> GateFrame:
    """Draw one frame.

    Args:
        text: what the code says.
        wrong: each distortion's level; any of `DISTORTIONS`.
        rng: decides places, angles and looks.
        level: the frame's mean level of difficulty, kept beside it.
    """
    flat = draw_flat(text, {name: wrong[name] for name in wrong if name in SURFACE}, rng)
    module = _LARGEST + (_SMALLEST - _LARGEST) * wrong.get("size", 0.2)
    frame, corners = _placed(flat, module, wrong, rng)
    for name, effect in EFFECTS.items():
        if name in wrong:
            frame = effect(frame, wrong[name], module, rng)
    return GateFrame(frame, text, level, wrong, corners)


def _placed(
    flat: Flat, module: float, wrong: dict[str, float], rng: np.random.Generator
) -> tuple[Pixels, Matrix]:
    """Hold the ticket before the backdrop, at its size, tilt and turn."""
    view = _view(rng)
    side = len(flat.pixels)
    tilt = _TILT_DEGREES * wrong.get("tilt", 0.0)
    about = rng.uniform(0, 2 * np.pi)
    turn = 180 * wrong.get("turn", 0.0) * float(rng.choice((-1, 1)))
    pose = Pose(
        WIDTH * rng.uniform(0.4, 0.6),
        HEIGHT * rng.uniform(0.42, 0.58),
        side / SQUARE * module,
        turn + float(rng.uniform(-4, 4)),
        tilt * float(np.cos(about)),
        tilt * float(np.sin(about)),
    )
    here = homography(pose, (side / 2, side / 2), side)
    there = np.diag([_FINER, _FINER, 1.0]) @ here
    soft = SQUARE / (module * _FINER)
    pixels = cv2.GaussianBlur(flat.pixels, (0, 0), 0.4 * soft) if soft > 1 else flat.pixels
    size = (WIDTH * _FINER, HEIGHT * _FINER)
    large = cv2.resize(view, size, interpolation=cv2.INTER_LINEAR)
    cv2.warpPerspective(
        pixels, there, size, dst=large, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT
    )
    frame = cv2.resize(large, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    near, far = flat.margin, side - flat.margin
    square = np.array([[[near, near], [far, near], [far, far], [near, far]]], np.float64)
    corners = cv2.perspectiveTransform(square, here)[0]
    return np.asarray(frame, np.uint8), np.asarray(corners, np.float64)


def _view(rng: np.random.Generator) -> Pixels:
    place = int(rng.integers(_PLACES))
    patron = int(rng.integers(_PLACES))
    return np.asarray(cv2.cvtColor(backdrop(place, patron), cv2.COLOR_BGR2GRAY), np.uint8)
