"""The server's time, from its `Date` headers: the gate's own clock may be wrong, and jump."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

Clock = Callable[[], datetime]
"""Gives the gate's time, aware and in UTC."""


@dataclass(slots=True)
class ServerTime:
    """The server's time as last seen, carried on by a clock that nobody sets; to a second.

    A laptop that slept wakes with a time that is behind, never ahead: the sleep is not counted.
    """

    clock: Clock
    monotonic: Callable[[], float] = time.monotonic
    _seen: tuple[datetime, float] | None = field(default=None, init=False)

    def note(self, server_time: datetime | None) -> None:
        """Learn from an answer that has just arrived."""
        if server_time:
            self._seen = (server_time, self.monotonic())

    def now(self) -> datetime:
        """Return the server's time; the gate's own while no answer was ever seen."""
        if self._seen is None:
            return self.clock()
        seen, at = self._seen
        return seen + timedelta(seconds=self.monotonic() - at)

    @property
    def offset(self) -> timedelta | None:
        """How far the server is ahead of the gate's clock now; nothing before the first answer."""
        return self.now() - self.clock() if self._seen else None
