"""The server's clock, known from its answers."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

FIRST_YEAR, LAST_YEAR = 1970, 9998
"""Of times that a server may tell of itself: beyond the last no time can be carried on."""


def in_utc(told: datetime) -> datetime:
    """Return a server's own time in UTC, which one without a zone is in.

    Raises:
        ValueError, OverflowError: no clock shows it.
    """
    at = (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(at.year)
    return at


@dataclass(slots=True)
class ServerTime:
    """The server's time as last seen in a `Date` header, carried on by a monotonic clock.

    It is right to a second. After a laptop has slept it is behind, never ahead, since the
    monotonic clock does not count the sleep.
    """

    clock: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    _seen: tuple[datetime, float] | None = field(default=None, init=False)

    def note(self, server_time: datetime | None) -> None:
        """Learn from an answer that has just arrived."""
        if server_time:
            self._seen = (server_time, self.monotonic())

    def now(self) -> datetime:
        """Return the server's time; the gate's own before the first answer."""
        if self._seen is None:
            return self.clock()
        seen, at = self._seen
        return seen + timedelta(seconds=self.monotonic() - at)

    @property
    def offset(self) -> timedelta | None:
        """How far the server is ahead of the gate's clock now; nothing before the first answer."""
        return self.now() - self.clock() if self._seen else None
