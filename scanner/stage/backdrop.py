"""Renders the background of a gate camera: a corridor, lamps, a person in a checked shirt."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.frame import Pixels
from scanner.stage.pose import HEIGHT, WIDTH

_SMALL = (WIDTH // 4, HEIGHT // 4)
"""Pixels it is drawn in: a quarter of the frame's sides, because it is out of focus."""


@lru_cache(maxsize=32)
def backdrop(seed: int, patron: int | None) -> Pixels:
    """Return the background, 720 x 1280 x 3 in blue, green, red. Cached and read-only.

    Args:
        seed: decides the corridor and its light.
        patron: decides the person in view; None for nobody.
    """
    rng = np.random.default_rng([seed, 11])
    small = _corridor(rng)
    if patron is not None:
        _draw_person(small, np.random.default_rng([seed, 12, patron]))
    soft = cv2.GaussianBlur(small, (0, 0), 1.2)
    large = cv2.resize(soft, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    lit = cv2.multiply(large, cv2.merge([light(seed)] * 3), scale=1 / 255)
    view = np.asarray(lit, np.uint8)
    view.setflags(write=False)
    return view


@lru_cache(maxsize=4)
def light(seed: int) -> Pixels:
    """Return the illumination, 720 x 1280, 255 for full light: uneven, as in a real room."""
    rng = np.random.default_rng([seed, 13])
    down, across = np.mgrid[0 : 1 : HEIGHT * 1j, 0 : 1 : WIDTH * 1j]
    lamp_x, lamp_y = rng.uniform(0.1, 0.9), rng.uniform(-0.1, 0.4)
    away = (across - lamp_x) ** 2 + 0.6 * (down - lamp_y) ** 2
    return np.asarray(150 + 100 * np.exp(-1.6 * away), np.uint8)


def _corridor(rng: np.random.Generator) -> Pixels:
    """Draw walls, floor and ceiling with lamps, in one-point perspective."""
    width, height = _SMALL
    tone = rng.uniform(90, 150)
    picture = np.full((height, width, 3), round(tone * 0.55), np.uint8)
    end = (width * rng.uniform(0.4, 0.6), height * rng.uniform(0.35, 0.45))
    planes = (
        ([(0, 0), (width, 0)], 1.15),
        ([(width, 0), (width, height)], 0.85),
        ([(width, height), (0, height)], 0.6),
        ([(0, height), (0, 0)], 0.95),
    )
    for near, share in planes:
        for depth in np.linspace(0, 0.82, 14):
            corners = [_towards(point, end, depth) for point in near]
            corners += [_towards(point, end, depth + 0.08) for point in reversed(near)]
            level = tone * share * (1 - 0.45 * depth)
            colour = (level * 1.02, level, level * 0.96)
            cv2.fillConvexPoly(picture, np.array(corners, np.int32), colour)
    for depth in (0.15, 0.4, 0.6):
        lamp = [_towards(point, end, depth) for point in ((width * 0.42, 0), (width * 0.58, 0))]
        lamp += [
            _towards(point, end, depth + 0.1) for point in ((width * 0.58, 0), (width * 0.42, 0))
        ]
        cv2.fillConvexPoly(picture, np.array(lamp, np.int32), (250, 252, 252))
    return picture


def _towards(point: tuple[float, float], end: tuple[float, float], part: float) -> tuple[int, int]:
    """Interpolate between a point and the vanishing point."""
    return (
        round(point[0] + (end[0] - point[0]) * part),
        round(point[1] + (end[1] - point[1]) * part),
    )


def _draw_person(picture: Pixels, rng: np.random.Generator) -> None:
    """Draw the head and shoulders of a person in a checked shirt."""
    width, height = _SMALL
    x = round(width * rng.uniform(0.4, 0.6))
    size = rng.integers(5, 9)
    cloth, stripe = rng.integers(40, 190, (2, 3))
    down, across = np.mgrid[0:height, 0:width]
    checks = (down // size + across // size) % 2 == 0
    shirt = np.where(checks[:, :, None], cloth, stripe).astype(np.uint8)
    body: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
    cv2.ellipse(body, (x, height + 20), (95, 105), 0, 0, 360, 255, -1)
    picture[body > 0] = shirt[body > 0]
    skin = rng.uniform(0.5, 1.0) * np.array([140.0, 170.0, 215.0])
    cv2.ellipse(picture, (x, round(height * 0.33)), (27, 36), 0, 0, 360, skin.tolist(), -1)
    hair = (rng.uniform(0.1, 0.6) * np.array([90.0, 110.0, 140.0])).tolist()
    cv2.ellipse(picture, (x, round(height * 0.25)), (29, 26), 0, 180, 360, hair, -1)
