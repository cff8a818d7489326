"""Removes motion blur and defocus: blind deconvolution with a parametric point-spread function.

The point-spread function (PSF) is estimated from the picture. Its direction is that of the fewest
edges, from the structure tensor. Its length is the lag of the minimum in the autocorrelation of the
gradients in that direction (Yitzhaky and Kopeika, 1997): a blurred edge has two ends of opposite
sign, just a blur length apart. Across a motion blur the minimum is at about one module, where the
next edge may come, which mostly has the other sign. The blur is then removed by a Wiener filter.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.frame import Pixels

NOISE_TO_SIGNAL = 0.03
"""The noise-to-signal power ratio of the Wiener filter. Less causes ringing, more leaves blur."""

MAX_LAG = 64
"""Pixels of the longest blur that is searched for."""

MOTION_RATIO = 1.3
"""The ratio of length to width from which a blur is motion; below, it is defocus."""

LAG_PER_DISC_RADIUS = 1.72
"""The lag of the autocorrelation minimum for a disc of radius 1; measured."""

TARGET_MODULE = 7.0
"""Pixels per module of the result: enough to be read when sharp, and few to be filtered."""

MAX_UPSCALE = 1.5
"""The largest factor by which a picture of small modules is enlarged."""

MIN_SIDE = 40
"""Pixels of a side below which nothing is estimated."""

_PADDING = 16
"""Pixels mirrored at the borders, so that these cause no ringing."""

_BORDER = 0.12
"""The share of a region on each side that mostly lies outside the symbol."""

_ROWS = 90
"""Lines in which gradients are correlated; more make the estimate no better."""

Kernel = NDArray[np.float32]
"""A point-spread function: odd number of rows x the same number of columns; its sum is 1."""


@dataclass(frozen=True, slots=True)
class PointSpread:
    """An estimated point-spread function.

    Attributes:
        angle: the blur's direction, in radians from the horizontal, clockwise as seen.
        along: the lag of the autocorrelation minimum in that direction, in pixels.
        across: the same perpendicular to it.
    """

    angle: float
    along: float
    across: float

    @property
    def is_motion(self) -> bool:
        """Whether this is motion blur; otherwise it is defocus."""
        return self.along > MOTION_RATIO * self.across

    @property
    def module(self) -> float:
        """The size of a module in pixels, at most; blur hides it."""
        return min(self.along, self.across)

    def kernel(self, scale: float) -> Kernel:
        """Return the kernel for the picture enlarged by `scale`."""
        if self.is_motion:
            return motion_kernel(self.along * scale, self.angle)
        return disc_kernel((self.along + self.across) / 2 * scale / LAG_PER_DISC_RADIUS)


def deblur(grey: Pixels) -> tuple[Pixels, float]:
    """Remove the blur, and scale the picture towards `TARGET_MODULE`.

    Returns:
        The picture, and the factor by which it was enlarged.
    """
    if min(grey.shape) < MIN_SIDE:
        return grey, 1.0
    spread = estimate_point_spread(grey)
    scale = TARGET_MODULE / spread.module
    if scale < 1:
        return wiener_deconvolution(_scaled(grey, scale), spread.kernel(scale)), scale
    factor = min(scale, MAX_UPSCALE)
    return _scaled(wiener_deconvolution(grey, spread.kernel(1.0)), factor), factor


def estimate_point_spread(grey: Pixels) -> PointSpread:
    """Estimate the point-spread function from the gradients' autocorrelation."""
    angle = blur_direction(grey)
    return PointSpread(
        angle,
        _autocorrelation_minimum(grey, angle),
        _autocorrelation_minimum(grey, angle + np.pi / 2),
    )


def blur_direction(grey: Pixels) -> float:
    """Return the direction of least gradient energy, from the structure tensor.

    A symbol has as many edges in one direction as in the other, so motion took the missing ones.

    Returns:
        Radians from the horizontal, clockwise as seen.
    """
    soft = cv2.GaussianBlur(grey, (0, 0), 0.8)
    horizontal, vertical = (
        cv2.Sobel(soft, cv2.CV_16S, *order)[::2, ::2].astype(np.float32).ravel()
        for order in ((1, 0), (0, 1))
    )
    pairs = ((horizontal, horizontal), (vertical, vertical), (horizontal, vertical))
    xx, yy, xy = (float(np.dot(a, b)) for a, b in pairs)
    return 0.5 * float(np.arctan2(2 * xy, xx - yy)) + np.pi / 2


def _autocorrelation_minimum(grey: Pixels, angle: float) -> float:
    """Return the lag, in pixels, at which the gradients' autocorrelation is least.

    The autocorrelation is the inverse transform of the power spectrum (Wiener-Khinchin); the
    minimum is refined by a parabola.
    """
    gradients = _directional_gradients(grey, angle)
    length = cv2.getOptimalDFTSize(gradients.shape[1] + MAX_LAG)
    spectrum = np.fft.rfft(gradients, n=length, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).sum(axis=0)
    correlation = np.fft.irfft(power, n=length)[: MAX_LAG + 2]
    least = int(np.argmin(correlation[2:-1])) + 2
    before, deepest, after = correlation[least - 1 : least + 2].tolist()
    curvature = before - 2 * deepest + after
    return least + (0.5 * (before - after) / curvature if curvature > 0 else 0.0)


def _directional_gradients(grey: Pixels, angle: float) -> NDArray[np.float32]:
    """Return the gradients along parallel lines through the centre, one line per row."""
    height, width = grey.shape
    border = int(_BORDER * min(height, width))
    tall, wide = height - 2 * border, width - 2 * border
    step = max(1.0, tall / _ROWS)
    rows = int(tall / step)
    x, y = np.cos(angle), np.sin(angle)
    affine = np.array([[x, -y * step, 0.0], [y, x * step, 0.0]])
    affine[:, 2] = (width / 2, height / 2) - affine[:, :2] @ (wide / 2, rows / 2)
    flags, edge = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, cv2.BORDER_REPLICATE
    lines = np.asarray(cv2.warpAffine(grey, affine, (wide, rows), flags=flags, borderMode=edge))
    values = lines.astype(np.float32)
    return np.asarray(cv2.blur(values[:, 2:] - values[:, :-2], (2, 1)), np.float32)


def wiener_deconvolution(grey: Pixels, kernel: Kernel) -> Pixels:
    """Apply the Wiener filter with a constant noise-to-signal ratio.

    Args:
        grey: rows x columns.
        kernel: a point-symmetric point-spread function, whose spectrum is real.
    """
    height, width = grey.shape
    tall, wide = (
        cv2.getOptimalDFTSize(max(side + _PADDING, len(kernel))) for side in (height, width)
    )
    below, right = tall - height, wide - width
    padded = cv2.copyMakeBorder(grey, 0, below, 0, right, cv2.BORDER_REFLECT)
    centred = np.zeros((tall, wide), np.float32)
    centred[: kernel.shape[0], : kernel.shape[1]] = kernel
    centred = np.roll(centred, (-(kernel.shape[0] // 2), -(kernel.shape[1] // 2)), (0, 1))
    transfer = np.asarray(cv2.dft(centred))
    wiener = transfer / (transfer**2 + NOISE_TO_SIGNAL)
    restored = cv2.mulSpectrums(cv2.dft(padded.astype(np.float32)), wiener, 0)
    picture = cv2.idft(restored, flags=cv2.DFT_SCALE)
    return np.asarray(np.clip(picture[:height, :width], 0, 255), np.uint8)


def _scaled(grey: Pixels, scale: float) -> Pixels:
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=interpolation)
    return np.asarray(scaled, np.uint8)


def motion_kernel(length: float, angle: float) -> Kernel:
    """Return the point-spread function of linear motion, antialiased.

    Args:
        length: pixels.
        angle: radians from the horizontal, clockwise as seen.
    """
    reach = int(np.ceil(length / 2)) + 1
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    along = np.abs(across * np.cos(angle) + down * np.sin(angle))
    beside = np.abs(down * np.cos(angle) - across * np.sin(angle))
    kernel = np.clip(length / 2 + 0.5 - along, 0, 1) * np.clip(1 - beside, 0, 1)
    return np.asarray(kernel / kernel.sum(), np.float32)


def disc_kernel(radius: float) -> Kernel:
    """Return the point-spread function of defocus: a uniform disc, antialiased.

    Args:
        radius: pixels.
    """
    reach = int(np.ceil(radius)) + 1
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(down, across), 0, 1)
    return np.asarray(kernel / kernel.sum(), np.float32)
