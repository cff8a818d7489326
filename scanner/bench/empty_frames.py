"""Frames without any code: an empty gate, a phone, a page of text, a checked shirt."""

from collections.abc import Iterator

import cv2
import numpy as np

from scanner.bench.gate_frames import GateFrame
from scanner.qr.frame import Pixels
from scanner.stage.backdrop import backdrop
from scanner.stage.pose import HEIGHT, WIDTH

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_GRAIN = 6


def empty_frames(count: int, seed: int = 0) -> Iterator[GateFrame]:
    """Draw frames in which no code is; the kinds take turns."""
    kinds = (_gate, _phone, _page, _shirt)
    for number in range(count):
        rng = np.random.default_rng([seed, 72, number])
        view = kinds[number % len(kinds)](rng)
        grain = rng.normal(0, _GRAIN, view.shape)
        yield GateFrame(np.clip(view + grain, 0, 255).astype(np.uint8), None, 0.0)


def empty_video(frames: int, view: Pixels, seed: int = 0) -> list[Pixels]:
    """Draw a moment of one view: the same in each frame but for a sensor's grain."""
    rng = np.random.default_rng([seed, 73])
    grain = [rng.integers(-_GRAIN, _GRAIN + 1, view.shape, np.int16) for _ in range(3)]
    return [
        np.clip(view + grain[number % len(grain)], 0, 255).astype(np.uint8)
        for number in range(frames)
    ]


def _gate(rng: np.random.Generator) -> Pixels:
    seed, patron = rng.integers(6, size=2).tolist()
    return np.asarray(cv2.cvtColor(backdrop(seed, patron), cv2.COLOR_BGR2GRAY), np.uint8)


def _phone(rng: np.random.Generator) -> Pixels:
    """Show a phone with a list of messages, held before somebody."""
    view = _gate(rng)
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
    """Hold a printed page before the camera, a little turned."""
    page = np.full((HEIGHT, WIDTH), 232, np.uint8)
    for row in range(30):
        text = "".join(rng.choice(list("etaoin shrdlu cmfwyp"), 90))
        cv2.putText(page, text, (24, 24 + 24 * row), _FONT, 0.6, 40, 1, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), float(rng.uniform(-12, 12)), 0.9)
    turned = cv2.warpAffine(page, turn, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(turned, np.uint8)


def _shirt(rng: np.random.Generator) -> Pixels:
    """Fill the view with a checked cloth in folds."""
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
