"""A TCP relay on loopback that can be cut, delays and counts; in the loop that it is used in."""

import asyncio
import contextlib

_HERE = "127.0.0.1"

_CHUNK = 65_536


class Relay:
    """Relays connections to a local port.

    `target_port` may change at any time.

    Args:
        target_port: where it leads.
        delay_seconds: how long each byte is on its way, in each direction.

    Attributes:
        port: where it listens, from the first opening on.
        bytes_back: how many came from there so far.
    """

    def __init__(self, target_port: int, delay_seconds: float = 0.0) -> None:
        self.target_port = target_port
        self._delay = delay_seconds
        self._server: asyncio.Server | None = None
        self._relays: set[asyncio.Task[None]] = set()
        self.port = 0
        self.bytes_back = 0

    @property
    def is_open(self) -> bool:
        """Tell whether it lets connections through."""
        return self._server is not None

    async def open(self) -> None:
        """Let connections through, always at the same port."""
        if self._server is None:
            self._server = await asyncio.start_server(self._relay, _HERE, self.port)
            self.port = int(self._server.sockets[0].getsockname()[1])

    async def cut(self) -> None:
        """Abort every connection, and refuse new ones."""
        server, self._server = self._server, None
        if server:
            server.close()
        relays = [*self._relays]
        for each in relays:
            each.cancel()
        await asyncio.gather(*relays, return_exceptions=True)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relay = asyncio.current_task()
        if relay is None:
            return
        self._relays.add(relay)
        ends = [writer]
        try:
            there, back = await asyncio.open_connection(_HERE, self.target_port)
            ends.append(back)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass(reader, back, counted=False))
                both.create_task(self._pass(there, writer, counted=True))
        except (OSError, asyncio.CancelledError):
            pass  # cut, or one end has left: both are dropped below
        finally:
            self._relays.discard(relay)
            for end in ends:
                end.transport.abort()

    async def _pass(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, counted: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(_CHUNK):
                self.bytes_back += len(chunk) * counted
                if self._delay:
                    asyncio.get_running_loop().call_later(self._delay, target.write, chunk)
                else:
                    target.write(chunk)
                    await target.drain()
            await asyncio.sleep(self._delay)
            target.write_eof()
