"""A gate's lasting connection to whichever node of its venue answers.

The library's own reconnecting is not used: it tries one node after the other, and sends later what
nobody waits for any more. A lost connection is dropped, and all nodes are tried beside each other.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import nats.errors
import structlog

from scanner.venue.cancelling import ended, pause
from scanner.venue.client import connect
from scanner.venue.errors import Unreachable, VenueError, VenueFault
from scanner.venue.members.dialling import address, options, register

if TYPE_CHECKING:
    from nats.aio.client import Client

    from scanner.venue.members.membership import Membership

_CONNECT_SECONDS = 2
_STAGGER_SECONDS = 0.3
"""How long a node is waited for until the next is tried beside it."""
_AGAIN_SECONDS = (0.1, 0.5)
"""Between two rounds over all nodes: the first wait, and the longest; it doubles."""
_REFUSED_SECONDS = 10.0
_PING_SECONDS = 2
_LOOK_SECONDS = 0.1
_ALIVE_SECONDS = 0.5
_SILENT_CLAIMS = 2
_SILENT_SECONDS = 5.0
"""How long a node may live and say nothing of its engine, until another is tried."""
_SEARCHED_AFTER = 2
"""Rounds without a node, until others are looked for on the network."""

_log = structlog.get_logger("venue")

Search = Callable[[str], Awaitable[Sequence[str]]]
"""Returns the addresses of nodes of a venue, by its id, that are heard on the network."""


class Connection:
    """Connects again and again; in one loop.

    Args:
        membership: of the venue.
        keep: called with a membership that has changed, to write it down.
        search: looks for nodes on the network, where none of the known ones answers.

    Attributes:
        membership: as it is now.
        client: the connection that works, as far as is known.
        problem: why there is none.
    """

    def __init__(
        self,
        membership: "Membership",
        keep: "Callable[[Membership], None]",
        search: Search | None = None,
    ) -> None:
        self.membership = membership
        self.client: Client | None = None
        self.problem: VenueError | None = None
        self._keep = keep
        self._search = search
        self._learned: tuple[str, ...] = ()
        self._used: str | None = None
        self._silent = 0
        self._silent_since = 0.0
        self._dropping: set[asyncio.Task[None]] = set()
        self._checking: asyncio.Task[None] | None = None

    def heard(self, answered: bool) -> None:
        """Learn that the engine answered, or that it did not."""
        if answered:
            self._silent = 0
            return
        now = asyncio.get_running_loop().time()
        self._silent_since = self._silent_since if self._silent else now
        self._silent += 1
        idle = self._checking is None or self._checking.done()
        if self._silent >= _SILENT_CLAIMS and self.client and idle:
            long = now - self._silent_since > _SILENT_SECONDS
            self._checking = asyncio.create_task(self._check(self.client, give_up=long))

    async def run(self, work: "Callable[[Client], Awaitable[None]]") -> None:
        """Keep connected until cancelled; `work` is done over each connection, until it is lost.

        Where the work fails, its connection is dropped.
        """
        try:
            while True:
                client = await self._reached()
                self.client, self.problem, self._silent = client, None, 0
                _log.info("connected to a node of the venue", node=self._used)
                working = asyncio.ensure_future(work(client))
                try:
                    await self._until_lost(client, working)
                finally:
                    self.client = None
                    await ended([working])
                    self._drop(client)
                _log.warning("the connection to the venue is lost", node=self._used)
        finally:
            await self._end()

    async def _until_lost(self, client: "Client", working: "asyncio.Future[None]") -> None:
        while client.is_connected and self.client is client and not working.done():
            await asyncio.wait([working], timeout=_LOOK_SECONDS)
        if working.done() and not working.cancelled() and (error := working.exception()):
            _log.warning("the work with the venue failed", exc_info=error)
            await pause(_AGAIN_SECONDS[1])

    async def _check(self, client: "Client", *, give_up: bool) -> None:
        """Give a node up that has fallen silent, or whose engine is out of reach for long."""
        if self.client is client and (give_up or not await _is_alive(client)):
            self.client = None

    async def _reached(self) -> "Client":
        """Connect to a node, however long that takes."""
        wait, longest = _AGAIN_SECONDS
        rounds = 0
        while True:
            rounds += 1
            try:
                if self.membership.jwt is None:
                    await self._register()
                return await self._round()
            except VenueError as error:
                self.problem = error
                if error.fact.code == VenueFault.REFUSED:
                    wait = _REFUSED_SECONDS
                    await self._register_again()
            if rounds % _SEARCHED_AFTER == 0:
                await self._look_around()
            await pause(wait)
            wait = min(longest, 2 * wait)  # after a refusal, too: nodes may have changed

    async def _round(self) -> "Client":
        """Try all nodes beside each other; the one that was used last comes last.

        Raises:
            VenueError: none answers, or they do not let this gate in.
        """
        known = dict.fromkeys((*self.membership.nodes, *self._learned))
        nodes = sorted(known, key=lambda each: each == self._used)
        tried: dict[asyncio.Task[Client], str] = {}
        refused = False
        try:
            for node in (*nodes, None):
                if node:
                    tried[asyncio.create_task(self._dial(node))] = node
                open_ = {each for each in tried if not each.done()}
                done: set[asyncio.Task[Client]] = set()
                while open_ and (node is None or not done):
                    done, open_ = await asyncio.wait(
                        open_,
                        timeout=_STAGGER_SECONDS if node else None,
                        return_when=asyncio.FIRST_COMPLETED,
                    )
                    for each in done:
                        if not (error := each.exception()):
                            self._used = tried.pop(each)
                            return self._taken(each.result())
                        refused |= "authorization" in str(error).casefold()
                    if node and not done:
                        break
        finally:
            for each in tried:
                self._give_up(each)
        raise VenueError(VenueFault.REFUSED) if refused else Unreachable

    def _taken(self, client: "Client") -> "Client":
        self._learned = tuple(each.netloc for each in client.discovered_servers)
        return client

    async def _dial(self, node: str) -> "Client":
        membership = self.membership
        return await connect(
            [address(node)],
            name=membership.gate,
            allow_reconnect=False,
            connect_timeout=_CONNECT_SECONDS,
            ping_interval=_PING_SECONDS,
            max_outstanding_pings=1,
            error_cb=_unheard,
            **options(membership.ca, membership.seed, membership.jwt or ""),
        )

    async def _register(self) -> None:
        self.membership = await register(self.membership)
        self._keep(self.membership)

    async def _register_again(self) -> None:
        """Ask for another token: the nodes may have lost the key that signed this one's."""
        if self.membership.invitation and self.membership.jwt:  # else it was just asked for
            with contextlib.suppress(VenueError):
                await self._register()

    async def _look_around(self) -> None:
        if self._search is None:
            return
        try:
            found = await self._search(self.membership.venue)
        except Exception:  # noqa: BLE001 - without a network there is none
            _log.info("no node is heard", exc_info=True)
            return
        self._learned = tuple(dict.fromkeys((*self._learned, *found)))

    def _give_up(self, tried: "asyncio.Task[Client]") -> None:
        if tried.done():
            if not tried.cancelled() and not tried.exception():
                self._drop(tried.result())
            return
        tried.add_done_callback(self._give_up)
        tried.cancel()

    def _drop(self, client: "Client") -> None:
        """Close a connection, without waiting for a node that has fallen silent."""
        task = asyncio.get_running_loop().create_task(_close(client))
        self._dropping.add(task)
        task.add_done_callback(self._dropping.discard)

    async def _end(self) -> None:
        if self._checking:
            self._checking.cancel()
        if self._dropping:
            await asyncio.wait(self._dropping, timeout=1)


async def _is_alive(client: "Client") -> bool:
    try:
        async with asyncio.timeout(_ALIVE_SECONDS):
            await client.flush(timeout=1)
    except (nats.errors.Error, TimeoutError, OSError):
        return False
    return True


async def _close(client: "Client") -> None:
    with contextlib.suppress(nats.errors.Error, TimeoutError, OSError):
        async with asyncio.timeout(_CONNECT_SECONDS):
            await client.close()


async def _unheard(_: Exception) -> None:
    """Take what is raised to the caller as well."""
