"""Restores the quiet zone of a symbol that lies on ground of its own dark tone.

There the outer squares of the finder patterns merge with the ground, so that no reader finds them:
a symbol without a margin on a phone in dark mode, or an inverted one on white paper. The other tone
still shows the symbol's outline, because light modules reach each of its edges. ISO/IEC 18004,
6.3.8 asks for four light modules around a symbol.
"""

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.frame import Pixels

GROUND_BAND = (0.10, 0.16)
"""Where the ground's tone is measured: between these shares of the shorter side from the borders.

A region is cut out with room around the symbol; nearer to its borders other things may be in it.
"""

GAP = 24
"""Parts of the symbol are joined over gaps of this fraction of the shorter side: 1/24."""

NEAR_LINE = 1.0
"""Pixels from a line within which an outline's point counts as on it."""

MAX_COSINE = math.cos(math.radians(40))
"""The directions of two sides of a symbol differ by at least 40 degrees, however it is tilted."""

MIN_SINE = 0.3
"""The least sine of the angle between two neighbouring sides."""

_SIDES = 4

Outline = NDArray[np.float64]
"""One point per row: x, y."""

Quad = NDArray[np.float64]
"""Four corners: 4 x 2."""


def restore_quiet_zone(region: Pixels) -> Iterator[Pixels]:
    """Paint the ground around the symbol in the median tone of its own light modules.

    Args:
        region: rows x columns, grey.

    Yields:
        Pictures of the same size: painted outside the four lines that bound the symbol, which also
        fits a tilted one; then outside the smallest rectangle around it. None where nothing lies on
        the ground.
    """
    modules = _foreground(region)
    outlines, _ = cv2.findContours(modules, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return
    outline = np.vstack(outlines).reshape(-1, 2).astype(np.float64)
    tone = float(np.median(region[modules > 0]))
    for bounds in (_bounding_quad, _bounding_rectangle):
        if (corners := bounds(outline)) is not None:
            outside = np.ones(region.shape, np.uint8)
            cv2.fillConvexPoly(outside, np.rint(corners).astype(np.int32), 0)
            yield np.where(outside, tone, region).astype(np.uint8)


def _foreground(region: Pixels) -> Pixels:
    """Return a mask, 0 or 1, of the central object whose tone is not the ground's.

    Otsu's threshold separates the tones; the object is the largest connected component in the
    centre after a morphological closing.
    """
    soft = cv2.blur(region, (3, 3))
    _, light = cv2.threshold(soft, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    outer, inner = (_cropped(np.asarray(light, np.uint8), share) for share in GROUND_BAND)
    if outer.size == inner.size:
        return np.zeros(region.shape, np.uint8)
    ground_is_light = 2 * (int(outer.sum()) - int(inner.sum())) > outer.size - inner.size
    other = np.asarray(light != ground_is_light, np.uint8)
    reach = max(3, min(region.shape) // GAP) | 1
    joined = cv2.morphologyEx(other, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    count, labels = cv2.connectedComponents(joined)
    height, width = region.shape
    centre = labels[height // 4 : height - height // 4, width // 4 : width - width // 4]
    sizes = np.bincount(centre.ravel(), minlength=count)
    sizes[0] = 0
    if not sizes.any():
        return np.zeros(region.shape, np.uint8)
    return np.asarray((labels == sizes.argmax()) & (other > 0), np.uint8)


def _cropped(picture: Pixels, share: float) -> Pixels:
    """Remove a share of the shorter side at each border."""
    height, width = picture.shape
    edge = round(share * min(height, width))
    return picture[edge : height - edge, edge : width - edge]


def _bounding_quad(outline: Outline) -> Quad | None:
    """Return the corners of the four hull lines with the most outline points on them.

    The corner of a finder pattern is lost in the ground, so that the hull is cut off there; but no
    outline points lie on that line.
    """
    corners = cv2.convexHull(outline.astype(np.int32)).reshape(-1, 2).astype(np.float64)
    along = np.roll(corners, -1, axis=0) - corners
    normals = np.column_stack([along[:, 1], -along[:, 0]])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    distances = (normals * corners).sum(axis=1)
    support = (np.abs(outline @ normals.T - distances) < NEAR_LINE).sum(axis=0)
    chosen: list[int] = []
    for line in np.argsort(-support).tolist():
        if all(normals[line] @ normals[other] < MAX_COSINE for other in chosen):
            chosen.append(line)
    if len(chosen) < _SIDES:
        return None
    lines = sorted(chosen[:_SIDES], key=lambda line: math.atan2(normals[line, 1], normals[line, 0]))
    pairs = zip(lines, [*lines[1:], lines[0]], strict=True)
    crossings = [_intersection(normals[[one, two]], distances[[one, two]]) for one, two in pairs]
    return np.array(crossings) if all(point is not None for point in crossings) else None


def _intersection(normals: Outline, distances: Outline) -> Outline | None:
    """Return where two lines intersect; None where they are almost parallel."""
    if abs(np.linalg.det(normals)) < MIN_SINE:
        return None
    return np.asarray(np.linalg.solve(normals, distances), np.float64)


def _bounding_rectangle(outline: Outline) -> Quad:
    return np.asarray(cv2.boxPoints(cv2.minAreaRect(outline.astype(np.int32))), np.float64)
