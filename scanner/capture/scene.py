"""Whether a view is a new one, so that a harder look may pay."""

import numpy as np
from numpy.typing import NDArray

from scanner.capture.frame import Pixels

CUT = 30
"""Grey levels by which a view differs, on average, from the last one where it is another view
altogether: no hand moves so much between two frames.
"""

_SKETCH = 16
"""Points of a view, each way, that are compared."""


class Scene:
    """Remembers the last view in which nothing was recognised."""

    def __init__(self) -> None:
        self._sketch: NDArray[np.int16] | None = None

    def is_cut(self, grey: Pixels) -> bool:
        """Whether this view is another one altogether; it is remembered."""
        height, width = grey.shape
        sketch = grey[:: height // _SKETCH + 1, :: width // _SKETCH + 1].astype(np.int16)
        last, self._sketch = self._sketch, sketch
        if last is None or last.shape != sketch.shape:
            return True
        return float(np.abs(sketch - last).mean()) > CUT
