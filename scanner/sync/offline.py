"""A gate that was told to leave the network alone."""

from dataclasses import replace
from pathlib import Path

from scanner.facts import Fact
from scanner.gate import Judged
from scanner.sync.link import Link, LinkState, Obstacle
from scanner.sync.status import Status, StatusFeed

_LINK = Link(LinkState.OFFLINE, Fact(Obstacle.NETWORK_OFF))


class OfflineEngine:
    """Follows the database, and neither pulls nor replays."""

    def __init__(self, database: Path) -> None:
        self._feed = StatusFeed(database)

    async def run(self) -> None:
        """Follow until cancelled."""
        await self._feed.run()

    async def replay(self) -> bool:
        """Leave the queue as it is."""
        return False

    def status(self) -> Status:
        """Return the latest known state."""
        return replace(self._feed.latest, link=_LINK)

    def wake(self) -> None:
        """There is nothing to wake."""

    def on_verdict(self, judged: Judged) -> None:
        """Leave it in the queue."""
