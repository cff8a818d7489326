"""The passes: how a picture is preprocessed, and which reader gets it then.

Each list is in the order of what a pass reads beyond zxing's plain pass, per millisecond. That was
measured on photographs of symbols that are blurred, dim, glaring, creased or small.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.bands import without_bands
from scanner.qr.deblur import deblur
from scanner.qr.decoded import Corners, Point
from scanner.qr.frame import Pixels
from scanner.qr.quiet_zone import restore_quiet_zone
from scanner.qr.rectify import Rectified, rectify, rectify_again

Affine = NDArray[np.float64]
"""2 x 3: transforms a point of the preprocessed picture to the original."""

SMALL = 520
"""Pixels of the longer side to which a whole picture is reduced before rectification."""

STEP_MS = 3.0
"""The longest time between two points where a pass can be interrupted, with few exceptions."""

ROTATION_DEGREES = 20.0
"""Enough for other scan lines to cross the finder patterns."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A preprocessed picture.

    Attributes:
        pixels: rows x columns, grey.
        back: the transform to the original; None for the identity.
    """

    pixels: Pixels
    back: Affine | None = None

    def to_original(self, corners: Corners) -> Corners:
        """Transform corners to the picture that this one was made from."""
        if self.back is None:
            return corners
        a, b, c, d = (_transformed(self.back, corner) for corner in corners)
        return a, b, c, d


def _transformed(matrix: Affine, point: Point) -> Point:
    x, y = matrix @ (point[0], point[1], 1.0)
    return float(x), float(y)


@dataclass(frozen=True, slots=True)
class Pass:
    """One preprocessing and one reader.

    Attributes:
        reader: a name in `readers.readers()`.
        name: of the preprocessing; empty where there is none.
        prepare: preprocesses a grey picture and leaves the original unchanged. It returns one
            picture, or an iterator of several to be read in turn, with None wherever it can be
            interrupted.
        ms_per_megapixel: the initial estimate of its time per million pixels.
        least_ms: the time that it takes in addition, for any size.
        proves_symbol: whether anything that it prepares is certainly a symbol, even if unread.
    """

    reader: str
    name: str
    prepare: Callable[[Pixels], Prepared | Iterator[Prepared | None]]
    ms_per_megapixel: float
    least_ms: float = 0.0
    proves_symbol: bool = False

    @property
    def by(self) -> str:
        """The value of `Reading.by`: "zxing double"."""
        return f"{self.reader} {self.name}".strip()

    def prepared(self, grey: Pixels) -> Iterator[Prepared | None]:
        """Yield the preprocessed pictures, and None wherever the pass can be interrupted."""
        prepared = self.prepare(grey)
        if isinstance(prepared, Prepared):
            yield prepared
        else:
            yield from prepared


def plain(grey: Pixels) -> Prepared:
    """Return the picture unchanged."""
    return Prepared(grey)


def _scaled(grey: Pixels, factor: float, interpolation: int) -> Prepared:
    back = np.array([[1 / factor, 0, 0], [0, 1 / factor, 0]])
    scaled = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=interpolation)
    return Prepared(_pixels(scaled), back)


def _double(grey: Pixels) -> Prepared:
    return _scaled(grey, 2.0, cv2.INTER_LINEAR)


def _half(grey: Pixels) -> Prepared:
    return _scaled(grey, 0.5, cv2.INTER_AREA)


def _third(grey: Pixels) -> Prepared:
    return _scaled(grey, 1 / 3, cv2.INTER_AREA)


def _unsharp_mask(grey: Pixels, sigma: float, amount: float) -> Pixels:
    soft = cv2.GaussianBlur(grey, (0, 0), sigma)
    return _pixels(cv2.addWeighted(grey, 1 + amount, soft, -amount, 0))


def _sharp(grey: Pixels) -> Prepared:
    return Prepared(_unsharp_mask(grey, 3.0, 3.0))


def _double_sharp(grey: Pixels) -> Prepared:
    double = _double(grey)
    return Prepared(_unsharp_mask(double.pixels, 4.0, 4.0), double.back)


def _triple_sharp(grey: Pixels) -> Prepared:
    triple = _scaled(grey, 3.0, cv2.INTER_CUBIC)
    return Prepared(_unsharp_mask(triple.pixels, 6.0, 4.0), triple.back)


def _median(grey: Pixels) -> Prepared:
    return Prepared(_pixels(cv2.medianBlur(grey, 3)))


def _soft_double(grey: Pixels) -> Prepared:
    """Smooth noise and a display's pixels, then enlarge."""
    return _double(_pixels(cv2.GaussianBlur(grey, (0, 0), 1.0)))


def _softer_double(grey: Pixels) -> Prepared:
    return _double(_pixels(cv2.GaussianBlur(grey, (0, 0), 1.6)))


def _opened_triple(grey: Pixels) -> Prepared:
    """Remove bright lines thinner than a module by a morphological opening: cracks, creases."""
    triple = _scaled(grey, 3.0, cv2.INTER_LINEAR)
    opened = cv2.morphologyEx(triple.pixels, cv2.MORPH_OPEN, _ROUND_7)
    return Prepared(_pixels(opened), triple.back)


def _opened_double(grey: Pixels) -> Prepared:
    double = _double(grey)
    opened = cv2.morphologyEx(double.pixels, cv2.MORPH_OPEN, _ROUND_5)
    return Prepared(_pixels(opened), double.back)


def _opened(grey: Pixels) -> Prepared:
    return Prepared(_pixels(cv2.morphologyEx(grey, cv2.MORPH_OPEN, _SQUARE_3)))


def _closed_double(grey: Pixels) -> Prepared:
    """Remove dark lines thinner than a module by a morphological closing."""
    double = _double(grey)
    closed = cv2.morphologyEx(double.pixels, cv2.MORPH_CLOSE, _ROUND_5)
    return Prepared(_pixels(closed), double.back)


_SQUARE_3 = np.ones((3, 3), np.uint8)
_ROUND_5 = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
_ROUND_7 = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))


def _normalized(grey: Pixels) -> Prepared:
    """Normalize local mean and contrast (local z-score)."""
    values = grey.astype(np.float32)
    deviation = values - cv2.GaussianBlur(values, (0, 0), _LOCAL_SIGMA)
    contrast = np.sqrt(cv2.GaussianBlur(deviation * deviation, (0, 0), _LOCAL_SIGMA)) + _NOISE_FLOOR
    return Prepared(_pixels(np.clip(128 + 60 * deviation / contrast, 0, 255)))


_LOCAL_SIGMA = 8.0
_NOISE_FLOOR = 3.0


def _deblurred(grey: Pixels) -> Prepared:
    sharp, scale = deblur(grey)
    return Prepared(sharp, np.array([[1 / scale, 0, 0], [0, 1 / scale, 0]]))


def _threshold(grey: Pixels) -> Prepared:
    mean, binary = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY
    return Prepared(_pixels(cv2.adaptiveThreshold(grey, 255, mean, binary, 31, 5)))


def _soft_threshold(grey: Pixels) -> Prepared:
    """Smooth noise, then apply a local adaptive threshold against shadows and glare."""
    soft = cv2.GaussianBlur(grey, (0, 0), 1.0)
    mean, binary = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY
    return Prepared(_pixels(cv2.adaptiveThreshold(soft, 255, mean, binary, 21, 0)))


def _without_bands(grey: Pixels) -> Iterator[Prepared | None]:
    banded = without_bands(grey)
    return iter([Prepared(*banded)] if banded else [])


def _with_quiet_zone(grey: Pixels) -> Iterator[Prepared | None]:
    return (Prepared(restored) for restored in restore_quiet_zone(grey))


def _rectified(grey: Pixels) -> Iterator[Prepared | None]:
    return (each and Prepared(*each) for each in rectify(grey))


def _rectified_again(grey: Pixels) -> Iterator[Prepared | None]:
    return (each and Prepared(*each) for each in rectify_again(grey))


def _small_rectified(grey: Pixels) -> Iterator[Prepared | None]:
    """Reduce and rectify a symbol that fills the picture: it is no region of interest then."""
    factor = min(1.0, SMALL / max(grey.shape))
    small = _scaled(grey, factor, cv2.INTER_AREA)
    return (each and _in_original(small, each) for each in rectify(small.pixels))


def _in_original(first: Prepared, second: Rectified) -> Prepared:
    """Compose the transforms of two preprocessing steps."""
    pixels, back = second
    if first.back is None:
        return Prepared(pixels, back)
    return Prepared(pixels, first.back @ np.vstack([back, (0.0, 0.0, 1.0)]))


_GAMMA = (255 * np.sqrt(np.arange(256) / 255)).astype(np.uint8)
"""Gamma correction with an exponent of 0.5: brightens shadows."""


def _bright(grey: Pixels) -> Prepared:
    return Prepared(_pixels(cv2.LUT(grey, _GAMMA)))


def _bright_soft(grey: Pixels) -> Prepared:
    """Brighten shadows, and smooth the noise that this amplifies."""
    return Prepared(_pixels(cv2.GaussianBlur(cv2.LUT(grey, _GAMMA), (0, 0), 1.0)))


def _bright_half(grey: Pixels) -> Prepared:
    return _half(_pixels(cv2.LUT(grey, _GAMMA)))


def _rotated(grey: Pixels) -> Prepared:
    height, width = grey.shape[:2]
    rotation = cv2.getRotationMatrix2D((width / 2, height / 2), ROTATION_DEGREES, 1.0)
    rotated = cv2.warpAffine(grey, rotation, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return Prepared(_pixels(rotated), np.asarray(cv2.invertAffineTransform(rotation), np.float64))


def _pixels(picture: object) -> Pixels:
    """Give OpenCV's result its type: bytes in, bytes out."""
    return np.asarray(picture, np.uint8)


FIRST = (
    Pass("zxing", "", plain, 4.2),
    Pass("wechat", "", plain, 250.0),
    Pass("zbar", "", plain, 27.0),
)
"""The first pass, which every frame gets: the first of these whose reader is installed."""

REGION_FAST = (
    Pass("zxing", "soft threshold", _soft_threshold, 6.0),
    Pass("zxing", "bright soft", _bright_soft, 5.0),
    Pass("zxing", "opened", _opened, 4.0),
    Pass("zxing global", "median", _median, 4.0),
    Pass("zbar", "half", _half, 9.0),
    Pass("zxing", "without bands", _without_bands, 12.0),
    Pass("zxing", "rectified", _rectified, 30.0, least_ms=STEP_MS, proves_symbol=True),
    Pass("zxing", "quiet zone", _with_quiet_zone, 14.0),
)
"""The first round on each region of interest."""

WHOLE_FAST = (
    Pass("zxing", "bright half", _bright_half, 2.0),
    Pass("zxing", "threshold", _threshold, 6.0),
)
"""The first round on the whole picture: a symbol may be outside the regions of interest."""

REGION_SLOW = (
    Pass("zxing", "opened double", _opened_double, 14.0),
    Pass("zxing", "soft double", _soft_double, 11.0),
    Pass("zxing", "closed double", _closed_double, 11.0),
    Pass("zxing", "rotated", _rotated, 8.0),
    Pass("zxing", "threshold", _threshold, 5.0),
    Pass("zxing", "double", _double, 11.0),
    Pass("zxing", "deblurred", _deblurred, 16.0),
    Pass("zxing", "rectified again", _rectified_again, 30.0, least_ms=STEP_MS, proves_symbol=True),
    Pass("zxing", "opened triple", _opened_triple, 26.0),
    Pass("zxing global", "normalized", _normalized, 32.0),
    Pass("zxing", "double sharp", _double_sharp, 45.0),
    Pass("zbar", "", plain, 40.0),
    Pass("zxing global", "sharp", _sharp, 9.0),
    Pass("zxing", "half", _half, 2.0),
    Pass("zxing", "softer double", _softer_double, 12.0),
    Pass("zxing", "bright", _bright, 5.0),
    Pass("wechat", "half", _half, 300.0),
    Pass("wechat", "", plain, 400.0),
    Pass("zxing", "triple sharp", _triple_sharp, 125.0),
)
"""The second round on each region of interest."""

WHOLE_SLOW = (
    Pass("zxing", "small rectified", _small_rectified, 4.0, least_ms=STEP_MS, proves_symbol=True),
    Pass("zbar", "half", _half, 10.0),
    Pass("zxing", "bright soft", _bright_soft, 5.0),
    Pass("zxing", "bright", _bright, 5.0),
    Pass("zxing", "soft double", _soft_double, 16.0),
    Pass("zxing", "double", _double, 14.0),
    Pass("zxing global", "sharp", _sharp, 5.0),
    Pass("zxing", "rotated", _rotated, 10.0),
    Pass("zxing", "median", _median, 3.5),
    Pass("zxing", "opened triple", _opened_triple, 40.0),
    Pass("zxing", "double sharp", _double_sharp, 40.0),
    Pass("wechat", "third", _third, 60.0),
    Pass("zbar", "", plain, 37.0),
    Pass("wechat", "median", _median, 400.0),
    Pass("wechat", "half", _half, 250.0),
)
"""The second round on the whole picture."""

HARDER = (*REGION_FAST, *WHOLE_FAST, *REGION_SLOW, *WHOLE_SLOW)
"""All passes but the first, in the order in which they are tried."""
