"""The network between gate and API: a TCP relay on loopback that can be cut."""

import asyncio
import contextlib
import threading

_CHUNK = 65_536
_START_SECONDS = 10.0


class Cable:
    """Relays TCP connections to a local port, in its own thread; a context manager.

    `target_port` may change at any time. A cut aborts every connection, and new ones are refused.
    """

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="cable", daemon=True)
        self._ready = threading.Event()
        self._server: asyncio.Server | None = None
        self._relays: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def connected(self) -> bool:
        """Tell whether the network is up."""
        return self._server is not None

    def __enter__(self) -> "Cable":
        self._thread.start()
        if not self._ready.wait(_START_SECONDS):
            raise TimeoutError("the cable's thread did not start")
        self.restore()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """Cut the network; returns when all connections are gone."""
        asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result()

    def restore(self) -> None:
        """Restore the network, on the same port."""
        asyncio.run_coroutine_threadsafe(self._restore(), self._loop).result()

    def toggle(self) -> bool:
        """Cut or restore the network; return whether it is up now."""
        (self.cut if self.connected else self.restore)()
        return self.connected

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.call_soon(self._ready.set)
        self._loop.run_forever()

    async def _restore(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._relay, "127.0.0.1", self.port)
            self.port = int(self._server.sockets[0].getsockname()[1])

    async def _cut(self) -> None:
        server, self._server = self._server, None
        if server:
            server.close()
        relays = [*self._relays]
        for relay in relays:
            relay.cancel()
        await asyncio.gather(*relays, return_exceptions=True)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relay = asyncio.current_task()
        if relay is None:
            return
        self._relays.add(relay)
        ends = [writer]
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target_port)
            ends.append(back)
            async with asyncio.TaskGroup() as both:
                both.create_task(_pass(reader, back))
                both.create_task(_pass(there, writer))
        except (OSError, asyncio.CancelledError):
            pass  # cut, or one end has left: both are dropped below
        finally:
            self._relays.discard(relay)
            for end in ends:
                end.transport.abort()


async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await source.read(_CHUNK):
            target.write(chunk)
            await target.drain()
        target.write_eof()
