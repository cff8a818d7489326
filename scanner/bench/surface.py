"""What may be wrong with a code before any camera sees it: drawn flat, one square a module."""

from dataclasses import dataclass

import cv2
import numpy as np

from scanner.qr.frame import Pixels
from scanner.stage.ticket_art import QUIET_MODULES, code_modules

SQUARE = 12
"""Pixels of a module on the flat picture: more than any camera shows of it."""

_AROUND = 5
"""Modules of paper or screen beyond the quiet zone."""

_SKIN = 150
_LIGHT, _DARK = 235, 22


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """A code seen straight on.

    Attributes:
        pixels: rows x columns, grey.
        modules: along one side of the code, without its quiet zone.
        margin: pixels from the picture's edge to the code.
    """

    pixels: Pixels
    modules: int
    margin: int


def draw_flat(text: str, worn: dict[str, float], rng: np.random.Generator) -> Flat:
    """Draw the code with everything that is wrong with it.

    Args:
        text: what it says.
        worn: how far each of `inverted`, `quiet`, `contrast`, `thumb`, `cracks`, `creases` has
            gone, from 0, not at all, to 1, hopeless; what isn't named is as it should be.
        rng: decides where and how.
    """
    modules = code_modules(text)
    inverted = "inverted" in worn
    quiet = worn.get("quiet", 0.0)
    margin = (QUIET_MODULES + _AROUND) * SQUARE
    light = round(_LIGHT - 60 * rng.random())
    ink = np.array([_DARK, light] if inverted else [light, _DARK], np.uint8)
    ground = int(ink[0])
    page = np.full((len(modules) * SQUARE + 2 * margin,) * 2, ground, np.uint8)
    _crowd(page, margin, quiet, rng)
    page[margin:-margin, margin:-margin] = ink[modules.repeat(SQUARE, 0).repeat(SQUARE, 1)]
    if level := worn.get("contrast"):
        middle = rng.uniform(40, 200)
        page = np.asarray(page * (1 - 0.97 * level) + middle * 0.97 * level, np.uint8)
    side = len(modules) * SQUARE
    if level := worn.get("creases"):
        _crease(page, level, rng)
    if level := worn.get("cracks"):
        _crack(page, margin, side, level, rng)
    if level := worn.get("thumb"):
        _thumb(page, margin, side, level, rng)
    return Flat(page, len(modules), margin)


def _crowd(page: Pixels, margin: int, level: float, rng: np.random.Generator) -> None:
    """Let lines and dark ground come into the quiet zone, up to the code itself."""
    if not level:
        return
    left = round((1 - level) * QUIET_MODULES * SQUARE)
    edge = margin - left
    tone = int(rng.integers(0, 120)) if page[0, 0] > 127 else int(rng.integers(140, 255))  # noqa: PLR2004 - half of white
    frame = np.ones(page.shape, bool)
    frame[edge:-edge, edge:-edge] = False
    page[frame] = tone


def _crease(page: Pixels, level: float, rng: np.random.Generator) -> None:
    """Fold the paper: a bright and a dark line, and another shade on either side."""
    side = len(page)
    down, across = np.mgrid[0:side, 0:side]
    shade = np.zeros(page.shape)
    for _ in range(1 + round(3 * level)):
        angle, at = rng.uniform(0, np.pi), rng.uniform(0.25, 0.75, 2) * side
        away = (across - at[0]) * np.cos(angle) + (down - at[1]) * np.sin(angle)
        shade += level * (90 * np.exp(-((away / 6) ** 2)) - 70 * np.tanh(away / 20))
    page[:] = np.clip(page + shade, 0, 255).astype(np.uint8)


def _crack(page: Pixels, margin: int, side: int, level: float, rng: np.random.Generator) -> None:
    """Break the glass: bright jagged lines from one point."""
    origin = margin + rng.uniform(0, 1, 2) * side
    for _ in range(3 + round(14 * level)):
        angle = rng.uniform(0, 2 * np.pi)
        points = [origin]
        while len(points) < 9:  # noqa: PLR2004 - bends of a line
            angle += rng.normal(0, 0.35)
            reach = side / 9 * rng.uniform(0.5, 1.5)
            points.append(points[-1] + reach * np.array([np.cos(angle), np.sin(angle)]))
        line = np.array(points).astype(np.int32)
        thick = 1 + round(level * SQUARE * rng.uniform(0.2, 0.9))
        cv2.polylines(page, [line], isClosed=False, color=int(rng.integers(150, 256)),
                      thickness=thick, lineType=cv2.LINE_AA)  # fmt: skip


def _thumb(page: Pixels, margin: int, side: int, level: float, rng: np.random.Generator) -> None:
    """Lay a thumb over an edge, or over the corner that has no finder pattern."""
    depth = level * 0.45 * side
    if rng.random() < 0.5:  # noqa: PLR2004 - as often as not
        away = rng.uniform(0.3, 0.7) * side
        places = ((away, 0), (away, side), (0, away), (side, away))
        x, y = places[rng.integers(4)]
    else:
        x = y = side
    centre = (round(margin + x), round(margin + y))
    axes = (round(depth), round(depth * 0.75))
    cv2.ellipse(page, centre, axes, float(rng.uniform(0, 180)), 0, 360, _SKIN, -1, cv2.LINE_AA)
