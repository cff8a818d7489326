"""The server's time, from its `Date` headers: the gate's own clock may be wrong, and jump."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

Clock = Callable[[], datetime]
"""Gives the gate's time, aware and in UTC."""


@dataclass(slots=True)
class ServerTime:
    """How far the server's clock is ahead of the gate's, as last seen; a second's precision."""

    clock: Clock
    offset: timedelta | None = field(default=None)

    def note(self, server_time: datetime | None) -> None:
        """Learn from an answer that has just arrived."""
        if server_time:
            self.offset = server_time - self.clock()

    def now(self) -> datetime:
        """Return the server's time; the gate's own while no answer was ever seen."""
        return self.clock() + (self.offset or timedelta(0))
