"""When the API's answers mean that the admission token is no longer valid."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from scanner.ticketing.errors import NoSuchToken, Restricted, TicketingError

_REFUSED_SECONDS = 60.0
_REFUSED_TRIES = 3


@dataclass(slots=True)
class TokenCheck:
    """Tells a token that is dead from a refusal that may pass.

    Only the API's own words count: that the code belongs to no token, at once; that the key is
    restricted, when nothing else was said for a minute. What a proxy answers closes no gate.
    """

    monotonic: Callable[[], float] = time.monotonic
    _refused: list[float] = field(default_factory=list, init=False)

    def is_dead_after(self, error: TicketingError) -> bool:
        """Learn how asking for the token failed, and tell whether that means that it is dead."""
        if not isinstance(error, Restricted):
            self._refused.clear()
            return isinstance(error, NoSuchToken)
        self._refused.append(self.monotonic())
        lasted = self._refused[-1] - self._refused[0]
        return len(self._refused) >= _REFUSED_TRIES and lasted >= _REFUSED_SECONDS

    def passed(self) -> None:
        """Learn that the API took the token."""
        self._refused.clear()
