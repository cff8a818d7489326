"""The harder looks at a picture: what is done to it, and who reads it then.

In order of what each adds to zxing's plain pass for its time, measured over photographs of codes
that are blurred, dim, glaring, creased or small.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.deblur import steadied
from scanner.qr.decoded import Corners, Point
from scanner.qr.frame import Pixels
from scanner.qr.quiet_zone import with_quiet_zone
from scanner.qr.rectify import redrawn, redrawn_again

Affine = NDArray[np.float64]
"""2 x 3: takes a point of the prepared picture back to the one it was made from."""

SMALL = 520
"""Pixels of a small picture's longer side."""

STEP_MS = 3.0
"""What a pass of many steps takes until it may be left off again, at most, but for a few."""

TURN_DEGREES = 20.0
"""Far enough from a right angle's half for the finder patterns' rows to be met anew."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A picture made ready for a reader, and the way back from its points."""

    pixels: Pixels
    back: Affine | None = None

    def at_home(self, corners: Corners) -> Corners:
        """Return the corners in the picture that this one was made from."""
        if self.back is None:
            return corners
        a, b, c, d = (_moved(self.back, corner) for corner in corners)
        return a, b, c, d


def _moved(matrix: Affine, point: Point) -> Point:
    x, y = matrix @ (point[0], point[1], 1.0)
    return float(x), float(y)


@dataclass(frozen=True, slots=True)
class Pass:
    """One look: the reader's name, what is done for it, and what it costs before it was measured.

    Attributes:
        reader: a name in `readers.readers()`.
        name: what was done; empty where nothing was.
        prepare: makes the picture ready, or makes several in turn that are to be read until one
            can be, with nothing wherever it may be left off; leaves the original as it is.
        ms_per_megapixel: the first guess at its time, on a picture of a million pixels.
        least_ms: what it takes besides, however small the picture is.
        sure: whether what it makes ready is a code, even where it can't be read.
    """

    reader: str
    name: str
    prepare: Callable[[Pixels], Prepared | Iterator[Prepared | None]]
    ms_per_megapixel: float
    least_ms: float = 0.0
    sure: bool = False

    @property
    def by(self) -> str:
        """How a reading of this pass is signed: "zxing double"."""
        return f"{self.reader} {self.name}".strip()

    def prepared(self, grey: Pixels) -> Iterator[Prepared | None]:
        """Make the picture ready in every way that the pass knows, one after another."""
        made = self.prepare(grey)
        if isinstance(made, Prepared):
            yield made
        else:
            yield from made


def plain(grey: Pixels) -> Prepared:
    """Leave it as it is."""
    return Prepared(grey)


def _scaled(grey: Pixels, factor: float, how: int) -> Prepared:
    back = np.array([[1 / factor, 0, 0], [0, 1 / factor, 0]])
    return Prepared(_pixels(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=how)), back)


def _double(grey: Pixels) -> Prepared:
    return _scaled(grey, 2.0, cv2.INTER_LINEAR)


def _half(grey: Pixels) -> Prepared:
    return _scaled(grey, 0.5, cv2.INTER_AREA)


def _third(grey: Pixels) -> Prepared:
    return _scaled(grey, 1 / 3, cv2.INTER_AREA)


def _unsharp(grey: Pixels, sigma: float, amount: float) -> Pixels:
    soft = cv2.GaussianBlur(grey, (0, 0), sigma)
    return _pixels(cv2.addWeighted(grey, 1 + amount, soft, -amount, 0))


def _sharp(grey: Pixels) -> Prepared:
    return Prepared(_unsharp(grey, 3.0, 3.0))


def _double_sharp(grey: Pixels) -> Prepared:
    double = _double(grey)
    return Prepared(_unsharp(double.pixels, 4.0, 4.0), double.back)


def _triple_sharp(grey: Pixels) -> Prepared:
    triple = _scaled(grey, 3.0, cv2.INTER_CUBIC)
    return Prepared(_unsharp(triple.pixels, 6.0, 4.0), triple.back)


def _median(grey: Pixels) -> Prepared:
    return Prepared(_pixels(cv2.medianBlur(grey, 3)))


def _soft_double(grey: Pixels) -> Prepared:
    """Even out grain and the display's dots before the finer look."""
    return _double(_pixels(cv2.GaussianBlur(grey, (0, 0), 1.0)))


def _softer_double(grey: Pixels) -> Prepared:
    return _double(_pixels(cv2.GaussianBlur(grey, (0, 0), 1.6)))


def _opened(grey: Pixels) -> Prepared:
    """Take away bright lines that are thinner than a module: cracks, creases, scratches."""
    triple = _scaled(grey, 3.0, cv2.INTER_LINEAR)
    opened = cv2.morphologyEx(triple.pixels, cv2.MORPH_OPEN, _ROUND_7)
    return Prepared(_pixels(opened), triple.back)


def _opened_double(grey: Pixels) -> Prepared:
    double = _double(grey)
    opened = cv2.morphologyEx(double.pixels, cv2.MORPH_OPEN, _ROUND_5)
    return Prepared(_pixels(opened), double.back)


def _opened_as_is(grey: Pixels) -> Prepared:
    return Prepared(_pixels(cv2.morphologyEx(grey, cv2.MORPH_OPEN, _SQUARE_3)))


def _closed(grey: Pixels) -> Prepared:
    """Take away dark lines that are thinner than a module."""
    double = _double(grey)
    closed = cv2.morphologyEx(double.pixels, cv2.MORPH_CLOSE, _ROUND_5)
    return Prepared(_pixels(closed), double.back)


_SQUARE_3 = np.ones((3, 3), np.uint8)
_ROUND_5 = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
_ROUND_7 = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))


def _level(grey: Pixels) -> Prepared:
    """Give every neighbourhood the same mean and contrast."""
    values = grey.astype(np.float32)
    away = values - cv2.GaussianBlur(values, (0, 0), _LEVEL_REACH)
    spread = np.sqrt(cv2.GaussianBlur(away * away, (0, 0), _LEVEL_REACH)) + _LEVEL_GRAIN
    return Prepared(_pixels(np.clip(128 + 60 * away / spread, 0, 255)))


_LEVEL_REACH = 8.0
_LEVEL_GRAIN = 3.0


def _steady(grey: Pixels) -> Prepared:
    """Undo the smear or the blur that it shows."""
    steady, scale = steadied(grey)
    return Prepared(steady, np.array([[1 / scale, 0, 0], [0, 1 / scale, 0]]))


def _threshold(grey: Pixels) -> Prepared:
    mean, binary = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY
    return Prepared(_pixels(cv2.adaptiveThreshold(grey, 255, mean, binary, 31, 5)))


def _soft_threshold(grey: Pixels) -> Prepared:
    """Even out grain, then part light from dark by what lies near: shadows and lamps fall out."""
    soft = cv2.GaussianBlur(grey, (0, 0), 1.0)
    mean, binary = cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY
    return Prepared(_pixels(cv2.adaptiveThreshold(soft, 255, mean, binary, 21, 0)))


def _quiet(grey: Pixels) -> Iterator[Prepared | None]:
    """Give a code the quiet zone that it lacks."""
    return (Prepared(given) for given in with_quiet_zone(grey))


def _redrawn(grey: Pixels) -> Iterator[Prepared | None]:
    """Draw a bent, slanted, smeared or blurred code anew."""
    return (drawn and Prepared(*drawn) for drawn in redrawn(grey))


def _redrawn_again(grey: Pixels) -> Iterator[Prepared | None]:
    return (drawn and Prepared(*drawn) for drawn in redrawn_again(grey))


def _small(grey: Pixels) -> Prepared:
    """Shrink a whole picture as far as a code that fills much of it can still be read."""
    factor = min(1.0, SMALL / max(grey.shape))
    return _scaled(grey, factor, cv2.INTER_AREA)


def _small_redrawn(grey: Pixels) -> Iterator[Prepared | None]:
    """Draw a code anew that fills the picture: no part of it stands out then."""
    small = _small(grey)
    return (drawn and _after(small, drawn) for drawn in _redrawn(small.pixels))


def _after(first: Prepared, second: Prepared) -> Prepared:
    """Do one thing after another; both ways back are gone."""
    if first.back is None or second.back is None:
        return second
    return Prepared(second.pixels, first.back @ np.vstack([second.back, (0.0, 0.0, 1.0)]))


_GAMMA = (255 * np.sqrt(np.arange(256) / 255)).astype(np.uint8)
"""Gamma 0.5: opens the shadows."""


def _bright(grey: Pixels) -> Prepared:
    return Prepared(_pixels(cv2.LUT(grey, _GAMMA)))


def _bright_soft(grey: Pixels) -> Prepared:
    """Open the shadows, and even out the grain that comes to light with them."""
    return Prepared(_pixels(cv2.GaussianBlur(cv2.LUT(grey, _GAMMA), (0, 0), 1.0)))


def _bright_half(grey: Pixels) -> Prepared:
    return _half(_pixels(cv2.LUT(grey, _GAMMA)))


def _turned(grey: Pixels) -> Prepared:
    height, width = grey.shape[:2]
    there = cv2.getRotationMatrix2D((width / 2, height / 2), TURN_DEGREES, 1.0)
    turned = cv2.warpAffine(grey, there, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return Prepared(_pixels(turned), np.asarray(cv2.invertAffineTransform(there), np.float64))


def _pixels(picture: object) -> Pixels:
    """Give OpenCV's answer its type: bytes in, bytes out."""
    return np.asarray(picture, np.uint8)


FIRST = (
    Pass("zxing", "", plain, 4.2),
    Pass("wechat", "", plain, 250.0),
    Pass("zbar", "", plain, 27.0),
)
"""The pass that every frame gets: the first of these whose reader is installed."""

CLOSE = (
    Pass("zxing", "soft threshold", _soft_threshold, 6.0),
    Pass("zxing", "bright soft", _bright_soft, 5.0),
    Pass("zxing", "opened as it is", _opened_as_is, 4.0),
    Pass("zxing global", "median", _median, 4.0),
    Pass("zbar", "half", _half, 9.0),
    Pass("zxing", "redrawn", _redrawn, 30.0, least_ms=STEP_MS, sure=True),
    Pass("zxing", "quiet", _quiet, 14.0),
)
"""What is tried first, on a part of the picture that is or may be a code."""

WHOLE = (
    Pass("zxing", "bright half", _bright_half, 2.0),
    Pass("zxing", "threshold", _threshold, 6.0),
)
"""What is tried on the whole picture then: a code may lie where nothing marked it."""

CLOSEST = (
    Pass("zxing", "opened double", _opened_double, 14.0),
    Pass("zxing", "soft double", _soft_double, 11.0),
    Pass("zxing", "closed", _closed, 11.0),
    Pass("zxing", "turned", _turned, 8.0),
    Pass("zxing", "threshold", _threshold, 5.0),
    Pass("zxing", "double", _double, 11.0),
    Pass("zxing", "steady", _steady, 16.0),
    Pass("zxing", "redrawn again", _redrawn_again, 30.0, least_ms=STEP_MS, sure=True),
    Pass("zxing", "opened", _opened, 26.0),
    Pass("zxing global", "level", _level, 32.0),
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
"""What is tried on a part again while there is time."""

WIDEST = (
    Pass("zxing", "small redrawn", _small_redrawn, 4.0, least_ms=STEP_MS, sure=True),
    Pass("zbar", "half", _half, 10.0),
    Pass("zxing", "bright soft", _bright_soft, 5.0),
    Pass("zxing", "bright", _bright, 5.0),
    Pass("zxing", "soft double", _soft_double, 16.0),
    Pass("zxing", "double", _double, 14.0),
    Pass("zxing global", "sharp", _sharp, 5.0),
    Pass("zxing", "turned", _turned, 10.0),
    Pass("zxing", "median", _median, 3.5),
    Pass("zxing", "opened", _opened, 40.0),
    Pass("zxing", "double sharp", _double_sharp, 40.0),
    Pass("wechat", "third", _third, 60.0),
    Pass("zbar", "", plain, 37.0),
    Pass("wechat", "median", _median, 400.0),
    Pass("wechat", "half", _half, 250.0),
)
"""The same on the whole picture."""

HARDER = (*CLOSE, *WHOLE, *CLOSEST, *WIDEST)
"""All of them, in the order in which they are tried."""
