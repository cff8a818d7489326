"""What may be spent on frames in which nothing was recognised as a code. Pure."""

IDLE_SHARE = 0.15
"""What may be spent on frames in which nothing looks like a code, over the first pass's time.

A code too blurred to be recognised as one is found by looking harder now and then; an empty gate
costs no more than this on top.
"""

LENT, LEAST_LENT_MS, HOPE_MS = 6.0, 12.0, 18.0
"""What is lent on a new view: so many first passes' time, so that with what is saved until it is
paid back a second of thirty frames stays within 1.3 times its first passes; but at least so much,
and so much where something stands out that is as full of edges as a code: out of focus or smeared,
one is recognised by nothing else, and it is where the first pass is soon done.
"""

WORTH = 0.6
"""The share of a frame's time that must be saved up before it is spent."""


class Savings:
    """Milliseconds that frames without anything recognised have saved up for a harder look.

    A new view may be looked at with a whole frame's time at once: that is a debt, and later frames
    are looked at no harder until it is paid back.

    Args:
        most_ms: more is never saved, nor lent.
    """

    def __init__(self, most_ms: float) -> None:
        self._most_ms = most_ms
        self._ms = 0.0

    def earn(self, first_ms: float) -> None:
        """Take in what a frame earns whose first pass took so long."""
        self._ms = min(self._most_ms, self._ms + IDLE_SHARE * first_ms)

    def forgive(self) -> None:
        """Drop a debt: this is another view altogether."""
        self._ms = max(0.0, self._ms)

    def allowance(self, first_ms: float, *, new: bool, hope: bool = False) -> float:
        """Return what may be spent now, in milliseconds; on something new, what can be lent too.

        Little is saved on until it is worth something: else the cheapest pass takes it each time.
        """
        if new and not self.in_debt:
            least = HOPE_MS if hope else LEAST_LENT_MS
            return min(self._most_ms, max(LENT * first_ms, least) + self._ms)
        return self._ms if self._ms >= WORTH * self._most_ms else 0.0

    @property
    def in_debt(self) -> bool:
        """Whether more was spent than was saved."""
        return self._ms < 0

    def spend(self, ms: float) -> None:
        """Take what was spent off the savings."""
        self._ms = max(-self._most_ms, self._ms - ms)
