"""Scene change detection between frames, by the difference of small thumbnails."""

import numpy as np
from numpy.typing import NDArray

from scanner.qr.frame import Pixels

CUT = 15.0
"""Mean difference of two consecutive frames, in grey levels, from which the scene is a new one.

A moving hand changes less between two frames.
"""

MOTION = 1.5
"""Mean difference, in grey levels, from which something moved or the light changed.

Sensor noise averages out to less.
"""

_THUMBNAIL = 16
"""Samples per side of a thumbnail; each is the mean of a part of one row."""

Thumbnail = NDArray[np.float32]


class SceneChange:
    """Compares a frame with the previous one, and with the last one that was searched in vain."""

    def __init__(self) -> None:
        self._last: Thumbnail | None = None
        self._exhausted: Thumbnail | None = None

    def is_cut(self, grey: Pixels) -> bool:
        """Return whether this frame shows a new scene; it becomes the previous frame."""
        before, self._last = self._last, _thumbnail(grey)
        return _differ(before, self._last, CUT)

    def has_moved(self) -> bool:
        """Return whether the current frame differs from the one that was searched in vain."""
        return _differ(self._exhausted, self._last, MOTION)

    def mark_exhausted(self) -> None:
        """Remember the current frame as one that was searched in vain."""
        self._exhausted = self._last


def _differ(one: Thumbnail | None, other: Thumbnail | None, levels: float) -> bool:
    if one is None or other is None or one.shape != other.shape:
        return True
    return float(np.abs(one - other).mean()) > levels


def _thumbnail(grey: Pixels) -> Thumbnail:
    height, width = grey.shape
    step, long = -(-height // _THUMBNAIL), max(1, width // _THUMBNAIL)
    rows = grey[step // 2 :: step, : width // long * long]
    return np.asarray(rows.reshape(len(rows), -1, long).mean(axis=2), np.float32)
