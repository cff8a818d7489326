"""Undoes a smear or a blur: what moved is made to have stood still, what was too near, in focus."""

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.capture.frame import Pixels

NOISE_SHARE = 0.02
"""What is taken for noise beside the picture, in power; less rings, more leaves the smear."""

_EDGE = 16
"""Pixels mirrored at the edges, so that they do not ring into the picture."""

Kernel = NDArray[np.float32]


def stilled(grey: Pixels, pixels: float) -> Pixels:
    """Undo a smear of so many pixels, along the direction in which the picture has fewest edges.

    A code has as many edges one way as across it, so where it has fewer, it was smeared.
    """
    return _unfiltered(grey, line(pixels, smear_angle(grey)))


def focused(grey: Pixels, radius: float) -> Pixels:
    """Undo a lens's blur, which spreads a point to a disc of so many pixels' radius."""
    return _unfiltered(grey, disc(radius))


def smear_angle(grey: Pixels) -> float:
    """Return the direction with the fewest edges, in radians from the horizontal, downwards."""
    soft = cv2.GaussianBlur(grey, (0, 0), 0.8)
    across = cv2.Sobel(soft, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    xx, yy, xy = (
        float(cv2.mean(a * b)[0]) for a, b in ((across,) * 2, (down,) * 2, (across, down))
    )
    return 0.5 * float(np.arctan2(2 * xy, xx - yy)) + np.pi / 2


def _unfiltered(grey: Pixels, kernel: Kernel) -> Pixels:
    """Return Wiener's estimate of what the kernel was applied to."""
    height, width = grey.shape
    tall, wide = (cv2.getOptimalDFTSize(side + _EDGE) for side in (height, width))
    below, right = tall - height, wide - width
    whole = cv2.copyMakeBorder(grey, 0, below, 0, right, cv2.BORDER_REFLECT)
    spread = np.zeros((tall, wide), np.float32)
    spread[: kernel.shape[0], : kernel.shape[1]] = kernel
    spread = np.roll(spread, (-(kernel.shape[0] // 2), -(kernel.shape[1] // 2)), (0, 1))
    seen = cv2.dft(whole.astype(np.float32), flags=cv2.DFT_COMPLEX_OUTPUT)
    smear = cv2.dft(spread, flags=cv2.DFT_COMPLEX_OUTPUT)
    power = np.square(smear).sum(axis=2) + NOISE_SHARE
    clear = cv2.mulSpectrums(seen, smear, 0, conjB=True) / power[:, :, None]
    back = cv2.idft(clear, flags=cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
    return np.asarray(np.clip(back[:height, :width], 0, 255), np.uint8)


def line(length: float, angle: float) -> Kernel:
    """Return what a straight movement smears a point to.

    Args:
        length: of the smear, in pixels.
        angle: in radians from the horizontal, downwards.
    """
    reach = int(np.ceil(length / 2)) + 1
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    along = np.abs(across * np.cos(angle) + down * np.sin(angle))
    beside = np.abs(down * np.cos(angle) - across * np.sin(angle))
    kernel = np.clip(length / 2 + 0.5 - along, 0, 1) * np.clip(1 - beside, 0, 1)
    return np.asarray(kernel / kernel.sum(), np.float32)


def disc(radius: float) -> Kernel:
    """Return an even disc, its edge as sharp as the pixels let it be."""
    reach = int(np.ceil(radius)) + 1
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(down, across), 0, 1)
    return np.asarray(kernel / kernel.sum(), np.float32)
