"""Accepts connections, and keeps their number bounded."""

import asyncio
import socket
import ssl
from collections import Counter
from functools import partial
from typing import Any

from aiohttp import web

from scanner.web.tries import network_of

IN_ALL, PER_ADDRESS = 256, 64
"""Connections, each with its TLS handshake; a browser has about six."""

HANDSHAKE_SECONDS = 10.0
IDLE_SECONDS = 15.0
"""How long a connection may be without a whole request."""

_BACKLOG = 128
_NO_FILES_SECONDS = 0.2


class _Connection(web.RequestHandler):
    """aiohttp's own, which tells its end."""

    __slots__ = ("ended",)

    def __init__(self, server: web.Server, **settings: Any) -> None:
        super().__init__(server, **settings)
        self.ended = asyncio.Event()

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        self.ended.set()


class _Guest:
    """One connection.

    Attributes:
        network: where it comes from.
        is_stranger: none of its requests was let in yet.
        protocol: reads the requests, after the handshake.
        task: serves it; its end closes the connection.
    """

    def __init__(self, network: str) -> None:
        self.network = network
        self.is_stranger = True
        self.protocol: _Connection | None = None
        self.task: asyncio.Task[None] | None = None


class Listener:
    """Listens at every address of a host.

    Where there is no room for one more connection, one gives way of which no request was let in:
    the oldest of the address that has the most. Connections that only wait keep nobody out.

    Args:
        tls: the certificate; nothing for plain HTTP.
    """

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        self._guests: dict[_Guest, None] = {}  # in order of arrival
        self._accepting: list[asyncio.Task[None]] = []

    async def start(self, runner: web.AppRunner, host: str, port: int) -> None:
        """Listen for an app that is set up.

        Raises:
            OSError: the address can't be listened at.
        """
        if (server := runner.server) is None:
            raise RuntimeError("the app isn't set up")
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        sockets = []
        for family, at in dict.fromkeys((each[0], each[4]) for each in found):
            sockets.append(socket.create_server(at, family=family, backlog=_BACKLOG))
            sockets[-1].setblocking(False)
        self._accepting = [asyncio.create_task(self._accept(each, server)) for each in sockets]

    async def stop(self) -> None:
        """Listen no longer, and close every connection."""
        tasks = [*self._accepting, *(guest.task for guest in self._guests if guest.task)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def let_in(self, request: web.Request) -> None:
        """Note that a connection's request was let in."""
        for guest in self._guests:
            if guest.protocol is request.protocol:
                guest.is_stranger = False

    async def _accept(self, listening: socket.socket, server: web.Server) -> None:
        loop = asyncio.get_running_loop()
        with listening:
            while True:
                try:
                    accepted, address = await loop.sock_accept(listening)
                except OSError:  # this process has no file number left, or the peer is gone
                    await asyncio.sleep(_NO_FILES_SECONDS)
                    continue
                guest = _Guest(network_of(str(address[0])))
                if self._make_room(guest):
                    self._guests[guest] = None
                    guest.task = asyncio.create_task(self._serve(accepted, guest, server))
                    # Not by the task itself: one that gives way at once never begins.
                    guest.task.add_done_callback(partial(_close, accepted))
                else:
                    accepted.close()

    def _make_room(self, newest: _Guest) -> bool:
        """Tell whether there is room for one more connection, and make it."""
        of = Counter(guest.network for guest in self._guests)
        if of[newest.network] < PER_ADDRESS and len(self._guests) < IN_ALL:
            return True
        only = newest.network if of[newest.network] >= PER_ADDRESS else None
        strangers = [guest for guest in self._guests if guest.is_stranger]
        among = [guest for guest in strangers if only in (None, guest.network)]
        oldest = max(among, key=lambda guest: of[guest.network], default=None)
        if oldest is None:
            return False
        self._guests.pop(oldest)
        if oldest.task:
            oldest.task.cancel()
        return True

    async def _serve(self, accepted: socket.socket, guest: _Guest, server: web.Server) -> None:
        loop = asyncio.get_running_loop()
        transport: asyncio.BaseTransport | None = None
        try:
            transport, guest.protocol = await loop.connect_accepted_socket(
                lambda: _Connection(
                    server, loop=loop, keepalive_timeout=IDLE_SECONDS, access_log=None
                ),
                accepted,
                ssl=self._tls,
                ssl_handshake_timeout=HANDSHAKE_SECONDS if self._tls else None,
            )
            await guest.protocol.ended.wait()
        except (OSError, asyncio.CancelledError):
            pass  # a handshake that failed, or a connection that gave way
        finally:
            self._guests.pop(guest, None)
            if isinstance(transport, asyncio.Transport):
                transport.abort()


def _close(served: socket.socket, _: asyncio.Task[None]) -> None:
    served.close()
