"""Lines between programs on loopback that can be cut: closed, or silent as a pulled cable is."""

import asyncio
import contextlib
import random
import socket
import threading
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

_CHUNK = 65_536
_SECONDS = 10.0
_LOWEST_PORT, _HIGHEST_PORT = 20_000, 32_000
"""Below those that Linux gives to connections by itself (ip_local_port_range)."""

_T = TypeVar("_T")


class Links:
    """Relays TCP connections between local ports, in a thread of its own; a context manager."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="links", daemon=True)
        self._links: dict[int, _Link] = {}

    def __enter__(self) -> "Links":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_SECONDS)
        self._loop.close()

    def add(self, target: int) -> int:
        """Relay to a port from now on; returns the port that is relayed."""
        return self._do(self._add(target))

    def record(self) -> bytearray:
        """Return what comes to hold whatever goes over the lines from now on."""
        heard = bytearray()
        for link in self._links.values():
            link.heard = heard
        return heard

    def cut(self, ports: Iterable[int], *, silent: bool = True) -> None:
        """Let nothing through: nobody is told, or every connection is reset."""
        for port in ports:
            self._loop.call_soon_threadsafe(self._links[port].cut, silent)
        self._do(asyncio.sleep(0))

    def heal(self, ports: Iterable[int]) -> None:
        """Let through what waits, and what comes."""
        for port in ports:
            self._loop.call_soon_threadsafe(self._links[port].heal)
        self._do(asyncio.sleep(0))

    def _do(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_SECONDS)

    async def _add(self, target: int) -> int:
        link = _Link(target)
        port = await link.listen()
        self._links[port] = link
        return port

    async def _end(self) -> None:
        for link in self._links.values():
            link.end()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


class _Link:
    """One port's relay."""

    def __init__(self, target: int) -> None:
        self.heard: bytearray | None = None
        self._target = target
        self._open = asyncio.Event()
        self._open.set()
        self._refuses = False
        self._server: asyncio.Server | None = None
        self._relays: set[asyncio.Task[None]] = set()

    async def listen(self) -> int:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self, silent: bool) -> None:
        self._open.clear()
        self._refuses = not silent
        if not silent:
            for each in self._relays:
                each.cancel()

    def heal(self) -> None:
        self._refuses = False
        self._open.set()

    def end(self) -> None:
        if self._server:
            self._server.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._relays.add(task)
        ends = [writer]
        try:
            if self._refuses:
                return
            await self._open.wait()
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
            ends.append(back)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass(reader, back))
                both.create_task(self._pass(there, writer))
        except (OSError, asyncio.CancelledError):
            pass  # cut, or one end has left: both are dropped below
        finally:
            self._relays.discard(task)
            for end in ends:
                end.transport.abort()

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(_CHUNK):
                await self._open.wait()
                if self.heard is not None:
                    self.heard += chunk
                target.write(chunk)
                await target.drain()
            target.write_eof()


def free_port() -> int:
    """Return a port of loopback that nobody listens at, and that no connection is given."""
    while True:
        port = random.randrange(_LOWEST_PORT, _HIGHEST_PORT)
        with contextlib.suppress(OSError), socket.socket() as tried:
            tried.bind(("127.0.0.1", port))
            return port
