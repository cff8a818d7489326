import asyncio
import gc
import socket
from collections.abc import Iterator

import pytest
from aiohttp import web

from scanner.web.listener import PER_ADDRESS, Listener

HOST = "127.0.0.1"
LIMIT = 5.0


@pytest.fixture
def without_collector() -> Iterator[None]:
    """A running gate's collector may not look for a minute."""
    gc.disable()
    yield
    gc.enable()


async def _answer(_: web.Request) -> web.Response:
    return web.Response(text="in")


async def _ends(connection: socket.socket) -> bool:
    reader, writer = await asyncio.open_connection(sock=connection)
    try:
        async with asyncio.timeout(LIMIT):
            return await reader.read() == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    finally:
        writer.transport.abort()


@pytest.mark.usefixtures("without_collector")
async def test_connections_that_come_at_once_and_give_way_are_closed_all_the_same() -> None:
    app = web.Application()
    app.router.add_get("/", _answer)
    runner = web.AppRunner(app)
    await runner.setup()
    listener = Listener(tls=None)
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    await listener.start(runner, HOST, port)
    try:
        # Nothing is accepted in between: this is the loop's own thread.
        came = [socket.create_connection((HOST, port)) for _ in range(PER_ADDRESS + 20)]
        for each in came:
            each.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        assert all(await asyncio.gather(*map(_ends, came[:20])))
    finally:
        for each in came:
            each.close()
        await listener.stop()
        await runner.cleanup()
