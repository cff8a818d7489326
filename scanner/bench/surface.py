"""Damage to a code's surface, before any camera: drawn flat, one square per module."""

from dataclasses import dataclass

import cv2
import numpy as np

from scanner.qr.frame import Pixels
from scanner.stage.ticket_art import QUIET_MODULES, code_modules

SQUARE = 12
"""Pixels per module: more than in any camera's picture."""

_AROUND = 5
"""Modules of background beyond the quiet zone."""

_SKIN = 150
_LIGHT, _DARK = 235, 22


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """A code without perspective.

    Attributes:
        pixels: rows x columns, 8-bit grey.
        modules: along one side of the code, without its quiet zone.
        margin: pixels from the picture's edge to the code.
    """

    pixels: Pixels
    modules: int
    margin: int


def draw_flat(text: str, worn: dict[str, float], rng: np.random.Generator) -> Flat:
    """Draw a code with damage.

    Args:
        text: the code's text.
        worn: the degree of each of `inverted`, `quiet`, `contrast`, `thumb`, `cracks` and
            `creases`, from 0 (none) to 1 (unreadable); what is not named is undamaged.
        rng: decides places and shapes.
    """
    modules = code_modules(text)
    inverted = "inverted" in worn
    quiet = worn.get("quiet", 0.0)
    margin = (QUIET_MODULES + _AROUND) * SQUARE
    light = round(_LIGHT - 60 * rng.random())
    ink = np.array([_DARK, light] if inverted else [light, _DARK], np.uint8)
    ground = int(ink[0])
    page = np.full((len(modules) * SQUARE + 2 * margin,) * 2, ground, np.uint8)
    _fill_quiet_zone(page, margin, quiet, rng)
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


def _fill_quiet_zone(page: Pixels, margin: int, level: float, rng: np.random.Generator) -> None:
    """Fill part of the quiet zone with another tone, from the outside."""
    if not level:
        return
    left = round((1 - level) * QUIET_MODULES * SQUARE)
    edge = margin - left
    tone = int(rng.integers(0, 120)) if page[0, 0] > 127 else int(rng.integers(140, 255))  # noqa: PLR2004 - half of white
    frame = np.ones(page.shape, bool)
    frame[edge:-edge, edge:-edge] = False
    page[frame] = tone


def _crease(page: Pixels, level: float, rng: np.random.Generator) -> None:
    """Draw folds: a bright and a dark line, and another shade on each side."""
    side = len(page)
    down, across = np.mgrid[0:side, 0:side]
    shade = np.zeros(page.shape)
    for _ in range(1 + round(3 * level)):
        angle, at = rng.uniform(0, np.pi), rng.uniform(0.25, 0.75, 2) * side
        away = (across - at[0]) * np.cos(angle) + (down - at[1]) * np.sin(angle)
        shade += level * (90 * np.exp(-((away / 6) ** 2)) - 70 * np.tanh(away / 20))
    page[:] = np.clip(page + shade, 0, 255).astype(np.uint8)


def _crack(page: Pixels, margin: int, side: int, level: float, rng: np.random.Generator) -> None:
    """Draw broken glass: bright jagged lines from one point."""
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
    """Cover part of an edge, or the corner without a finder pattern."""
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
