"""Whether a view is a new one, or another than was looked at in vain, so that a look may pay."""

import numpy as np
from numpy.typing import NDArray

from scanner.qr.frame import Pixels

CUT = 15.0
"""Grey levels by which a view differs, on average, from the last one where it is another view
altogether: no hand moves so much between two frames.
"""

MOVED = 1.5
"""Grey levels by which a view differs from one where something in it moved or another light fell;
a sensor's grain averages out to less.
"""

_SKETCH = 16
"""Places of a view, each way, that are compared; each is a stretch of a row."""

Sketch = NDArray[np.float32]


class Scene:
    """Remembers the last view in which nothing was recognised, and what was looked at in vain."""

    def __init__(self) -> None:
        self._last: Sketch | None = None
        self._vain: Sketch | None = None

    def is_cut(self, grey: Pixels) -> bool:
        """Whether this view is another one altogether; it is remembered."""
        before, self._last = self._last, _sketch(grey)
        return _differ(before, self._last, CUT)

    def has_moved(self) -> bool:
        """Whether the view is another than the one that was looked at in vain."""
        return _differ(self._vain, self._last, MOVED)

    def looked_in_vain(self) -> None:
        """Remember the view as one that gives nothing."""
        self._vain = self._last


def _differ(one: Sketch | None, other: Sketch | None, levels: float) -> bool:
    if one is None or other is None or one.shape != other.shape:
        return True
    return float(np.abs(one - other).mean()) > levels


def _sketch(grey: Pixels) -> Sketch:
    """Return the mean of some stretches of some rows."""
    height, width = grey.shape
    step, long = -(-height // _SKETCH), max(1, width // _SKETCH)
    rows = grey[step // 2 :: step, : width // long * long]
    return np.asarray(rows.reshape(len(rows), -1, long).mean(axis=2), np.float32)
