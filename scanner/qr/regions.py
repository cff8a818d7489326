"""The parts of a picture that are worth a closer look: on small ones many passes cost as one."""

from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np

from scanner.qr.decoded import Corners
from scanner.qr.finder_patterns import rings
from scanner.qr.finder_scan import has_finders
from scanner.qr.frame import Pixels
from scanner.qr.passes import Prepared
from scanner.qr.readers import Found
from scanner.qr.symbol_geometry import three
from scanner.qr.texture import Patch

ROOM = 0.4
"""What is cut out around a recognised code on each side, in its own sizes: a recognised corner may
be a wrong one, and the quiet zone belongs to the code.
"""

PATCH_ROOM = 0.3
"""The same around a patch that may be a code: it is found whole, but for its margins."""

BLANKED = 0.12
"""What is painted over around a code that was read, in its own sizes: most of its quiet zone."""

LONGEST = 520
"""Pixels of the longer side to which a part is shrunk: a code of 57 modules still has 6 each."""

CROWDED = 0.5
"""A patch of this share of the picture is a page of text or a cloth."""

SAME = 0.7
"""Parts that share so much of the smaller one are looked at once."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels."""


def parts(grey: Pixels, found: Iterable[Found], dense: Iterable[Patch]) -> Iterator[Prepared]:
    """Cut out what was recognised, then the patches that may be a code; each place once."""
    seen: list[Box] = []
    for box in _boxes(grey, found, dense):
        if all(_shared(box, other) < SAME for other in seen):
            seen.append(box)
            yield cut(grey, box)


def stands_out(grey: Pixels, dense: Sequence[Patch]) -> bool:
    """Tell whether the densest patch is one thing in view: no page of text, no cloth."""
    areas = ((patch.right - patch.left) * (patch.bottom - patch.top) for patch in dense[:1])
    return any(area < CROWDED * grey.size for area in areas)


def likely_code(grey: Pixels, dense: Sequence[Patch]) -> bool:
    """Tell whether the densest patch looks like a code, though no reader recognised it."""
    if not stands_out(grey, dense):
        return False
    box = _around(_corners(dense[0]), PATCH_ROOM, grey)
    if box is None:
        return False
    part = cut(grey, box).pixels
    told = has_finders(part)
    return three(rings(part)) is not None if told is None else told


def without(grey: Pixels, codes: Iterable[Corners]) -> Pixels:
    """Paint over codes, each in the tone that its corners lie in."""
    blank = grey.copy()
    last = np.array(grey.shape[::-1]) - 1
    for corners in codes:
        points = np.array(corners)
        middle = points.mean(axis=0)
        around = np.rint(middle + (1 + 2 * BLANKED) * (points - middle)).astype(np.int32)
        x, y = np.clip(around, 0, last).T
        tone = float(np.median(grey[y, x]))
        cv2.fillConvexPoly(blank, cv2.convexHull(around), tone)
    return blank


def cut(grey: Pixels, box: Box) -> Prepared:
    """Cut a part out, and shrink it where it is large."""
    left, top, right, bottom = box
    part = np.ascontiguousarray(grey[top:bottom, left:right])
    factor = min(1.0, LONGEST / max(part.shape))
    if factor < 1:
        small = cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        part = np.asarray(small, np.uint8)
    return Prepared(part, np.array([[1 / factor, 0.0, left], [0.0, 1 / factor, top]]))


def _boxes(grey: Pixels, found: Iterable[Found], dense: Iterable[Patch]) -> Iterator[Box]:
    boxes = (_around(each.corners, ROOM, grey) for each in found)
    yield from (box for box in boxes if box)
    patched = (_around(_corners(patch), PATCH_ROOM, grey) for patch in dense)
    yield from (box for box in patched if box)


def _corners(patch: Patch) -> Corners:
    left, top, right, bottom = patch.left, patch.top, patch.right, patch.bottom
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _around(corners: Corners, share: float, grey: Pixels) -> Box | None:
    """Return what the corners span with room on each side; nothing where that is empty."""
    points = np.array(corners)
    first, last = points.min(axis=0), points.max(axis=0)
    room = share * (last - first).max()
    height, width = grey.shape
    left, top = np.maximum(first - room, 0).astype(int).tolist()
    right, bottom = np.minimum(np.ceil(last + room), (width, height)).astype(int).tolist()
    return (left, top, right, bottom) if left < right and top < bottom else None


def _shared(one: Box, other: Box) -> float:
    """Return the part of the smaller one that both cover, 0 to 1."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    sizes = ((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return max(0, across) * max(0, down) / min(sizes)
