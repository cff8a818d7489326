"""Undoes a smear or a blur: what moved is made to have stood still, what was too near, in focus.

How far a point was spread shows in the picture itself. Where an edge is spread, its two ends are
alike but of opposite sign, so that the slopes along the smear are most unlike themselves at just
its length. Across a smear, where nothing was spread, they are so at the length of a module, since
that is where the next edge may come, which is most often of the other sign.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.frame import Pixels

NOISE_SHARE = 0.03
"""What is taken for noise beside the picture, in power; less rings, more leaves the smear."""

LONGEST = 64
"""Pixels of the longest smear that is looked for."""

SMEARED = 1.3
"""How many times longer one way than across a spread must be to be a smear; else it is a blur."""

SPREAD_OF_DISC = 1.72
"""Radii of a disc at which slopes that it spread are most unlike themselves; found by trying."""

MODULE = 7.0
"""Pixels of a module that are enough to read it, once it is sharp; and few are quickly unblurred.
"""

LARGEST = 1.5
"""How much larger a picture of small modules is made."""

SMALLEST = 40
"""Pixels of a side: in less nothing is measured."""

_EDGE = 16
"""Pixels mirrored at the edges, so that they do not ring into the picture."""

_BORDER = 0.12
"""The share of a part on each side that is mostly not of the code."""

_ROWS = 90
"""Lines in which the slopes are compared; more are no surer."""

Kernel = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Spread:
    """What a point was spread to.

    Attributes:
        angle: the direction of the smear, in radians from the horizontal, downwards.
        along, across: pixels at which slopes are most unlike themselves, that way and across it.
    """

    angle: float
    along: float
    across: float

    @property
    def smeared(self) -> bool:
        """Whether it was a movement's; else it was a lens's."""
        return self.along > SMEARED * self.across

    @property
    def module(self) -> float:
        """A module's length in pixels, or a little more; a blur hides it."""
        return min(self.along, self.across)

    def kernel(self, scale: float) -> Kernel:
        """Return what a point was spread to in a picture that was made larger by so much."""
        if self.smeared:
            return line(self.along * scale, self.angle)
        return disc((self.along + self.across) / 2 * scale / SPREAD_OF_DISC)


def steadied(grey: Pixels) -> tuple[Pixels, float]:
    """Undo the smear or the blur that the picture shows.

    Returns:
        The picture, and how much larger it is than before: the size is brought nearer to what is
        read best.
    """
    if min(grey.shape) < SMALLEST:
        return grey, 1.0
    spread = spread_of(grey)
    scale = MODULE / spread.module
    if scale < 1:
        return unspread(_scaled(grey, scale), spread.kernel(scale)), scale
    larger = min(scale, LARGEST)
    return _scaled(unspread(grey, spread.kernel(1.0)), larger), larger


def spread_of(grey: Pixels) -> Spread:
    """Measure what points were spread to."""
    angle = smear_angle(grey)
    return Spread(angle, _unlikest(grey, angle), _unlikest(grey, angle + np.pi / 2))


def smear_angle(grey: Pixels) -> float:
    """Return the direction with the fewest edges, in radians from the horizontal, downwards.

    A code has as many edges one way as across it, so where it has fewer, it was smeared.
    """
    soft = cv2.GaussianBlur(grey, (0, 0), 0.8)
    across, down = (
        cv2.Sobel(soft, cv2.CV_16S, *way)[::2, ::2].astype(np.float32).ravel()
        for way in ((1, 0), (0, 1))
    )
    xx, yy, xy = (float(np.dot(a, b)) for a, b in ((across, across), (down, down), (across, down)))
    return 0.5 * float(np.arctan2(2 * xy, xx - yy)) + np.pi / 2


def _unlikest(grey: Pixels, angle: float) -> float:
    """Return how many pixels apart, in a direction, slopes are most unlike each other."""
    slopes = _slopes(grey, angle)
    length = cv2.getOptimalDFTSize(slopes.shape[1] + LONGEST)
    waves = np.fft.rfft(slopes, n=length, axis=1)
    alike = np.fft.irfft((waves.real**2 + waves.imag**2).sum(axis=0), n=length)[: LONGEST + 2]
    least = int(np.argmin(alike[2:-1])) + 2
    before, deepest, after = alike[least - 1 : least + 2].tolist()
    bend = before - 2 * deepest + after
    return least + (0.5 * (before - after) / bend if bend > 0 else 0.0)


def _slopes(grey: Pixels, angle: float) -> NDArray[np.float32]:
    """Return the slopes along some lines in a direction, one a row, over the middle of a part."""
    height, width = grey.shape
    border = int(_BORDER * min(height, width))
    tall, wide = height - 2 * border, width - 2 * border
    step = max(1.0, tall / _ROWS)
    rows = int(tall / step)
    x, y = np.cos(angle), np.sin(angle)
    way = np.array([[x, -y * step, 0.0], [y, x * step, 0.0]])
    way[:, 2] = (width / 2, height / 2) - way[:, :2] @ (wide / 2, rows / 2)
    how, edge = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, cv2.BORDER_REPLICATE
    lines = np.asarray(cv2.warpAffine(grey, way, (wide, rows), flags=how, borderMode=edge))
    values = lines.astype(np.float32)
    return np.asarray(cv2.blur(values[:, 2:] - values[:, :-2], (2, 1)), np.float32)


def unspread(grey: Pixels, kernel: Kernel) -> Pixels:
    """Return Wiener's estimate of what the kernel was applied to.

    Args:
        grey: the picture.
        kernel: the same when it is turned by half, as lines and discs are; its spectrum is real.
    """
    height, width = grey.shape
    tall, wide = (cv2.getOptimalDFTSize(max(side + _EDGE, len(kernel))) for side in (height, width))
    below, right = tall - height, wide - width
    whole = cv2.copyMakeBorder(grey, 0, below, 0, right, cv2.BORDER_REFLECT)
    spread = np.zeros((tall, wide), np.float32)
    spread[: kernel.shape[0], : kernel.shape[1]] = kernel
    spread = np.roll(spread, (-(kernel.shape[0] // 2), -(kernel.shape[1] // 2)), (0, 1))
    smear = np.asarray(cv2.dft(spread))
    clear = cv2.mulSpectrums(cv2.dft(whole.astype(np.float32)), smear / (smear**2 + NOISE_SHARE), 0)
    back = cv2.idft(clear, flags=cv2.DFT_SCALE)
    return np.asarray(np.clip(back[:height, :width], 0, 255), np.uint8)


def _scaled(grey: Pixels, scale: float) -> Pixels:
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=how), np.uint8)


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
