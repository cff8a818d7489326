"""Time limits: a deadline for one frame, and a budget over frames without a symbol."""

from collections.abc import Callable

REFILL_SHARE = 0.15
"""What each frame without a symbol adds to the budget, as a share of its first pass's time.

The budget pays for an occasional thorough search, which finds symbols too blurred to be recognized.
So an empty gate costs at most this much more than the first pass alone.
"""

BURST_FACTOR, MIN_BURST_MS, ISOLATED_BURST_MS = 6.0, 12.0, 20.0
"""What may be overdrawn on a new scene: a multiple of the first pass's time, with a minimum.

With the refill until it is paid back, one second of thirty frames stays within 1.3 times its first
passes. More is allowed where an isolated textured region is in view: a blurred symbol looks like
that, and the first pass is fast there.
"""

MIN_SHARE = 0.6
"""The share of a frame's time that must be saved before it is spent."""


class Deadline:
    """The time that may be spent on one picture.

    Args:
        ms: milliseconds from now.
        clock: a monotonic clock, in seconds.
    """

    def __init__(self, ms: float, clock: Callable[[], float]) -> None:
        self._ms = ms
        self._clock = clock
        self._start = clock()

    def elapsed_ms(self) -> float:
        """Return the milliseconds since the start."""
        return (self._clock() - self._start) * 1e3

    def allows(self, ms: float) -> bool:
        """Return whether something that takes this long still fits."""
        return ms <= self._ms - self.elapsed_ms()


class IdleBudget:
    """A token bucket of milliseconds for thorough searches of frames without a symbol. Pure.

    On a new scene it may be overdrawn by a burst. No more is spent until the debt is paid back.

    Args:
        most_ms: the capacity, and the largest debt.
    """

    def __init__(self, most_ms: float) -> None:
        self._most_ms = most_ms
        self._ms = 0.0

    def refill(self, first_ms: float) -> None:
        """Add a frame's share; its first pass took `first_ms`."""
        self._ms = min(self._most_ms, self._ms + REFILL_SHARE * first_ms)

    def cancel_debt(self) -> None:
        """Set a debt to zero; for a new scene."""
        self._ms = max(0.0, self._ms)

    def allowance(self, first_ms: float, *, new: bool, isolated: bool = False) -> float:
        """Return the milliseconds that may be spent now.

        On a known scene, small amounts are saved until `MIN_SHARE` is reached; otherwise the
        cheapest pass would take them each time.

        Args:
            first_ms: the time of this frame's first pass.
            new: whether the scene is new, so that a burst is allowed.
            isolated: whether an isolated textured region is in view.
        """
        if new and not self.in_debt:
            least = ISOLATED_BURST_MS if isolated else MIN_BURST_MS
            return min(self._most_ms, max(BURST_FACTOR * first_ms, least) + self._ms)
        return self._ms if self._ms >= MIN_SHARE * self._most_ms else 0.0

    @property
    def in_debt(self) -> bool:
        """Whether more was spent than saved."""
        return self._ms < 0

    def spend(self, ms: float) -> None:
        """Take milliseconds out of the budget."""
        self._ms = max(-self._most_ms, self._ms - ms)
