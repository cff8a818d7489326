"""What `scanner venue serve` does: one node's server and its work, for as long as it is wanted.

The node waits until it knows its fellows, starts its server, starts it again when it dies, answers
gates, renews its certificate, announces itself, follows fellows to other addresses, and says what
a person should know of it.
"""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nats.errors
import structlog

from scanner.facts import Code, Fact
from scanner.venue.cancelling import pause
from scanner.venue.discovery import (
    Announcement,
    announced,
    interfaces_to,
    is_number,
    listening,
    own_hosts,
    own_networks,
    written,
)
from scanner.venue.errors import VenueError
from scanner.venue.node.administration import as_system, look_in
from scanner.venue.node.config import ANYWHERE, Route
from scanner.venue.node.errors import NodeError, NodeFault
from scanner.venue.node.node import Node
from scanner.venue.node.peers import Peer, Peers
from scanner.venue.node.status import VenueState
from scanner.venue.node.work import work

if TYPE_CHECKING:
    from nats.aio.client import Client

_LOOK_SECONDS = 5.0
_WATCH_SECONDS = 0.25
_SOON_SECONDS = 0.02
RENEWAL_SECONDS = 3600.0
"""How often it is looked whether the certificate is to be renewed."""

_log = structlog.get_logger("venue")


class NodeNews(Code):
    """What a person is told who watches a node."""

    WAITS = "node.waits"
    SERVES = "node.serves"
    RESTARTS = "node.restarts"
    RENEWED = "node.renewed"
    MOVED = "node.moved"


def _nothing() -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """When a server that died is started again (exponential backoff), in seconds.

    Attributes:
        first: the pause before the first restart; each further one doubles it.
        longest: the longest pause.
        good_run: a run of this length makes the next pause short again.
    """

    first: float = 0.2
    longest: float = 10.0
    good_run: float = 60.0

    def after(self, failures: int) -> float:
        """Return how long to wait after this many failures in a row."""
        return float(min(self.first * 2 ** min(failures, 16), self.longest))


class Serving:
    """Serves one node.

    Args:
        node: what is served.
        say: takes what a person should know; called from the loop.
        address: what others call this machine; its addresses on its networks if None.
        interfaces: the addresses of those to announce it at; all of them if None.
        pauses: when its server is started again.
    """

    def __init__(
        self,
        node: Node,
        say: Callable[[Fact], None],
        address: str | None = None,
        interfaces: Sequence[str] | None = None,
        pauses: Pauses | None = None,
    ) -> None:
        self._node = node
        self._say = say
        self._address = address
        self._interfaces = interfaces or interfaces_to(self._hosts())
        self._pauses = pauses or Pauses()
        self._said: list[Fact] = []
        self._moved = asyncio.Event()
        place = node.place
        own = Peer(node.name, self._hosts()[0], place.client_port, place.route_port)
        count, given = node.authority.node_count, node.membership.nodes
        self._peers = Peers(node.files.folder / "peers.json", own, count, given)
        self.state: VenueState | None = None

    async def run(
        self, ready: Callable[[], object] = _nothing, alive: Callable[[], object] = _nothing
    ) -> None:
        """Serve until cancelled; the server has ended when this returns.

        Args:
            ready: called when the server answers for the first time.
            alive: called every few seconds.

        Raises:
            NodeError: the server does not start, or this node is served already.
            OSError: the node's files can't be written.
        """
        with _alone(self._node.files.folder / "serving.lock"):
            try:
                await self._serve(ready, alive)
            finally:
                self._node.server.stop()

    async def _serve(self, ready: Callable[[], object], alive: Callable[[], object]) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._on_network())
                tasks.create_task(self._look_after(alive))
                await self._start()
                self._node.remember(self._peers.addresses)
                ready()
                tasks.create_task(self._keep_up())
                tasks.create_task(self._follow())
                tasks.create_task(self._serve_gates())
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None

    async def _start(self) -> None:
        server = self._node.server
        self._node.prepare(await self._all_known(), self._hosts())
        server.start()
        while not await asyncio.to_thread(server.answers):
            if server.ended is not None:
                raise NodeError(NodeFault.SERVER_ENDED, why=server.last_words())
            await pause(_SOON_SECONDS)
        self._say(Fact(NodeNews.SERVES, {"address": self._shown(), "name": self._venue}))

    @property
    def _venue(self) -> str:
        return self._node.membership.name

    def _hosts(self) -> tuple[str, ...]:
        """Return what others call this machine, the best first."""
        listens_at = self._node.place.host
        numbers = (listens_at,) if listens_at != ANYWHERE else own_hosts()
        named = () if self._address is None else (self._address,)
        return tuple(dict.fromkeys(named + numbers)) or ("127.0.0.1",)

    def _shown(self) -> str:
        return written(self._hosts()[0], self._node.place.client_port)

    async def _on_network(self) -> None:
        """Announce this node and hear of others; from the start where the networks change."""
        while True:
            hosts = self._hosts()
            async with (
                listening(self._heard, self._interfaces),
                announced(self._announcement(hosts), self._interfaces),
            ):
                while hosts == self._hosts():
                    await pause(_LOOK_SECONDS)
            _log.info("this machine's addresses have changed", hosts=self._hosts())

    def _announcement(self, hosts: Sequence[str]) -> Announcement:
        place, membership = self._node.place, self._node.membership
        numbers = tuple(each for each in hosts if is_number(each))
        chosen = numbers[:1] if self._address in numbers else numbers
        return Announcement(
            membership.name,
            membership.venue,
            self._node.name,
            chosen,
            place.client_port,
            place.route_port,
        )

    def _heard(self, said: Announcement) -> None:
        if said.venue == self._node.membership.venue and self._peers.note(said, own_networks()):
            self._moved.set()
            self._node.remember(self._peers.addresses)

    async def _all_known(self) -> tuple[Route, ...]:
        """Wait until all nodes are known: a server's first start counts them."""
        while (routes := self._peers.routes()) is None:
            count = self._node.authority.node_count
            self._say(Fact(NodeNews.WAITS, {"known": len(self._peers.known), "of": count}))
            await self._moved.wait()
            self._moved.clear()
        return routes

    async def _keep_up(self) -> None:
        """Start the server again whenever it ends."""
        server, failures, began = self._node.server, 0, time.monotonic()
        while True:
            await pause(_WATCH_SECONDS)
            if (code := server.ended) is None:
                continue
            lasted = time.monotonic() - began
            failures = 0 if lasted >= self._pauses.good_run else failures + 1
            seconds = self._pauses.after(failures)
            why = signal.Signals(-code).name if code < 0 else server.last_words()
            self._say(Fact(NodeNews.RESTARTS, {"why": why, "seconds": seconds}))
            await pause(seconds)
            began = time.monotonic()
            try:
                server.start()
            except (NodeError, OSError) as error:
                _log.error("the server can't be started", why=str(error))

    async def _follow(self) -> None:
        """Have the server know its fellows' new addresses."""
        while True:
            await self._moved.wait()
            self._moved.clear()
            routes = self._peers.routes()
            if routes is not None and self._node.prepare(routes, self._hosts()):
                self._node.server.reload()
                self._say(Fact(NodeNews.MOVED))

    async def _look_after(self, alive: Callable[[], object]) -> None:
        """Look whether the certificate is due, or this machine has moved."""
        renewed = time.monotonic()
        while True:
            await pause(_LOOK_SECONDS)
            alive()
            if self._peers.move(self._hosts()[0]):
                self._moved.set()
            if time.monotonic() - renewed >= RENEWAL_SECONDS:
                renewed = time.monotonic()
                if self._node.renew(self._hosts()):
                    self._node.server.reload()
                    self._say(Fact(NodeNews.RENEWED))

    async def _serve_gates(self) -> None:
        """Answer gates, over new connections where the library has given those up."""
        while True:
            try:
                await self._until_closed()
            except (TimeoutError, OSError, VenueError, nats.errors.Error) as error:
                _log.warning("gates are not answered now", why=repr(error))
            await pause(_WATCH_SECONDS)

    async def _until_closed(self) -> None:
        node = self._node
        async with AsyncExitStack() as stack:
            nc = await work(node, lambda: self._peers.addresses)
            stack.push_async_callback(nc.close)
            system = await as_system(node.membership, node.authority, [node.address])
            stack.push_async_callback(system.close)
            while not (nc.is_closed or system.is_closed):
                await self._tell(nc, system)
                await pause(_LOOK_SECONDS)

    async def _tell(self, nc: "Client", system: "Client") -> None:
        """Say how the venue is, where that has changed."""
        node = self._node
        try:
            self.state = await look_in(nc, system, node.membership, node.authority)
        except Exception:  # noqa: BLE001 - what is only said must not end what is served
            _log.info("the venue's state is not known now", exc_info=True)
            return
        told = list(self.state.facts)
        if told != self._said:
            self._said = told
            for fact in told:
                self._say(fact)


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Hold a node's lock: two servers over one store would spoil it.

    Raises:
        NodeError: another process holds it.
    """
    import filelock

    lock = filelock.FileLock(file)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout as error:
        raise NodeError(NodeFault.SERVED_ELSEWHERE) from error
    try:
        yield
    finally:
        lock.release()
