"""A venue on this machine's loopback: real nodes in a folder, for as long as a context lasts."""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from scanner.venue.members.authority import join, make_venue
from scanner.venue.node.config import Route
from scanner.venue.node.node import Node, Place
from scanner.venue.node.server import Binary

if TYPE_CHECKING:
    from scanner.venue.members.membership import Membership

HERE = "127.0.0.1"

_START_SECONDS = 40.0
_T = TypeVar("_T")


class _Connection(Protocol):
    """A node's own, over which it answers gates."""

    async def close(self) -> None:
        """Answer no more."""


class VenueNodes:
    """A venue of some nodes, running; a context manager.

    Args:
        folder: where the nodes keep what they keep.
        count: how many: 1, 3 or 5.
        name: the venue's.
    """

    def __init__(self, folder: Path, count: int, name: str = "Demo") -> None:
        ports = free_ports(2 * count)
        self.addresses = tuple(f"{HERE}:{port}" for port in ports[:count])
        made = make_venue(name, count, self.addresses, datetime.now(UTC))
        if made.authority is None:
            raise AssertionError("a new venue has its authority")
        self.invited, self.authority = made, made.authority
        self.nodes = self._nodes(folder, ports[:count], ports[count:])
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="nodes", daemon=True)
        self._stack = ExitStack()

    def __enter__(self) -> "VenueNodes":
        self._thread.start()
        self._stack.callback(self._end_loop)
        try:
            for each in self.nodes:
                self._stack.callback(each.server.stop)
                each.server.start()
            for working in [self.submit(self._work(each)) for each in self.nodes]:
                connection = working.result(_START_SECONDS)
                self._stack.callback(self.run, connection.close())
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def join(self, gate: str) -> "Membership":
        """Return the membership of a new gate, which the nodes know at once."""
        return join(self.invited, gate, datetime.now(UTC))

    def submit(self, work: Coroutine[Any, Any, _T]) -> "Future[_T]":
        """Begin something in the loop of the nodes' own connections."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, _T], seconds: float = _START_SECONDS) -> _T:
        """Do something there, and return what it does."""
        return self.submit(work).result(seconds)

    def _nodes(self, folder: Path, clients: Sequence[int], routes: Sequence[int]) -> list[Node]:
        binary = Binary.found()
        first = join(self.invited, "first", datetime.now(UTC))
        made = []
        for number, (client, route) in enumerate(zip(clients, routes, strict=True)):
            place = Place(HERE, client, route, self.addresses[number], f"{HERE}:{route}")
            node = Node(folder / f"node-{number + 1}", first, self.authority, place, binary)
            fellows = [Route(HERE, port) for port in routes] if len(routes) > 1 else []
            node.prepare(fellows, [HERE])
            made.append(node)
        return made

    async def _work(self, node: Node) -> "_Connection":
        from scanner.venue.node.work import work

        return await work(node, lambda: self.addresses, _START_SECONDS)

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def free_ports(count: int) -> list[int]:
    """Return ports of loopback that nobody listens at."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in held:
            each.bind((HERE, 0))
        return [each.getsockname()[1] for each in held]
