"""A whole venue on loopback: real nodes, killed, cut off and started again."""

import asyncio
import gc
import threading
import time
import warnings
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import nats.errors
from nats.aio.client import Client

from scanner.venue.members.authority import join, make_venue
from scanner.venue.members.membership import Authority, Membership
from scanner.venue.node.administration import as_node
from scanner.venue.node.config import Route
from scanner.venue.node.node import Node, Place
from scanner.venue.node.server import Binary
from scanner.venue.node.work import work
from scanner.venue.sealing import VenueKey
from tests.venue.links import Links, free_port

HERE = "127.0.0.1"
PATIENCE_SECONDS = 30.0
_NOWHERE = f"{HERE}:1"
"""What fellows are told of each other's routes, so that they go through the lines alone."""

_T = TypeVar("_T")


class Nodes:
    """A venue of some nodes, running; a context manager.

    Args:
        folder: where the nodes keep what they keep.
        count: how many there are: 1, 3 or 5.
        cuttable: whether routes and gates go through lines that `cut` cuts.
    """

    def __init__(self, folder: Path, count: int = 1, *, cuttable: bool = False) -> None:
        self._folder = folder
        self._count = count
        self._cuttable = cuttable
        self._stack = ExitStack()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="nodes", daemon=True)
        self._connections: list[Client | None] = [None] * count
        self._lines: dict[tuple[int | None, int], int] = {}
        self._links = Links()
        self.invited = make_venue("Testhaus", count, (), datetime.now(UTC))
        self.key = VenueKey(self.invited.secret)
        self.nodes: list[Node] = []
        self.addresses: tuple[str, ...] = ()

    @property
    def authority(self) -> Authority:
        """The venue's authority."""
        assert self.invited.authority
        return self.invited.authority

    def __enter__(self) -> "Nodes":
        self._thread.start()
        try:
            self._stack.enter_context(self._links)
            self._stack.callback(self._end)
            self._make()
            for each in self.nodes:
                each.server.start()
            self.work(range(self._count))
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def membership(self, name: str) -> Membership:
        """Return the membership of a gate that has joined, with a key of its own."""
        return join(self.invited, name, datetime.now(UTC))

    def kill(self, number: int) -> None:
        """End a node's server as a crash would (SIGKILL)."""
        self.nodes[number].server.kill()

    def start(self, number: int) -> None:
        """Start a killed or stopped node's server again; it answers when this returns."""
        self.nodes[number].server.start()
        self.nodes[number].server.wait()

    def stop(self, number: int) -> None:
        """End a node's server in order (SIGTERM)."""
        self.nodes[number].server.stop()

    def leader(self, stream: str) -> int:
        """Return the number of the node that leads a stream; waits until one does."""
        return self.run(self._leader(stream))

    def record(self) -> bytearray:
        """Return what comes to hold whatever gates and nodes say over lines that can be cut."""
        return self._links.record()

    def stored(self) -> Iterator[Path]:
        """Yield the files that the nodes keep."""
        return (each for each in self._folder.rglob("*") if each.is_file())

    def cut(self, number: int, *, silent: bool = True) -> None:
        """Cut a node off from its fellows and from the gates that came through its line.

        Args:
            number: the node's.
            silent: as a pulled cable does it; else every connection is reset.
        """
        self._links.cut(self._lines_of(number), silent=silent)

    def heal(self, number: int) -> None:
        """Mend what `cut` cut."""
        self._links.heal(self._lines_of(number))

    def run(self, work: Coroutine[Any, Any, _T], seconds: float = PATIENCE_SECONDS) -> _T:
        """Run something in the loop of the nodes' own connections, and return what it does."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    def asked(self, what: Callable[[Client], Coroutine[Any, Any, _T]]) -> _T:
        """Do something over a connection that may do everything, and return what it does."""

        async def do() -> _T:
            nc = await self.connect()
            try:
                return await what(nc)
            finally:
                await nc.close()

        return self.run(do())

    async def connect(self) -> Client:
        """Connect as one who may do everything, to whichever node answers."""
        return await as_node(self.membership("test"), self.authority, self.addresses)

    def work(self, numbers: Iterable[int]) -> None:
        """Have nodes do their work: the venue is provided, and gates are answered."""
        self.run(self._work(numbers))

    async def _work(self, numbers: Iterable[int]) -> None:
        started = [
            work(self.nodes[each], lambda: self.addresses, PATIENCE_SECONDS) for each in numbers
        ]
        for number, nc in zip(numbers, await asyncio.gather(*started), strict=True):
            self._connections[number] = nc

    async def _leader(self, stream: str) -> int:
        by_name = {each.name: number for number, each in enumerate(self.nodes)}
        until = time.monotonic() + PATIENCE_SECONDS
        nc = await self.connect()
        try:
            while True:
                try:
                    info = await nc.jetstream(timeout=1.0).stream_info(stream)
                    if info.cluster is None:
                        return 0
                    if info.cluster.leader in by_name:
                        return by_name[info.cluster.leader]
                except (TimeoutError, nats.errors.Error) as error:
                    assert time.monotonic() < until, error
                await asyncio.sleep(0.05)
        finally:
            await nc.close()

    def _make(self) -> None:
        binary = Binary.found()
        ports = [(free_port(), free_port()) for _ in range(self._count)]
        if self._cuttable:
            for there, (clients, routes) in enumerate(ports):
                self._lines[None, there] = self._links.add(clients)
                for here in range(self._count):
                    self._lines[here, there] = self._links.add(routes)
        gates = [self._lines.get((None, n), port) for n, (port, _) in enumerate(ports)]
        self.addresses = tuple(f"{HERE}:{port}" for port in gates)
        self.invited = replace(self.invited, nodes=self.addresses)
        first, authority = self.membership("node"), self.authority
        for here, (client_port, route_port) in enumerate(ports):
            place = Place(HERE, client_port, route_port, self.addresses[here], _NOWHERE)
            node = Node(self._folder / f"node-{here}", first, authority, place, binary)
            to_all = [
                Route(HERE, self._lines.get((here, there), port))
                for there, (_, port) in enumerate(ports)
            ]
            node.prepare(to_all if self._count > 1 else (), [HERE])
            self.nodes.append(node)

    def _lines_of(self, number: int) -> list[int]:
        return [port for ends, port in self._lines.items() if number in ends and ends[0] != ends[1]]

    def _end(self) -> None:
        self.run(self._close())
        for each in self.nodes:
            each.server.kill()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        with warnings.catch_warnings():
            # nats-py leaves a connection open where a server dies while it says hello.
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()

    async def _close(self) -> None:
        for each in self._connections:
            if each is not None:
                await each.close()
        left = asyncio.all_tasks() - {asyncio.current_task()}  # reconnections under way
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
