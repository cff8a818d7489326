"""A venue's network between a real gate and a real server: it spoils requests by a seeded die."""

import asyncio
import contextlib
import random
import threading
from collections.abc import Sequence
from enum import Enum

_HTML = b"<html><body>Welcome to the hotel. Accept the terms to go on.</body></html>"
_START_SECONDS = 10.0
_SLOW_SECONDS = 1.2


class Mishap(Enum):
    """What becomes of one request."""

    NONE = "it passes"
    REFUSED = "the connection is closed before anything is read"
    NEVER_ARRIVED = "the request is read, and dropped"
    ANSWER_LOST = "the request arrives, its answer does not"
    HALF_BODY = "the answer breaks off"
    RESET = "the connection is reset when the answer should come"
    FAULT = "a proxy answers 502 in its place, and does not pass it on"
    FAULT_AFTER = "a proxy answers 502 although the request arrived"
    SLOW = "the answer comes after the client has given up"
    PORTAL = "a captive portal answers 200 with HTML"
    TOO_MANY = "429, with a second to wait"


class Proxy:
    """Passes HTTP to a port of this machine, from a thread of its own; use as a context manager.

    `badness` is the share of requests that it spoils, by any of `mishaps`; of those that it reads,
    only such that have `only` in their first line.
    """

    def __init__(
        self,
        target_port: int,
        seed: int,
        mishaps: Sequence[Mishap] = tuple(Mishap)[1:],
        only: bytes = b"",
    ) -> None:
        self.badness = 0.0
        self._mishaps = mishaps
        self._only = only
        self.seen: list[Mishap] = []
        self.port = 0
        self._target = target_port
        self._rng = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._ready = threading.Event()
        self._work: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> "Proxy":
        self._thread.start()
        assert self._ready.wait(_START_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(_START_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_START_SECONDS)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._ready.set()
        self._loop.run_forever()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def _end(self) -> None:
        self._server.close()
        for task in list(self._work):
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._work.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._play(self._throw(), reader, writer)
        finally:
            self._work.discard(task)
            writer.transport.abort() if self.badness else writer.close()

    def _throw(self) -> Mishap:
        spoilt = self._rng.random() < self.badness
        mishap = self._rng.choice(self._mishaps) if spoilt else Mishap.NONE
        self.seen.append(mishap)
        return mishap

    async def _play(
        self, mishap: Mishap, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if mishap is Mishap.REFUSED:
            return
        request = await _read_message(reader)
        if self._only not in request.partition(b"\r\n")[0]:
            mishap = Mishap.NONE
        match mishap:
            case Mishap.NEVER_ARRIVED:
                return
            case Mishap.FAULT:
                answer = _answer(502, b"<html>Bad gateway</html>", "text/html")
            case Mishap.PORTAL:
                answer = _answer(200, _HTML, "text/html")
            case Mishap.TOO_MANY:
                answer = _answer(429, b"{}", "application/json", "Retry-After: 1\r\n")
            case _:
                answer = await self._passed_on(request)
        if mishap is Mishap.SLOW:
            await asyncio.sleep(_SLOW_SECONDS)
        if mishap in (Mishap.ANSWER_LOST, Mishap.RESET):
            return
        if mishap is Mishap.FAULT_AFTER:
            answer = _answer(502, b"<html>Bad gateway</html>", "text/html")
        writer.write(answer[: len(answer) - 20] if mishap is Mishap.HALF_BODY else answer)
        await writer.drain()
        writer.write_eof()

    async def _passed_on(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            head, _, body = request.partition(b"\r\n\r\n")
            lines = [each for each in head.split(b"\r\n") if not each.lower().startswith(b"connec")]
            writer.write(b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body)
            return await reader.read()
        finally:
            writer.transport.abort()


async def _read_message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return head + await reader.readexactly(length)


def _answer(status: int, body: bytes, kind: str, more: str = "") -> bytes:
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Type: {kind}\r\n{more}"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
