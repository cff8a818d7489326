"""Synthetic gate frames for the bench: one ticket with several distortions, or no code at all.

Each distortion has a level from 0, none, to 1, hopeless. Frames without a code show an empty gate,
a phone, a page of text or a checked shirt. The same seed gives the same bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.bench.optics import EFFECTS, SQUARE, Flat, draw_flat
from scanner.qr.frame import Pixels
from scanner.stage.backdrop import backdrop
from scanner.stage.pose import HEIGHT, WIDTH, Matrix, Pose, homography

LEVELS = (0.2, 0.3, 0.4, 0.5)
"""Mean levels of difficulty: from what every decoder reads to what almost none does."""

SPREAD = 0.25
"""How far a distortion's level may be from its frame's mean, up or down."""

SURFACE = ("inverted", "quiet", "contrast", "thumb", "cracks", "creases")
GEOMETRY = ("size", "tilt", "turn")
DISTORTIONS = (*GEOMETRY, *SURFACE, *EFFECTS)

_AT_ONCE = (3, 6)
_LARGEST, _SMALLEST = 6.0, 1.0
_TILT_DEGREES = 70.0
_PLACES = 6
_SUPERSAMPLING = 2
"""The ticket is rendered at this multiple of the frame's size, then averaged as on a sensor."""

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_NOISE_LEVELS = 6
_STRIPES_DEGREES = 12.0
"""How far stripes are usually turned: a row across upright ones is read as a code's bars are."""


@dataclass(frozen=True, slots=True, eq=False)
class GateFrame:
    """One synthetic frame.

    Attributes:
        pixels: 720 x 1280, grey.
        text: the payload of its code; None where there is none.
        level: its mean level of difficulty.
        distortions: the level of each distortion in it, by name.
        corners: the code's corners, 4 x 2, the upper left first; None where there is no code.
    """

    pixels: Pixels
    text: str | None
    level: float
    distortions: dict[str, float] = field(default_factory=dict)
    corners: Matrix | None = None


def gate_frames(count: int, seed: int = 0) -> Iterator[GateFrame]:
    """Yield frames with one ticket each; the levels of difficulty take turns.

    Args:
        count: how many.
        seed: decides everything else.
    """
    for number in range(count):
        rng = np.random.default_rng([seed, 71, number])
        level = LEVELS[number % len(LEVELS)]
        yield draw_frame(draw_text(rng), draw_distortions(rng, level), rng, level)


def draw_text(rng: np.random.Generator) -> str:
    """Return a random payload: a serial (version 1-M), 64 digits (3-M) or a URL (4-M)."""
    letters = "".join(rng.choice(list("ABCDEFGHKLMNPQRSTUVWXYZ"), 10))
    digits = "".join(rng.choice(list("0123456789"), 64))
    texts = (
        f"{letters[:6]}-{letters[6:10]}{digits[:8]}",
        digits,
        f"https://tickets.example/t/{digits[:16]}-{letters}{digits[16:23]}",
    )
    return texts[rng.choice(3, p=(0.6, 0.2, 0.2))]


def draw_distortions(rng: np.random.Generator, level: float) -> dict[str, float]:
    """Return random levels for the size, which is always among them, and some other distortions."""
    count = int(rng.integers(*_AT_ONCE)) - 1
    others = rng.choice([name for name in DISTORTIONS if name != "size"], count, replace=False)
    levels = np.clip(level + rng.uniform(-SPREAD, SPREAD, count + 1), 0.02, 1.0)
    return dict(zip(("size", *others.tolist()), levels.tolist(), strict=True))


def draw_frame(
    text: str, distortions: dict[str, float], rng: np.random.Generator, level: float = 0.0
) -> GateFrame:
    """Render one frame.

    Args:
        text: the payload.
        distortions: the level of each distortion; the names are those of `DISTORTIONS`.
        rng: decides positions, angles and appearance.
        level: the frame's mean level of difficulty, for its description.
    """
    flat = draw_flat(
        text, {name: distortions[name] for name in distortions if name in SURFACE}, rng
    )
    module = _LARGEST + (_SMALLEST - _LARGEST) * distortions.get("size", 0.2)
    frame, corners = _render(flat, module, distortions, rng)
    for name, effect in EFFECTS.items():
        if name in distortions:
            frame = effect(frame, distortions[name], module, rng)
    return GateFrame(frame, text, level, distortions, corners)


def _render(
    flat: Flat, module: float, distortions: dict[str, float], rng: np.random.Generator
) -> tuple[Pixels, Matrix]:
    """Draw background and pose, and render the ticket."""
    view = background(rng)
    side = len(flat.pixels)
    tilt = _TILT_DEGREES * distortions.get("tilt", 0.0)
    about = rng.uniform(0, 2 * np.pi)
    turn = 180 * distortions.get("turn", 0.0) * float(rng.choice((-1, 1)))
    pose = Pose(
        WIDTH * rng.uniform(0.4, 0.6),
        HEIGHT * rng.uniform(0.42, 0.58),
        side / SQUARE * module,
        turn + float(rng.uniform(-4, 4)),
        tilt * float(np.cos(about)),
        tilt * float(np.sin(about)),
    )
    return render(flat, pose, view)


def render(flat: Flat, pose: Pose, view: Pixels) -> tuple[Pixels, Matrix]:
    """Warp a ticket into a grey view by its homography.

    Returns:
        The frame, and the code's corners, 4 x 2, the upper left first.
    """
    side = len(flat.pixels)
    here = homography(pose, (side / 2, side / 2), side)
    there = np.diag([_SUPERSAMPLING, _SUPERSAMPLING, 1.0]) @ here
    soft = side / (pose.tall * _SUPERSAMPLING)
    pixels = cv2.GaussianBlur(flat.pixels, (0, 0), 0.4 * soft) if soft > 1 else flat.pixels
    size = (WIDTH * _SUPERSAMPLING, HEIGHT * _SUPERSAMPLING)
    large = cv2.resize(view, size, interpolation=cv2.INTER_LINEAR)
    cv2.warpPerspective(
        pixels, there, size, dst=large, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT
    )
    frame = cv2.resize(large, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(frame, np.uint8), code_corners(flat, pose)


def code_corners(flat: Flat, pose: Pose) -> Matrix:
    """Return where the code's corners are in the frame: 4 x 2, the upper left first."""
    side = len(flat.pixels)
    near, far = flat.margin, side - flat.margin
    square = np.array([[[near, near], [far, near], [far, far], [near, far]]], np.float64)
    here = homography(pose, (side / 2, side / 2), side)
    return np.asarray(cv2.perspectiveTransform(square, here)[0], np.float64)


def background(rng: np.random.Generator) -> Pixels:
    """Draw a gate with a person before it, in grey."""
    place = int(rng.integers(_PLACES))
    patron = int(rng.integers(_PLACES))
    return np.asarray(cv2.cvtColor(backdrop(place, patron), cv2.COLOR_BGR2GRAY), np.uint8)


def empty_frames(count: int, seed: int = 0) -> Iterator[GateFrame]:
    """Yield frames without a code; the kinds of view take turns.

    Args:
        count: how many.
        seed: decides everything else.
    """
    kinds = (_empty_gate, _phone, _page, _shirt)
    for number in range(count):
        rng = np.random.default_rng([seed, 72, number])
        view = kinds[number % len(kinds)](rng)
        noise = rng.normal(0, _NOISE_LEVELS, view.shape)
        yield GateFrame(np.clip(view + noise, 0, 255).astype(np.uint8), None, 0.0)


def codeless_frames(count: int, seed: int = 0) -> Iterator[Pixels]:
    """Yield frames without a code among which are those that one-dimensional codes are read in.

    Each view comes twice, with other noise, as in a video: a reading that needs the agreement of
    two frames can have it.

    Args:
        count: how many.
        seed: decides everything else.
    """
    kinds = (_empty_gate, _stripes, _phone, _tiles, _page, _stripes, _shirt, _tiles)
    view: NDArray[np.uint8] | None = None
    for number in range(count):
        rng = np.random.default_rng([seed, 77, number])
        if view is None or number % 2 == 0:
            view = kinds[number // 2 % len(kinds)](rng)
        noise = rng.normal(0, _NOISE_LEVELS, view.shape)
        yield np.clip(view + noise, 0, 255).astype(np.uint8)


def empty_video(frames: int, view: Pixels, seed: int = 0) -> list[Pixels]:
    """Render a video of one still view with changing sensor noise.

    Args:
        frames: how many.
        view: rows x columns, grey.
        seed: decides the noise.
    """
    rng = np.random.default_rng([seed, 73])
    noise = [
        rng.integers(-_NOISE_LEVELS, _NOISE_LEVELS + 1, view.shape, np.int16) for _ in range(3)
    ]
    return [
        np.clip(view + noise[number % len(noise)], 0, 255).astype(np.uint8)
        for number in range(frames)
    ]


def _empty_gate(rng: np.random.Generator) -> Pixels:
    seed, patron = rng.integers(6, size=2).tolist()
    return np.asarray(cv2.cvtColor(backdrop(seed, patron), cv2.COLOR_BGR2GRAY), np.uint8)


def _phone(rng: np.random.Generator) -> Pixels:
    """Draw a phone with a list of messages, held before a person."""
    view = _empty_gate(rng)
    left, top = int(rng.integers(380, 620)), int(rng.integers(20, 90))
    cv2.rectangle(view, (left, top), (left + 300, top + 580), 15, -1)
    cv2.rectangle(view, (left + 10, top + 20), (left + 290, top + 560), 240, -1)
    for row in range(9):
        y = top + 50 + 58 * row
        cv2.circle(view, (left + 42, y), 18, int(rng.integers(60, 220)), -1, cv2.LINE_AA)
        for line in range(2):
            text = "".join(rng.choice(list("etaoin shrdlu"), 20))
            cv2.putText(view, text, (left + 72, y - 4 + 18 * line), _FONT, 0.42, 60, 1, cv2.LINE_AA)
    return view


def _page(rng: np.random.Generator) -> Pixels:
    """Draw a printed page before the camera, slightly rotated."""
    page = np.full((HEIGHT, WIDTH), 232, np.uint8)
    for row in range(30):
        text = "".join(rng.choice(list("etaoin shrdlu cmfwyp"), 90))
        cv2.putText(page, text, (24, 24 + 24 * row), _FONT, 0.6, 40, 1, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), float(rng.uniform(-12, 12)), 0.9)
    turned = cv2.warpAffine(page, turn, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(turned, np.uint8)


def _stripes(rng: np.random.Generator) -> Pixels:
    """Draw a striped cloth, a fence or a shelf of books: bars of random widths, somewhat turned."""
    widths = rng.integers(1, 5, 400) * float(rng.uniform(1.5, 6))
    edges = np.cumsum(widths).astype(int)
    bars = np.zeros(int(edges[-1]) + 1, np.uint8)
    light, dark = int(rng.integers(150, 250)), int(rng.integers(10, 90))
    for number, (begin, end) in enumerate(pairwise(edges)):
        bars[begin:end] = light if number % 2 else dark
    across = np.resize(bars, 2 * WIDTH)
    view = np.tile(across, (2 * WIDTH, 1))
    angle = float(rng.choice((0, 90))) + float(rng.normal(0, _STRIPES_DEGREES))
    turn = cv2.getRotationMatrix2D((WIDTH, WIDTH), angle, 1.0)
    turned = cv2.warpAffine(view, turn, (2 * WIDTH, 2 * WIDTH))
    top, left = WIDTH - HEIGHT // 2, WIDTH // 2
    return np.ascontiguousarray(turned[top : top + HEIGHT, left : left + WIDTH], np.uint8)


def _tiles(rng: np.random.Generator) -> Pixels:
    """Draw random square tiles, as of a mosaic or a game: all that a symbol has but its meaning."""
    view = _empty_gate(rng)
    rows, columns, size = (int(each) for each in rng.integers((8, 8, 4), (60, 60, 12)))
    tiles = rng.integers(0, 2, (rows, columns), bool).repeat(size, 0).repeat(size, 1)
    if rng.integers(0, 2):  # with the two dark edges of a Data Matrix
        tiles[-size:], tiles[:, :size] = False, False
    art = np.pad(np.where(tiles, 235, 20).astype(np.uint8), 4 * size, constant_values=235)
    art = art[:HEIGHT, :WIDTH]
    height, width = art.shape
    top, left = (int(rng.integers(0, most + 1)) for most in (HEIGHT - height, WIDTH - width))
    view[top : top + height, left : left + width] = art
    return view


def _shirt(rng: np.random.Generator) -> Pixels:
    """Draw a checked cloth with folds that fills the view."""
    size = rng.uniform(9, 26)
    down, across = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    wave = 14 * np.sin(across / 90 + rng.uniform(0, 6)) + 9 * np.sin(down / 70)
    checks = (np.floor((down + wave) / size) + np.floor((across + wave) / size)) % 3
    shade = 0.75 + 0.25 * np.sin((across + down) / 130)
    tones = rng.integers(30, 230, 3).astype(np.float32)
    cloth = tones[checks.astype(int)] * shade
    return np.asarray(
        cv2.GaussianBlur(np.clip(cloth, 0, 255).astype(np.uint8), (0, 0), 1), np.uint8
    )
