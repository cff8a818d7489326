"""Bounded HTTP calls to one platform's server, over httpx."""

import asyncio
import json
import ssl
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

from scanner.platform import answers
from scanner.platform.answers import OwnWords
from scanner.platform.errors import (
    ApiFault,
    NotTheApi,
    TicketingError,
    TlsFailure,
    Unreachable,
)
from scanner.platform.name_lookup import ByName
from scanner.platform.route import by_proxy, names_socks

LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes; a larger body is not the API's."""

LONGEST_CALL_SECONDS = 60.0
"""The limit of a whole call: an answer that comes byte by byte would never reach `timeout`."""


Query = Mapping[str, str | Sequence[str]]
"""A query's parameters; one that is given several times has a sequence."""


class Answer(NamedTuple):
    """An answer's status, its JSON, its `Date` in UTC, and its headers."""

    status: int
    body: Any
    server_time: datetime | None
    headers: Mapping[str, str]


class Connection:
    """Connections to one server; every call raises a `TicketingError` where it fails.

    httpx's own errors never come out.

    Args:
        url: the server's address, see `address`.
        headers: sent with every request.
        own_words: what the platform's own sentences mean.
        timeout: seconds between two bytes.
        transport: in place of httpx's own.
    """

    def __init__(
        self,
        url: httpx.URL,
        headers: Mapping[str, str],
        *,
        own_words: OwnWords,
        timeout: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = url
        self.host = url.host
        self._own_words = own_words
        self._proxied = transport is None and by_proxy(url.scheme, url.host)
        try:
            self._http = httpx.AsyncClient(
                headers={"Accept": "application/json", **headers},
                timeout=timeout,
                transport=transport or self._direct(),
                follow_redirects=False,
                verify=self._trust(),
            )
        except ImportError as error:
            raise Unreachable(ApiFault.NO_SOCKS) from error
        except (ValueError, httpx.InvalidURL) as error:  # a proxy in the environment
            fault = ApiFault.NO_SOCKS if names_socks() else ApiFault.BAD_PROXY
            raise Unreachable(fault) from error

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Query | None = None,
        accepted: Collection[int] = (),
    ) -> Answer:
        """Send a request to a path below the server's address, and read the answer's JSON.

        Args:
            method: HTTP's.
            path: below the address, whatever slash it begins with.
            body: sent as JSON.
            query: the query's parameters.
            accepted: statuses above 399 that are answers here, and no errors.

        Raises:
            ApiError: one of its kinds, for the platform's own errors.
            NotTheApi: something else has answered.
            Unreachable: no answer came.
        """
        answer, content = await self.ask(method, path, body, query)
        found = self.read(answer, content, accepted=accepted)
        at = answers.server_time(answer)
        return Answer(answer.status_code, found, at, answer.headers)

    def read(
        self, answer: httpx.Response, content: bytes, *, accepted: Collection[int] = ()
    ) -> Any:
        """Return an answer's JSON; raises as `call`."""
        return answers.body_of(answer, content, self.host, self._own_words, accepted)

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[httpx.Response, bytes]:
        """Send a request; returns the answer and its content, whatever they are.

        Raises:
            NotTheApi: the answer is too large, or no answer.
            Unreachable: none came.
        """
        content = json.dumps(body).encode() if body is not None else None
        sent = {"Content-Type": "application/json"} if content else {}
        try:
            url = self.url.join(self.url.path + quote(path.lstrip("/"), safe="/%"))
            async with (
                asyncio.timeout(LONGEST_CALL_SECONDS),
                self._http.stream(
                    method, url, params=query, content=content, headers={**sent, **(headers or {})}
                ) as answer,
            ):
                content = await self._read_bounded(answer)
        except TimeoutError as error:
            raise Unreachable(ApiFault.NEVER_ENDS, host=self.host) from error
        except httpx.HTTPError as error:
            raise self._failure(error) from error
        except (httpx.InvalidURL, UnicodeError) as error:
            raise TicketingError(ApiFault.BAD_URI) from error
        return answer, content

    def _direct(self) -> httpx.AsyncBaseTransport | None:
        """Return what sends requests without a proxy; nothing where one is named for the host."""
        if self._proxied:
            return None
        return ByName(httpx.AsyncHTTPTransport(verify=self._trust()))

    def _trust(self) -> ssl.SSLContext | bool:
        return _trusted() if self.url.scheme == "https" else False

    async def _read_bounded(self, answer: httpx.Response) -> bytes:
        read = 0
        chunks = []
        async for chunk in answer.aiter_bytes():
            read += len(chunk)
            if read > LARGEST_ANSWER:
                raise NotTheApi(ApiFault.TOO_LARGE, host=self.host)
            chunks.append(chunk)
        return b"".join(chunks)

    def _failure(self, error: httpx.HTTPError) -> Unreachable | NotTheApi:
        match error:
            case httpx.ConnectError() if _is_tls(error):
                return TlsFailure(ApiFault.TLS, host=self.host)
            case httpx.ProxyError():
                return Unreachable(ApiFault.PROXY, host=self.host)
            case httpx.DecodingError():
                return NotTheApi(ApiFault.UNREADABLE, host=self.host)
            case httpx.UnsupportedProtocol() | httpx.TooManyRedirects():
                return NotTheApi(ApiFault.NO_API, host=self.host)
            case httpx.ConnectError() | httpx.ConnectTimeout() if self._proxied:
                return Unreachable(ApiFault.PROXY_AWAY, host=self.host)
            case httpx.ConnectTimeout() | httpx.PoolTimeout():
                return Unreachable(ApiFault.CONNECT_TIMEOUT, host=self.host)
            case httpx.TimeoutException():
                return Unreachable(ApiFault.TIMEOUT, host=self.host)
            case httpx.ConnectError():
                return Unreachable(ApiFault.NOT_CONNECTED, host=self.host)
            case _:
                return Unreachable(ApiFault.BROKEN_OFF, host=self.host)


def header_safe(key: str) -> str:
    """Return a key that fits into a request's header.

    Raises:
        TicketingError: it has characters that no key has.
    """
    if not (key.isascii() and key.isprintable()):
        raise TicketingError(ApiFault.BAD_KEY)
    return key


def address(url: str) -> httpx.URL:
    """Return a server's address, its path ended with a slash.

    Raises:
        NotTheApi: where the text is no web address.
    """
    text = url.strip()
    try:
        found = httpx.URL(text if "://" in text else f"https://{text}")
    except (httpx.InvalidURL, ValueError):
        found = httpx.URL("")
    port_exists = found.port is None or 0 < found.port < 2**16
    if found.scheme not in ("http", "https") or not found.host or not port_exists:
        raise NotTheApi(ApiFault.BAD_ADDRESS)
    path = found.path if found.path.endswith("/") else f"{found.path}/"
    return found.copy_with(path=path, query=None, fragment=None)


@cache
def _trusted() -> ssl.SSLContext:
    """Read the certificates once: it takes 50 ms and a megabyte each time."""
    return httpx.create_ssl_context()


def _is_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
