"""The seam to a venue's engine: compare-and-swap by key, and all changes in their order."""

from collections.abc import AsyncIterator
from typing import NamedTuple, Protocol


class Taken(Exception):
    """Another gate wrote the key since; nothing was written."""


class Unanswered(Exception):
    """The engine did not answer; what was asked may have happened, or may happen yet."""


class Entry(NamedTuple):
    """A value under its key, sealed; `revision` grows with every write to the bucket."""

    key: str
    value: bytes
    revision: int


class Extent(NamedTuple):
    """Which bucket it is: `made` tells it from one made later under its name; `last` revision."""

    made: int
    last: int


class Bucket(Protocol):
    """An event's claims at the engine; calls come from the venue's own loop."""

    async def extent(self) -> Extent:
        """Return which bucket it is, and its last revision.

        Raises:
            Unanswered: the engine did not answer.
        """

    async def get(self, key: str) -> Entry | None:
        """Return a key's newest entry, by the leader.

        Raises:
            Unanswered: the engine did not answer.
        """

    async def put(self, key: str, value: bytes, revision: int) -> int:
        """Write a key that still has this revision, 0 where it has none; returns the new one.

        Raises:
            Taken: it has another revision.
            Unanswered: it may have been written, or may be yet.
        """

    def watch(self, since: int) -> AsyncIterator[list[Entry]]:
        """Yield what is written after a revision, in order, as it comes.

        The first list is all that there was when the watch began; it may be empty.

        Raises:
            Unanswered: the watch broke; a new one goes on from the last revision.
        """
