"""An event loop whose clock leaps to the next appointment: hours pass in milliseconds."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Leaping(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self._looks = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits, and nobody comes")
        self.now += max(0.0, timeout)
        self._looks += 1
        # Nothing comes from outside; the loop's own wake-up bytes are cleared now and then.
        return super().select(0) if self._looks % 64 == 0 else []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs what is due in the order in which it became due; nothing waits for real time."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.now


def run_virtually(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
