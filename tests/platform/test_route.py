"""The way to the API: names that come slowly, addresses of both kinds, and proxies."""

import asyncio
import socket
import time
from collections.abc import Sequence
from typing import Any

import pytest

from scanner.platform import name_lookup
from scanner.platform.errors import ApiFault, Unreachable
from scanner.platform.route import unencrypted
from tests.platform.network import Play, ask, network, page

HOST = "api.house.example"


class Names:
    """A name server that a test holds in its hand."""

    def __init__(self) -> None:
        self.addresses: Sequence[str] = ("127.0.0.1",)
        self.seconds = 0.0
        self.asked: list[str] = []

    def __call__(self, host: str, *more: Any, **named: Any) -> Any:
        if host != HOST:
            return self.real(host, *more, **named)
        self.asked.append(host)
        time.sleep(self.seconds)
        if not self.addresses:
            raise socket.gaierror(-2, "Name or service not known")
        return [(0, socket.SOCK_STREAM, 6, "", (each, 0)) for each in self.addresses]

    real = staticmethod(socket.getaddrinfo)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    held = Names()
    monkeypatch.setattr(socket, "getaddrinfo", held)
    monkeypatch.setattr(name_lookup, "_found", {})
    monkeypatch.setattr(name_lookup, "_running", {})
    return held


def at(play: Play) -> str:
    return f"http://{HOST}:{play.port}/v3/"


async def test_a_name_may_come_later_than_a_connection_may(names: Names) -> None:
    names.seconds = 1.0
    async with network(Play(page())) as play:
        assert not (await ask(at(play), 0.3)).entries
        assert b"host: api.house.example" in play.requests[0].lower()


async def test_a_name_is_asked_for_once_by_all_that_wait_and_then_known(names: Names) -> None:
    names.seconds = 0.3
    async with network(Play(page())) as play:
        await asyncio.gather(*(ask(at(play)) for _ in range(5)))
        await ask(at(play))
    assert names.asked == [HOST]


async def test_what_was_said_before_is_used_while_nobody_answers(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_lookup, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(name_lookup, "KNOWN_SECONDS", 0.1)
    async with network(Play(page())) as play:
        await ask(at(play))
        names.seconds = 2.0
        began = time.monotonic()
        await ask(at(play))
        assert time.monotonic() - began < 1.5
        names.seconds, names.addresses = 0.0, ()
        await ask(at(play))


async def test_a_name_that_never_comes_is_not_waited_for_for_ever(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_lookup, "LOOKUP_SECONDS", 0.1)
    names.seconds = 1.0
    with pytest.raises(Unreachable) as met:
        await ask(f"http://{HOST}:9/v3/")
    assert met.value.fact.code == ApiFault.CONNECT_TIMEOUT
    assert met.value.sent is False


async def test_every_address_is_tried_and_the_one_that_answers_comes_first(names: Names) -> None:
    names.addresses = ("127.0.0.9", "::1", "127.0.0.1")
    async with network(Play(page())) as play:
        await ask(at(play))
    assert name_lookup._found[HOST][1][0] == "127.0.0.1"


async def test_a_name_with_an_address_of_version_6_alone_is_reached(names: Names) -> None:
    names.addresses = ("::1",)
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(page())
        writer.close()

    try:
        server = await asyncio.start_server(serve, "::1", 0)
    except OSError:
        pytest.skip("this machine has no IPv6")
    port = server.sockets[0].getsockname()[1]
    async with server:
        await ask(f"http://{HOST}:{port}/v3/")
        await ask(f"http://[::1]:{port}/v3/")
    assert f"host: {HOST}:{port}".encode() in seen[0].lower()
    assert f"host: [::1]:{port}".encode() in seen[1].lower()


async def test_a_proxy_of_the_environment_is_asked_with_the_whole_address(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with network(Play(page())) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        await ask(f"http://{HOST}/v3/")
        assert proxy.requests[0].startswith(b"GET http://api.house.example/v3/events/1/tickets?")
        monkeypatch.setenv("NO_PROXY", HOST)
        async with network(Play(page())) as play:
            await ask(at(play))
        assert (len(proxy.requests), len(play.requests)) == (1, 1)
    assert names.asked == [HOST]


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://api.house.example/v3/", True),
        (" HTTP://10.0.0.1/", True),
        ("http://[2001:db8::1]/v3/", True),
        ("http://localhost.house.example/", True),
        ("https://api.house.example/v3/", False),
        ("http://127.0.0.1:8080/v3/", False),
        ("http://[::1]:8080/v3/", False),
        ("http://localhost/", False),
    ],
)
def test_what_crosses_the_network_in_the_open_is_warned_of(url: str, warned: bool) -> None:
    assert (unencrypted(url) is not None) is warned
