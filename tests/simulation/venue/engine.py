"""A replicated key-value engine with a majority; it has no disk and no socket, and one seed."""

import asyncio
import random
from dataclasses import dataclass

from scanner.venue.claims.bucket import Entry, Taken, Unanswered

_ELECTION_SECONDS = (0.5, 5.0)
_NOTICED_SECONDS = 10.0
"""After which a leader without a majority notices that, and no longer answers who reads."""


@dataclass
class Node:
    """One of the engine's servers; `side` is of the network, while it is split."""

    up: bool = True
    side: int = 0


@dataclass
class _Former:
    """A leader that lost its majority: until it notices, it tells what it had."""

    side: int
    until: float
    had: dict[str, Entry]


class Engine:
    """What the majority has written, and who may be asked for it now.

    Attributes:
        lost: the keys of which acknowledged writes were lost.
        starts: how often the whole was started; who watched it before watches no longer.
    """

    def __init__(self, rng: random.Random, nodes: int) -> None:
        self._rng = rng
        self.nodes = [Node() for _ in range(nodes)]
        self._leader: Node | None = self.nodes[0]
        self._answers_from = 0.0
        self._former: _Former | None = None
        self._log: list[Entry] = []
        self._newest: dict[str, Entry] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self.lost: set[str] = set()
        self.starts = 0

    @property
    def revision(self) -> int:
        """That of the last write."""
        return len(self._log)

    @property
    def entries(self) -> dict[str, Entry]:
        """The newest entry of each key."""
        return dict(self._newest)

    def answers(self, side: int) -> bool:
        """Tell whether the leader can be reached from a side of the network."""
        leads = self._leader is not None and self._leader.side == side
        return leads and asyncio.get_running_loop().time() >= self._answers_from

    def read(self, side: int, key: str) -> Entry | None:
        """Return a key's newest entry, or what a leader still has that is none any more."""
        if self.answers(side):
            return self._newest.get(key)
        former, now = self._former, asyncio.get_running_loop().time()
        if former and former.side == side and now < former.until:
            return former.had.get(key)
        raise Unanswered

    def write(self, side: int, key: str, value: bytes, revision: int) -> int:
        """Write a key that still has this revision; returns the new one."""
        if not self.answers(side):
            raise Unanswered
        found = self._newest.get(key)
        if revision != (found.revision if found else 0):
            raise Taken
        self._log.append(Entry(key, value, self.revision + 1))
        self._newest[key] = self._log[-1]
        self.wake()
        return self.revision

    def after(self, revision: int) -> list[Entry]:
        """Return what was written after a revision; of each key only the newest is kept."""
        since = self._log[revision:]
        return [each for each in since if self._newest[each.key] is each]

    def split(self) -> None:
        """Throw each node on one side of the network or the other."""
        for node in self.nodes:
            node.side = self._rng.randrange(2)
        self._elect()

    def heal(self) -> None:
        """Make the network whole, and start every node."""
        for node in self.nodes:
            node.side, node.up = 0, True
        self._elect()

    def toggle(self) -> None:
        """Kill a node, or start one that was killed; more often the leader's."""
        node = self._rng.choice(self.nodes)
        if self._leader and self._rng.random() < 0.5:
            node = self._leader
        node.up = not node.up
        self._elect()

    def restart(self) -> None:
        """End all nodes at once and start them again, with all that was written."""
        self.starts += 1
        self._leader = None
        self._elect()

    def lose(self, count: int) -> None:
        """Do the same with damaged disks: the last writes are lost, and their revisions free."""
        gone = self._log[-count:]
        del self._log[-count:]
        self.lost |= {each.key for each in gone}
        self._newest = {each.key: each for each in self._log}
        self.restart()

    def wake(self) -> None:
        """Tell all who wait for a change that there may be one."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            _end(each)

    async def change(self, seconds: float | None = None) -> None:
        """Wait for a change, so many seconds at most."""
        loop = asyncio.get_running_loop()
        changed: asyncio.Future[None] = loop.create_future()
        self._waiting.append(changed)
        if seconds is not None:
            loop.call_later(seconds, _end, changed)
        await changed

    def _elect(self) -> None:
        """Have the side that has a majority choose a leader, where it lost its own."""
        loop = asyncio.get_running_loop()
        leader, sides = self._leader, [node.side for node in self.nodes if node.up]
        able = [side for side in set(sides) if 2 * sides.count(side) > len(self.nodes)]
        if leader is None or not leader.up or leader.side not in able:
            if leader and leader.up and self.answers(leader.side):
                until = loop.time() + _NOTICED_SECONDS
                self._former = _Former(leader.side, until, dict(self._newest))
            chosen = [node for node in self.nodes if node.up and node.side in able]
            self._leader = self._rng.choice(chosen) if chosen else None
            self._answers_from = loop.time() + self._rng.uniform(*_ELECTION_SECONDS)
            loop.call_later(self._answers_from - loop.time(), self.wake)
        self.wake()


def _end(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
