"""A venue's network, played by a server that answers with any bytes, or with none."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType

import pytest

from scanner.platform.errors import TicketingError
from scanner.platform.resources import Page
from scanner.ticketing.client import TickeTing
from scanner.ticketing.resources import Ticket
from scanner.wording.sentences import in_english
from tests.ticketing.sentences import assert_one_sentence

LIMIT = 20
JSON = "application/json"


@dataclass
class Play:
    """What the server does with each connection, and the requests that it saw.

    After `answer` the connection is closed; `hang` keeps it open until the client leaves, `reset`
    ends it with a reset instead. `at_once` answers before anything was asked.
    """

    answer: bytes = b""
    hang: bool = False
    reset: bool = False
    at_once: bool = False
    port: int = 0
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v3/"


def http(
    status: int,
    body: bytes = b"",
    kind: str | None = JSON,
    *,
    length: int | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """An answer with these bytes; `length` other than the body's is a lie."""
    sent = {"Content-Length": str(len(body) if length is None else length), **headers}
    if kind is not None:
        sent["Content-Type"] = kind
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{n}: {v}" for n, v in sent.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


@asynccontextmanager
async def network(play: Play, tls: ssl.SSLContext | None = None) -> AsyncIterator[Play]:
    """Serve on loopback; `play.port` says where."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not play.at_once:
                play.requests.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(play.answer)
            await writer.drain()
            if play.hang:
                await reader.read()
            if play.reset:
                writer.transport.abort()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has gone; that is its affair
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    play.port = server.sockets[0].getsockname()[1]
    async with server:
        yield play


KEY = "0123456789abcdef" * 2
EVENT = "/events/1"
PAGE = {"total": 0, "page": 1, "records": 500, "entries": []}
LATE = 0.2


async def ask(url: str, seconds: float = LIMIT) -> Page[Ticket]:
    async with TickeTing(url, KEY, timeout=seconds) as api:
        return await asyncio.wait_for(api.tickets(EVENT), 2 * LIMIT)


async def failure(play: Play) -> TicketingError:
    """The error of one request, which is always one sentence without the key."""
    async with network(play):
        with pytest.raises(TicketingError) as refused:
            await ask(play.url, LATE if play.hang else LIMIT)
    assert_one_sentence(in_english(refused.value.fact), [KEY])
    assert KEY not in str(refused.value)
    return refused.value


async def answered(answer: bytes) -> Page[Ticket]:
    async with network(Play(answer)) as play:
        return await ask(play.url)


def page(**changes: object) -> bytes:
    return http(200, json.dumps(PAGE | changes).encode())
