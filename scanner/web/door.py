"""Who comes in: a check of every request, before anything answers it."""

import hmac
import math
import secrets
from base64 import b64decode
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from scanner.facts import Fact
from scanner.web.errors import WebNotice
from scanner.web.password import Password
from scanner.web.tries import Tries
from scanner.wording.sentences import sentence

COOKIE = "scanner-gate"
"""Replaces the password in later requests: a browser's WebSocket can't send one."""

LONGEST_HEADER = 1000

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door:
    """Lets requests in with the password; without one, requests from this machine.

    Args:
        host: the address that is listened at.
        password: nothing where only this machine reaches it.
        let_in: called with each request that comes in.
    """

    def __init__(
        self, host: str, password: Password | None, let_in: Callable[[web.Request], None]
    ) -> None:
        self._host = host
        self._password = password
        self._let_in = let_in
        self._tries = Tries()
        self._ticket = secrets.token_urlsafe(32)

    async def check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer a request that comes in; aiohttp's middleware.

        Raises:
            HTTPException: it doesn't.
        """
        self._check_names(request)
        new = await self._check_password(request)
        self._let_in(request)
        response = await handler(request)
        if new and not response.prepared:
            response.set_cookie(
                COOKIE, self._ticket, httponly=True, samesite="Strict", secure=request.secure
            )
        return response

    def _check_names(self, request: web.Request) -> None:
        """Refuse requests that another site's page sends (DNS rebinding, cross-site WebSocket)."""
        try:
            name = urlsplit(f"//{request.host}").hostname
            origin = urlsplit(request.headers.get("Origin", "")).netloc
        except ValueError as error:
            raise web.HTTPForbidden from error
        if self._password is None and name not in (*_LOOPBACK_NAMES, self._host):
            raise web.HTTPForbidden
        if request.path == "/ws" and origin != request.host:
            raise web.HTTPForbidden

    async def _check_password(self, request: web.Request) -> bool:
        """Ask for the password where there is one; tells whether it was just given."""
        if self._password is None:
            return False
        brought = request.cookies.get(COOKIE, "").encode("utf-8", "replace")
        if hmac.compare_digest(brought, self._ticket.encode()):
            return False
        given = _password_in(request.headers.get("Authorization", ""))
        if given is not None and await self._is_right(request.remote or "", given):
            return True
        raise web.HTTPUnauthorized(
            headers={"WWW-Authenticate": 'Basic realm="scanner", charset="UTF-8"'}
        )

    async def _is_right(self, address: str, given: str) -> bool:
        turn = self._tries.take(address)
        if turn.wait or self._password is None:
            seconds = math.ceil(turn.wait)
            said = sentence(Fact(WebNotice.TOO_MANY_TRIES, {"count": seconds}))
            raise web.HTTPTooManyRequests(text=said, headers={"Retry-After": str(seconds)})
        right = await self._password.matches(given, first_try=turn.is_first)
        if right:
            self._tries.give_back(address)
        return right


def _password_in(header: str) -> str | None:
    """Return the password of an Authorization header (RFC 7617); the user's name is ignored."""
    scheme, _, coded = header[:LONGEST_HEADER].partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return b64decode(coded.strip(), validate=True).decode("utf-8").partition(":")[2]
    except ValueError:
        return None
