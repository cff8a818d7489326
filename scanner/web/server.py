"""The web server of the gate in browsers."""

import asyncio
import ipaddress
import os
import re
import signal
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path

import jinja2
import textual_serve
from aiohttp import web

from scanner.web.door import Door, Handler
from scanner.web.errors import WebError, WebFault
from scanner.web.listener import Listener
from scanner.web.password import Password
from scanner.web.window import Windows

END_SECONDS = 2.0
"""How long requests have to end, after the windows have."""

_PARTS = Path(textual_serve.__file__).parent
_POLICY = "style-src 'self' 'unsafe-inline'; font-src 'self' data:; frame-ancestors 'none'"
"""Nothing is fetched from another host (a gate may have no internet), and no page frames it."""

_FOREIGN_FONT = re.compile(r'<link\s+rel="stylesheet"\s+href="https://[^>]*>')
"""What textual-serve's page asks another host for; the policy would refuse it anyway."""

_SCRIPT = """<script>
const socket = new URL("ws", location.href);
socket.protocol = location.protocol === "https:" ? "wss:" : "ws:";
socket.search = "";
document.querySelector("#terminal").dataset.sessionWebsocketUrl = socket.href;
const listen = () => document.querySelector(".xterm-helper-textarea")?.focus();
new MutationObserver(listen).observe(document.body, {attributeFilter: ["class"]});
window.addEventListener("focus", listen);
</script></body>"""
"""Names the socket as the browser reaches it, through a proxy with TLS too, and focuses the
terminal as soon as it is shown: a hand scanner doesn't click first."""


def serve(
    command: Sequence[str],
    host: str,
    port: int,
    *,
    password: Password | None,
    tls: ssl.SSLContext | None,
    on_open: Callable[[], None],
) -> None:
    """Serve until interrupted.

    Args:
        command: starts the gate of one window.
        host: the address to listen at.
        port: 1 to 65535.
        password: what a browser asks for; nothing where only this machine reaches the host.
        tls: the certificate; nothing for plain HTTP.
        on_open: called as soon as browsers are answered.

    Raises:
        WebError: the address can't be listened at.
    """

    async def run() -> None:
        windows, listener = Windows(command), Listener(tls)
        app = make_app(windows, Door(host, password, listener.let_in))
        app.on_shutdown.append(windows.close)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=END_SECONDS)
        await runner.setup()
        try:
            await listener.start(runner, host, port)
            stopped = _on_interrupt()
            on_open()
            await stopped.wait()
        finally:
            await runner.cleanup()
            await listener.stop()

    try:
        asyncio.run(run())
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise WebError(WebFault.PORT_UNUSABLE, port=port, host=host, why=why) from error
    finally:
        if password:
            password.close()


def _on_interrupt() -> asyncio.Event:
    """Return what is set by a signal to end."""
    came = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, came.set)
    return came


def make_app(windows: Windows, door: Door) -> web.Application:
    """Return the page, its parts and its socket, with a check of every request in front."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PARTS / "templates"), autoescape=True
    )
    page = templates.get_template("app_index.html").render(
        application={"name": "scanner"},
        app_websocket_url="",
        config={"static": {"url": "static/"}},
        font_size=16,
    )
    page = _FOREIGN_FONT.sub("", page).replace("</body>", _SCRIPT)

    async def show_page(_: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html")

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await door.check(request, handler)
        if not response.prepared:
            response.headers["Content-Security-Policy"] = _POLICY
            response.headers["Cache-Control"] = "no-store"
        return response

    app = web.Application(middlewares=[guard])
    app.router.add_get("/", show_page)
    app.router.add_get("/ws", windows.show)
    app.router.add_static("/static", _PARTS / "static")
    return app


def tls_context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """Read a certificate with its chain, and its key; one file may hold them all (PEM).

    Raises:
        WebError: they can't be read, or don't belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # With a password of its own the key would be asked for on the terminal; it is refused.
        context.load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise WebError(WebFault.CERTIFICATE_UNUSABLE, file=certificate, why=why) from error
    return context


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
