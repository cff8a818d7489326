"""A code that lies without its quiet zone on ground of its own dark tone, given the zone back.

There the finder patterns' outer squares run together with the ground, so that no reader meets
them: a code shown without a margin by a phone in dark mode, or an inverted one on white paper. Its
other tone still tells where it ends: light modules reach each of its edges (ISO/IEC 18004, 6.3.8
asks for four light modules around it).
"""

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from scanner.qr.frame import Pixels

GROUND = (0.10, 0.16)
"""From where to where the ground is looked at, as shares of the part's shorter side from its edges:
a part is cut out with room around the code, and nearer to its edges other things may be in it.
"""

JOINED = 24
"""A share of the part's shorter side, one of so many: what is so near each other is one code's."""

NEAR = 1.0
"""Pixels from a line within which an outline lies along it."""

ALIKE = math.cos(math.radians(40))
"""Two sides of a code look at least so many degrees apart, however it is tilted."""

PARALLEL = 0.3
"""The sine of the angle at which two sides meet, at least."""

_SIDES = 4

Outline = NDArray[np.float64]
"""One point a row: x, y."""

Quad = NDArray[np.float64]
"""4 x 2."""


def with_quiet_zone(part: Pixels) -> Iterator[Pixels]:
    """Paint the ground around the part's code in the tone that its own modules have beside it.

    Returns:
        Pictures of the part's size: the ground painted beyond the four lines that bound the code,
        as a tilted one's lie, then beyond the smallest rectangle around it. None where nothing
        lies on the ground.
    """
    modules = _apart_from_ground(part)
    outlines, _ = cv2.findContours(modules, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return
    outline = np.vstack(outlines).reshape(-1, 2).astype(np.float64)
    tone = float(np.median(part[modules > 0]))
    for find in (_four_lines, _rectangle):
        if (corners := find(outline)) is not None:
            outside = np.ones(part.shape, np.uint8)
            cv2.fillConvexPoly(outside, np.rint(corners).astype(np.int32), 0)
            yield np.where(outside, tone, part).astype(np.uint8)


def _apart_from_ground(part: Pixels) -> Pixels:
    """Return a mask, 0 or 1, of what in the part's middle has another tone than the ground."""
    soft = cv2.blur(part, (3, 3))
    _, light = cv2.threshold(soft, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    outer, inner = (_within(np.asarray(light, np.uint8), share) for share in GROUND)
    if outer.size == inner.size:
        return np.zeros(part.shape, np.uint8)
    is_light = 2 * (int(outer.sum()) - int(inner.sum())) > outer.size - inner.size
    other = np.asarray(light != is_light, np.uint8)
    reach = max(3, min(part.shape) // JOINED) | 1
    joined = cv2.morphologyEx(other, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    count, labels = cv2.connectedComponents(joined)
    height, width = part.shape
    middle = labels[height // 4 : height - height // 4, width // 4 : width - width // 4]
    sizes = np.bincount(middle.ravel(), minlength=count)
    sizes[0] = 0
    if not sizes.any():
        return np.zeros(part.shape, np.uint8)
    return np.asarray((labels == sizes.argmax()) & (other > 0), np.uint8)


def _within(picture: Pixels, share: float) -> Pixels:
    """Leave off so much of the shorter side at each edge."""
    height, width = picture.shape
    edge = round(share * min(height, width))
    return picture[edge : height - edge, edge : width - edge]


def _four_lines(outline: Outline) -> Quad | None:
    """Return where the four lines meet that most of the outline lies along.

    A finder pattern's corner is lost in the ground, so that the hull has slanted sides there; but
    nothing lies along them.
    """
    corners = cv2.convexHull(outline.astype(np.int32)).reshape(-1, 2).astype(np.float64)
    along = np.roll(corners, -1, axis=0) - corners
    normals = np.column_stack([along[:, 1], -along[:, 0]])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    far = (normals * corners).sum(axis=1)
    lying = (np.abs(outline @ normals.T - far) < NEAR).sum(axis=0)
    chosen: list[int] = []
    for line in np.argsort(-lying).tolist():
        if all(normals[line] @ normals[other] < ALIKE for other in chosen):
            chosen.append(line)
    if len(chosen) < _SIDES:
        return None
    lines = sorted(chosen[:_SIDES], key=lambda line: math.atan2(normals[line, 1], normals[line, 0]))
    pairs = zip(lines, [*lines[1:], lines[0]], strict=True)
    met = [_meeting(normals[[one, other]], far[[one, other]]) for one, other in pairs]
    return np.array(met) if all(point is not None for point in met) else None


def _meeting(normals: Outline, far: Outline) -> Outline | None:
    """Return where two lines meet; nothing where they hardly do."""
    if abs(np.linalg.det(normals)) < PARALLEL:
        return None
    return np.asarray(np.linalg.solve(normals, far), np.float64)


def _rectangle(outline: Outline) -> Quad:
    return np.asarray(cv2.boxPoints(cv2.minAreaRect(outline.astype(np.int32))), np.float64)
