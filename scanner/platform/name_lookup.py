"""Looks a host's name up apart from the connection, and tries each of its addresses.

A venue's name server may take longer than a connection may; what it said last is used meanwhile.
"""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future

import httpx

LOOKUP_SECONDS = 30.0
"""How long a name is waited for that was never found; resolvers give up after some 20."""

KNOWN_SECONDS = 1.0
"""How long, where it was found before; then that answer is used."""

FRESH_SECONDS = 60.0
"""How long an answer is used without asking again."""

NEXT_SECONDS = 2.0
"""How long an address has to connect, where there is another one to try."""

_found: dict[str, tuple[float, Sequence[str]]] = {}
_running: dict[str, "Future[Sequence[str]]"] = {}
_lock = threading.Lock()


class ByName(httpx.AsyncBaseTransport):
    """Sends each request to an address of its host; the certificate is still the name's.

    Args:
        inner: sends the requests.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the first address that can be connected to.

        Raises:
            ConnectError, ConnectTimeout: there is none.
        """
        host = request.url.host
        addresses = await addresses_of(host)
        for number, each in enumerate(addresses, 1):
            is_last = number == len(addresses)
            try:
                answer = await self._inner.handle_async_request(_sent_to(request, each, is_last))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if is_last:
                    raise
            else:
                _prefer(host, each)
                return answer
        raise httpx.ConnectError("the name has no address")

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


async def addresses_of(host: str) -> Sequence[str]:
    """Return a host's addresses, the one that was connected to last first.

    Raises:
        ConnectError: it has none.
        ConnectTimeout: nobody said in time.
    """
    at, known = _found.get(host, (float("-inf"), ()))
    if known and time.monotonic() - at < FRESH_SECONDS:
        return known
    asked = asyncio.wrap_future(_asked(host))
    try:
        async with asyncio.timeout(KNOWN_SECONDS if known else LOOKUP_SECONDS):
            return await asyncio.shield(asked)
    except TimeoutError as error:
        if known:
            return known
        raise httpx.ConnectTimeout("the name was not found in time") from error
    except OSError as error:
        if known:
            return known
        raise httpx.ConnectError(str(error)) from error


def _asked(host: str) -> "Future[Sequence[str]]":
    """Ask for a name, once for all that wait; the thread keeps no program from ending."""
    with _lock:
        if host not in _running:
            _running[host] = Future()
            threading.Thread(target=_ask, args=(host, _running[host]), daemon=True).start()
        return _running[host]


def _ask(host: str, future: "Future[Sequence[str]]") -> None:
    try:
        listed = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        addresses = tuple(dict.fromkeys(str(each[4][0]) for each in listed))
    except (OSError, UnicodeError) as error:
        _end(host)
        with contextlib.suppress(asyncio.InvalidStateError):
            future.set_exception(error if isinstance(error, OSError) else OSError(str(error)))
        return
    _found[host] = (time.monotonic(), addresses)
    _end(host)
    future.set_result(addresses)


def _end(host: str) -> None:
    with _lock:
        _running.pop(host, None)


def _prefer(host: str, address: str) -> None:
    """Try this address first from now on."""
    at, known = _found.get(host, (0.0, ()))
    if known and known[0] != address:
        others = (each for each in known if each != address)
        _found[host] = (at, (address, *others))


def _sent_to(request: httpx.Request, address: str, is_last: bool) -> httpx.Request:
    """Return the same request, to an address; `Host` and the certificate's name stay."""
    extensions = {**request.extensions, "sni_hostname": request.url.host}
    timeout = dict(request.extensions.get("timeout", {}))
    if not is_last:
        timeout["connect"] = min(NEXT_SECONDS, timeout.get("connect") or NEXT_SECONDS)
        extensions["timeout"] = timeout
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions=extensions,
    )
