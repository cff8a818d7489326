"""Classifies modules as dark or light with a decision-directed linear equalizer.

A symbol's function patterns are known, like the training sequence of a modem (Lucky, 1966). A
linear filter is trained on them by least squares and applied to all modules; then it is trained
again on its own confident decisions. So neither the point-spread function nor the illumination need
be known. The filter also sees the darkest and the brightest pixel of each module: under a crack, a
dark module still has some dark pixels.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.frame import Pixels
from scanner.qr.function_patterns import Modules, function_patterns
from scanner.qr.linear_algebra import least_squares, matvec
from scanner.qr.sampling_grid import MARGIN, SamplingGrid

REACH = 3
"""Half modules around a module's centre that the filter covers."""

NORMALIZATION_REACH = 5.0
"""Modules over which mean and contrast are normalized."""

ROUNDS = 3
"""How often the filter is trained; the first time on the function patterns alone."""

NOISE_FLOOR = 1.5
"""Grey levels added to the contrast, so that noise on even ground is not amplified."""

RIDGE = 0.005
"""The penalty on the filter's coefficients, per sample."""

_PITCH = 4
_HALF = _PITCH // 2
_NEIGHBOURHOOD = np.ones((3, 3), np.uint8)
"""Where a module's darkest and brightest pixel are searched; it stays within the module."""

Values = NDArray[np.float32]


def equalize(
    picture: Pixels, grid: SamplingGrid, known: Modules | None = None
) -> tuple[Values, float]:
    """Classify each module of a symbol.

    Args:
        picture: rows x columns, grey.
        grid: where the modules are in it.
        known: the modules to train on; None for all function patterns.

    Returns:
        A value for each module, rows x columns, positive for light ones; and the share of the known
        modules that are classified right, 0 to 1, which is 0.5 by chance.
    """
    features = _features(grid.rectify(picture, _PITCH), grid.side)
    training = (function_patterns(grid.side) if known is None else known).ravel()
    is_known = training >= 0
    target = np.where(training == 1, -1.0, 1.0).astype(np.float32)
    weights = is_known.astype(np.float32)
    values = target
    for _ in range(ROUNDS):
        ridge = np.full(features.shape[1], RIDGE * float(weights.sum()))
        values = matvec(features, least_squares(features, target, weights, ridge))
        target = np.where(is_known, target, np.sign(values)).astype(np.float32)
        confidence = np.clip(1.5 * np.abs(values) - 0.25, 0, 1)
        weights = np.where(is_known, 1, confidence).astype(np.float32)
    agreement = float(((values > 0) == (target > 0))[is_known].mean())
    return np.asarray(values.reshape(grid.side, grid.side), np.float32), agreement


def _features(rectified: Pixels, side: int) -> Values:
    """Return one row per module: its neighbourhood, its darkest and brightest pixel, and 1.

    All but the last are normalized to the local mean and contrast.
    """
    samples = _half_module_samples(rectified)
    sigma = NORMALIZATION_REACH * _PITCH / _HALF
    mean = np.asarray(cv2.GaussianBlur(samples, (0, 0), sigma))
    deviation = samples - mean
    contrast = np.sqrt(cv2.GaussianBlur(deviation * deviation, (0, 0), sigma)) + NOISE_FLOOR
    normalized = deviation / contrast
    first = 2 * MARGIN
    offsets = range(-REACH, REACH + 1)
    features = [
        normalized[first + down :: 2, first + across :: 2][:side, :side]
        for down in offsets
        for across in offsets
        if down * down + across * across <= REACH * (REACH + 1)
    ]
    centres = slice(first, first + 2 * side, 2)
    for extreme in (cv2.erode(rectified, _NEIGHBOURHOOD), cv2.dilate(rectified, _NEIGHBOURHOOD)):
        deviation = _half_module_samples(np.asarray(extreme, np.uint8)) - mean
        features.append((deviation / contrast)[centres, centres])
    stacked = np.stack([*features, np.ones((side, side), np.float32)], axis=-1)
    return np.asarray(stacked.reshape(side * side, -1), np.float32)


def _half_module_samples(rectified: Pixels) -> Values:
    """Return the means at steps of half a module."""
    soft = cv2.boxFilter(rectified, cv2.CV_32F, (_HALF, _HALF))
    # A module's centre is before its third pixel; the filter's is before the pixel it belongs to.
    return np.ascontiguousarray(soft[_HALF::_HALF, _HALF::_HALF], np.float32)
