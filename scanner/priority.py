"""Priority of a person who waits for an answer over background work."""

import asyncio
from collections.abc import Callable
from time import monotonic, sleep

CLAIM_SECONDS = 0.12
"""How long background work pauses for a key or a ticket: a screen is drawn in less."""

MOST_SECONDS = 0.25
"""How long background work pauses at a time, and then goes on: a person who keeps typing slows it
down, but does not stop it."""

_LOOK_SECONDS = 0.005


class Priority:
    """Lets background work pause while a person waits; for use from any thread.

    A page of tickets is parsed and written by the interpreter that draws the screen. Busy threads
    share it evenly, also where a person waits for one of them.

    One is made by who assembles the program; it is passed to who presents, and to the background.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._until = 0.0
        self._since: float | None = None

    def claim(self) -> None:
        """A person waits from now on."""
        self._until = self._clock() + CLAIM_SECONDS

    def has_way(self) -> bool:
        """Tell the background work whether it may go on now."""
        now = self._clock()
        if now >= self._until:
            self._since = None
            return True
        since = self._since = self._since if self._since is not None else now
        return (now - since) % (2 * MOST_SECONDS) >= MOST_SECONDS

    def give_way(self) -> None:
        """Block this thread, one of the background, until it may go on."""
        while not self.has_way():
            sleep(_LOOK_SECONDS)

    async def step_aside(self) -> None:
        """Wait until background work may go on, and let the loop do what cannot wait."""
        while not self.has_way():  # noqa: ASYNC110 - a claim lapses without a word
            await asyncio.sleep(_LOOK_SECONDS)
