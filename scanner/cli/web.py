"""`scanner gate --web`: the gate's screen in a browser; each window runs a gate of its own."""

import asyncio
import hmac
import ipaddress
import os
import re
import secrets
import shlex
import sys
from base64 import b64decode
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scanner.cli.output import tell
from scanner.errors import ScannerError
from scanner.facts import Code, Fact

if TYPE_CHECKING:
    from aiohttp import web

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

COOKIE = "scanner-gate"
"""Replaces the password in later requests: a browser's WebSocket can't send one."""

WRONG_SECONDS = 0.5
"""The pause after a wrong password; all callers wait for it."""

LONGEST_HEADER = 1000

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
_POLICY = "style-src 'self' 'unsafe-inline'; font-src 'self' data:; frame-ancestors 'none'"
"""Nothing is fetched from another host (a gate may have no internet), and no page frames it."""

_FOREIGN_FONT = re.compile(r'<link\s+rel="stylesheet"\s+href="https://[^>]*>')
"""What textual-serve's page asks another host for; the policy would refuse it anyway."""

_FOCUS = """<script>
const listen = () => document.querySelector(".xterm-helper-textarea")?.focus();
new MutationObserver(listen).observe(document.body, {attributeFilter: ["class"]});
window.addEventListener("focus", listen);
</script></body>"""
"""Focuses the terminal as soon as it is shown: a hand scanner doesn't click first."""


class WebFault(Code):
    """Why the gate can't be shown in a browser."""

    NO_PASSWORD = "cli.web_no_password"  # noqa: S105 - a code, not a password
    NO_LIBRARY = "cli.web_no_library"
    PORT_UNUSABLE = "cli.web_port_unusable"
    PASSWORD_UNREADABLE = "cli.web_password_unreadable"  # noqa: S105 - likewise
    PASSWORD_EMPTY = "cli.web_password_empty"  # noqa: S105 - likewise


class WebNotice(Code):
    """What the server says while it runs."""

    OPEN = "cli.web_open"


class WebError(ScannerError):
    """The gate can't be shown in a browser."""


def serve(host: str, port: int, password_file: Path | None, flags: Sequence[str]) -> None:
    """Serve until interrupted.

    Args:
        host: the address to listen at.
        port: 0 to 65535; 0 takes a free one.
        password_file: its first line is the password, or its Argon2 hash.
        flags: given to each gate that a browser opens.

    Raises:
        WebError: a library or the password is missing, or the address can't be listened at.
    """
    if not is_loopback(host) and password_file is None:
        raise WebError(WebFault.NO_PASSWORD, host=host)
    kept = read_hash(password_file) if password_file else None
    try:
        import textual_serve.server  # noqa: F401 - whether it is installed
        from aiohttp import web
    except ImportError as error:
        raise WebError(WebFault.NO_LIBRARY) from error
    command = shlex.join([sys.executable, "-m", "scanner", "gate", *flags])
    app = make_app(command, Door(host, kept))
    try:
        web.run_app(
            app,
            host=host,
            port=port,
            print=_say_open,
            access_log=None,
            handler_cancellation=True,
        )
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise WebError(WebFault.PORT_UNUSABLE, port=port, host=host, why=why) from error


async def make_app(command: str, door: "Door") -> "web.Application":
    """Return textual-serve's app with a check of every request in front."""
    from aiohttp import web
    from textual_serve.server import Server

    server = Server(command, title="scanner")
    whole: web.Application = await server._make_app()
    whole.on_startup.clear()

    @web.middleware
    async def guard(request: web.Request, handler: "Handler") -> web.StreamResponse:
        door.check_names(request)
        new = await door.check_password(request)
        # The page links to the host name that it was requested under.
        server.public_url = f"{request.scheme}://{request.host}"
        response = await handler(request)
        if isinstance(response, web.Response) and response.content_type == "text/html":
            page = _FOREIGN_FONT.sub("", response.text or "")
            response.text = page.replace("</body>", _FOCUS)
        if not response.prepared:
            response.headers["Content-Security-Policy"] = _POLICY
            response.headers["Cache-Control"] = "no-store"
            if new:
                response.set_cookie(COOKIE, door.ticket, httponly=True, samesite="Strict")
        return response

    whole.middlewares.append(guard)
    return whole


def _say_open(*_: object) -> None:
    """Say that it listens."""
    tell(Fact(WebNotice.OPEN), err=True)


class Door:
    """Admits requests with the password; without one, requests from this machine."""

    def __init__(self, host: str, kept: str | None) -> None:
        self._host = host
        self._kept = kept
        self._one_at_a_time = asyncio.Lock()
        self.ticket = secrets.token_urlsafe(32)

    def check_names(self, request: "web.Request") -> None:
        """Refuse requests that another site's page sends (DNS rebinding, cross-site WebSocket).

        Raises:
            HTTPForbidden: the request was meant for, or comes from, another site.
        """
        from aiohttp import web

        try:
            name = urlsplit(f"//{request.host}").hostname
            origin = urlsplit(request.headers.get("Origin", "")).netloc
        except ValueError as error:
            raise web.HTTPForbidden from error
        if self._kept is None and name not in (*_LOOPBACK_NAMES, self._host):
            raise web.HTTPForbidden
        if request.path == "/ws" and origin != request.host:
            raise web.HTTPForbidden

    async def check_password(self, request: "web.Request") -> bool:
        """Ask for the password where there is one; tells whether it was just given.

        Raises:
            HTTPUnauthorized: it is wrong or missing.
        """
        from aiohttp import web

        if self._kept is None:
            return False
        brought = request.cookies.get(COOKIE, "")
        if hmac.compare_digest(brought.encode(), self.ticket.encode()):
            return False
        given = _password_in(request.headers.get("Authorization", ""))
        if given is not None:
            async with self._one_at_a_time:
                if await asyncio.to_thread(_matches, self._kept, given):
                    return True
                await asyncio.sleep(WRONG_SECONDS)
        raise web.HTTPUnauthorized(
            headers={"WWW-Authenticate": 'Basic realm="scanner", charset="UTF-8"'}
        )


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_hash(file: Path) -> str:
    """Return the Argon2 hash of the password that is in the file's first line, or that hash.

    Raises:
        WebError: the file can't be read, or there is nothing in it.
    """
    from argon2 import PasswordHasher

    try:
        line = (file.read_text("utf-8").splitlines() or [""])[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WebError(WebFault.PASSWORD_UNREADABLE, file=file) from error
    if not line:
        raise WebError(WebFault.PASSWORD_EMPTY, file=file)
    return line if line.startswith("$argon2") else PasswordHasher().hash(line)


def _password_in(header: str) -> str | None:
    """Return the password of an Authorization header (RFC 7617); the user's name is ignored."""
    scheme, _, coded = header[:LONGEST_HEADER].partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return b64decode(coded.strip(), validate=True).decode("utf-8").partition(":")[2]
    except ValueError:
        return None


def _matches(kept: str, given: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return PasswordHasher().verify(kept, given)
    except (VerificationError, InvalidHashError):
        return False
