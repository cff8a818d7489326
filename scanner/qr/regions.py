"""Regions of interest: on a small part of a picture, many passes cost as much as one on all."""

from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np

from scanner.qr.decoded import Corners
from scanner.qr.finder_patterns import locate_finder_patterns
from scanner.qr.finder_scan import has_finder_patterns
from scanner.qr.frame import Pixels
from scanner.qr.passes import Prepared
from scanner.qr.readers import Detection
from scanner.qr.symbol_geometry import symbol_of_three
from scanner.qr.texture import Region

SYMBOL_PADDING = 0.4
"""Padding around a detected symbol, as a share of its size: a detected corner may be wrong, and the
quiet zone belongs to the symbol.
"""

TEXTURE_PADDING = 0.3
"""The same around a textured region: it covers a whole symbol, but for its borders."""

MASK_PADDING = 0.12
"""What is masked around a symbol that was read: most of its quiet zone."""

LONGEST = 520
"""Pixels of the longer side to which a region is reduced: 57 modules still have about 6 each."""

MAX_SHARE = 0.5
"""A textured region of this share of the picture is a page of text or a cloth."""

MAX_OVERLAP = 0.7
"""Regions that share this part of the smaller one are the same."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels; the last two are exclusive."""


def regions_of_interest(
    grey: Pixels, found: Iterable[Detection], textured: Iterable[Region]
) -> Iterator[Prepared]:
    """Crop the detected symbols, then the textured regions; overlapping ones once.

    Args:
        grey: rows x columns.
        found: what a reader detected.
        textured: the regions of dense texture.
    """
    seen: list[Box] = []
    for box in _boxes(grey, found, textured):
        if all(_overlap(box, other) < MAX_OVERLAP for other in seen):
            seen.append(box)
            yield crop(grey, box)


def is_isolated(grey: Pixels, textured: Sequence[Region]) -> bool:
    """Return whether the densest texture is one object in view, and no page of text or cloth."""
    areas = ((each.right - each.left) * (each.bottom - each.top) for each in textured[:1])
    return any(area < MAX_SHARE * grey.size for area in areas)


def looks_like_symbol(grey: Pixels, textured: Sequence[Region]) -> bool:
    """Return whether the densest texture has a symbol's finder patterns."""
    if not is_isolated(grey, textured):
        return False
    box = _padded(_corners(textured[0]), TEXTURE_PADDING, grey)
    if box is None:
        return False
    region = crop(grey, box).pixels
    scanned = has_finder_patterns(region)
    if scanned is None:
        return symbol_of_three(locate_finder_patterns(region)) is not None
    return scanned


def mask_symbols(grey: Pixels, symbols: Iterable[Corners]) -> Pixels:
    """Return a copy with the symbols painted over, each in the median tone at its corners."""
    masked = grey.copy()
    last = np.array(grey.shape[::-1]) - 1
    for corners in symbols:
        points = np.array(corners)
        centre = points.mean(axis=0)
        around = np.rint(centre + (1 + 2 * MASK_PADDING) * (points - centre)).astype(np.int32)
        x, y = np.clip(around, 0, last).T
        tone = float(np.median(grey[y, x]))
        cv2.fillConvexPoly(masked, cv2.convexHull(around), tone)
    return masked


def crop(grey: Pixels, box: Box) -> Prepared:
    """Crop a region; a large one is reduced to `LONGEST`."""
    left, top, right, bottom = box
    region = np.ascontiguousarray(grey[top:bottom, left:right])
    factor = min(1.0, LONGEST / max(region.shape))
    if factor < 1:
        small = cv2.resize(region, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        region = np.asarray(small, np.uint8)
    return Prepared(region, np.array([[1 / factor, 0.0, left], [0.0, 1 / factor, top]]))


def _boxes(grey: Pixels, found: Iterable[Detection], textured: Iterable[Region]) -> Iterator[Box]:
    detected = (_padded(each.corners, SYMBOL_PADDING, grey) for each in found)
    yield from (box for box in detected if box)
    possible = (_padded(_corners(each), TEXTURE_PADDING, grey) for each in textured)
    yield from (box for box in possible if box)


def _corners(region: Region) -> Corners:
    left, top, right, bottom = region.left, region.top, region.right, region.bottom
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _padded(corners: Corners, share: float, grey: Pixels) -> Box | None:
    """Return the padded bounding box within the picture; None where it is empty."""
    points = np.array(corners)
    first, last = points.min(axis=0), points.max(axis=0)
    padding = share * (last - first).max()
    height, width = grey.shape
    left, top = np.maximum(first - padding, 0).astype(int).tolist()
    right, bottom = np.minimum(np.ceil(last + padding), (width, height)).astype(int).tolist()
    return (left, top, right, bottom) if left < right and top < bottom else None


def _overlap(one: Box, other: Box) -> float:
    """Return the intersection as a share of the smaller box, 0 to 1."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    sizes = ((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return max(0, across) * max(0, down) / min(sizes)
