"""Simulates camera, lens and light: each effect has a level from 0, none, to 1, hopeless."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.deblur import Kernel, disc_kernel, motion_kernel
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


Effect = Callable[[Pixels, float, float, np.random.Generator], Pixels]
"""Takes a grey frame, the level, the pixels per module and a random generator; returns a frame."""


def defocus(frame: Pixels, level: float, module: float, _rng: np.random.Generator) -> Pixels:
    """Apply defocus: a disc kernel of up to 1.6 modules' radius."""
    return _filtered(frame, disc_kernel(1.6 * level * module))


def motion(frame: Pixels, level: float, module: float, rng: np.random.Generator) -> Pixels:
    """Apply linear motion blur of 0.5 to 4 modules."""
    length = (0.5 + 3.5 * level) * module
    return _filtered(frame, motion_kernel(length, rng.uniform(0, np.pi)))


def noise(frame: Pixels, level: float, _module: float, rng: np.random.Generator) -> Pixels:
    """Add Gaussian sensor noise with a standard deviation of up to 80 grey levels."""
    return _clipped(frame + rng.normal(0, 80 * level, frame.shape))


def low_light(frame: Pixels, level: float, _module: float, rng: np.random.Generator) -> Pixels:
    """Simulate low light, down to some photons per pixel: Poisson (shot) noise and read noise."""
    photons = 250 * (1 - level) ** 3 + 1.5
    caught = rng.poisson(frame * (photons / 255)) + rng.normal(0, 1.0, frame.shape)
    gain = (255 / photons) * (1 - 0.85 * level)
    return _clipped(caught * gain)


def glare(frame: Pixels, level: float, module: float, rng: np.random.Generator) -> Pixels:
    """Add a Gaussian light spot, up to saturation."""
    height, width = frame.shape
    x, y = rng.uniform(0.35, 0.65) * width, rng.uniform(0.35, 0.65) * height
    reach = module * (4 + 10 * level)
    return spot(frame, (x, y), reach, 420 * level)


def spot(frame: Pixels, centre: tuple[float, float], reach: float, levels: float) -> Pixels:
    """Add a Gaussian light spot.

    Args:
        frame: rows x columns, grey.
        centre: x and y, in pixels.
        reach: its standard deviation, in pixels.
        levels: what it adds at its centre.
    """
    down, across = np.ogrid[0 : frame.shape[0], 0 : frame.shape[1]]
    x, y = centre
    light = np.exp(-(((across - x) ** 2 + (down - y) ** 2) / (2 * reach**2)))
    return _clipped(frame + levels * light)


def blur_along(frame: Pixels, x: float, y: float) -> Pixels:
    """Blur by a linear motion of so many pixels to the right and down."""
    length = float(np.hypot(x, y))
    return _filtered(frame, motion_kernel(length, np.arctan2(y, x))) if length > 1 else frame


def reflections(frame: Pixels, level: float, _module: float, rng: np.random.Generator) -> Pixels:
    """Blend in the reflections of windows and lamps in a display's glass."""
    height, width = frame.shape
    mirrored = np.zeros(frame.shape, np.uint8)
    for _ in range(7):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        tall, wide = rng.integers(20, 260, 2).tolist()
        cv2.rectangle(mirrored, (x, y), (x + wide, y + tall), int(rng.integers(60, 256)), -1)
    soft = cv2.GaussianBlur(mirrored, (0, 0), 2 + 6 * rng.random())
    return _clipped(frame * (1 - 0.4 * level) + np.asarray(soft) * (0.85 * level))


def moire(frame: Pixels, level: float, module: float, rng: np.random.Generator) -> Pixels:
    """Add moiré bands, as the interference of the display's and the sensor's grids."""
    height, width = frame.shape
    down, across = np.mgrid[0:height, 0:width]
    bands = np.zeros(frame.shape)
    for _ in range(2):
        angle, period = rng.uniform(0, np.pi), module * rng.uniform(0.8, 5)
        along = across * np.cos(angle) + down * np.sin(angle)
        bands += np.sin(along * (2 * np.pi / period) + rng.uniform(0, 7))
    return _clipped(frame * (1 + 0.25 * level * bands))


EFFECTS: dict[str, Effect] = {
    "reflections": reflections,
    "moire": moire,
    "glare": glare,
    "defocus": defocus,
    "motion": motion,
    "low light": low_light,
    "noise": noise,
}
"""In their physical order, from the ticket to the sensor."""


def _filtered(frame: Pixels, kernel: Kernel) -> Pixels:
    return np.asarray(cv2.filter2D(frame, -1, kernel, borderType=cv2.BORDER_REPLICATE), np.uint8)


def _clipped(frame: NDArray[np.float64]) -> Pixels:
    return np.asarray(np.clip(frame, 0, 255), np.uint8)
