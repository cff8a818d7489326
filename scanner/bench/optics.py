"""Simulates camera, lens and light: each effect has a level from 0, none, to 1, hopeless."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.deblur import Kernel, disc_kernel, motion_kernel
from scanner.qr.frame import Pixels

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
    down, across = np.mgrid[0:height, 0:width]
    light = np.exp(-(((across - x) ** 2 + (down - y) ** 2) / (2 * reach**2)))
    return _clipped(frame + 420 * level * light)


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
