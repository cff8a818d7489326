"""The web server of the gate in browsers."""

import asyncio
import ipaddress
import json
import os
import signal
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
import textual_serve
from aiohttp import web

from scanner.facts import Fact
from scanner.paths import assets_folder
from scanner.scanning.scan_source import LARGEST_FRAME
from scanner.web.door import Door, Handler
from scanner.web.errors import PageTrouble, PageWord, WebError, WebFault
from scanner.web.listener import Listener
from scanner.web.password import Password
from scanner.web.window import Windows
from scanner.wording.catalogue import choose_language
from scanner.wording.sentences import sentence

END_SECONDS = 2.0
"""How long requests have to end, after the windows have."""

_TERMINAL = Path(textual_serve.__file__).parent / "static"
_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing is fetched from another host (a gate may have no internet), no script stands in a page,
and no page frames it. The terminal's script writes styles."""

_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class TouchKey:
    """A key of the page, for a thumb.

    Attributes:
        word: what stands on it.
        sent: the gate's key, as a terminal sends it.
        types: what it opens is typed into, so that a phone shows its keyboard.
        sign: stands on it in every language, in place of a word.
    """

    word: PageWord | None
    sent: str
    types: bool = False
    sign: str = ""

    @property
    def label(self) -> str:
        """Return what stands on it."""
        return sentence(Fact(self.word)) if self.word else self.sign


TOUCH_KEYS = (
    TouchKey(PageWord.TYPE, "i", types=True),
    TouchKey(PageWord.FIND, "f", types=True),
    TouchKey(PageWord.OVERRIDE, "o", types=True),
    TouchKey(PageWord.LET_IN, "l"),
    TouchKey(PageWord.STATISTICS, "t"),
    TouchKey(PageWord.HELP, "?"),
    TouchKey(PageWord.BACK, "\x1b[27u"),  # Esc, which no later key turns into Alt
    TouchKey(None, "\x1b[A", sign="↑"),
    TouchKey(None, "\x1b[B", sign="↓"),
    TouchKey(PageWord.ENTER, "\r"),
)


def serve(
    command: Sequence[str],
    host: str,
    port: int,
    *,
    password: Password | None,
    tls: ssl.SSLContext | None,
    take_frames: bool,
    language: Callable[[], str],
    on_open: Callable[[], None],
) -> None:
    """Serve until interrupted.

    Args:
        command: starts the gate of one window.
        host: the address to listen at.
        port: 1 to 65535.
        password: what a browser asks for; nothing where only this machine reaches the host.
        tls: the certificate; nothing for plain HTTP.
        take_frames: the gates look through their browsers' cameras.
        language: tells the setting of the language.
        on_open: called as soon as browsers are answered.

    Raises:
        WebError: the address can't be listened at.
    """

    async def run() -> None:
        windows, listener = Windows(command, take_frames=take_frames), Listener(tls)
        app = make_app(windows, Door(host, password, listener.let_in), language)
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


def make_app(
    windows: Windows, door: Door, language: Callable[[], str] = lambda: "en"
) -> web.Application:
    """Return the page, its parts and its socket, with a check of every request in front.

    Args:
        windows: run a gate for each socket.
        door: checks the requests.
        language: tells the setting of the language; it may change between two pages.
    """
    own = assets_folder() / "web"
    template = jinja2.Environment(
        loader=jinja2.FileSystemLoader(own), autoescape=True
    ).get_template("page.html")

    async def show_page(_: web.Request) -> web.Response:
        page = template.render(
            language=choose_language(language()),
            **{word.name.lower(): sentence(Fact(word)) for word in PageWord},
            words=json.dumps({each.name.lower(): sentence(Fact(each)) for each in PageTrouble}),
            keys=TOUCH_KEYS,
            takes_frames=windows.take_frames,
            largest_frame=LARGEST_FRAME,
        )
        return web.Response(text=page, content_type="text/html")

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await door.check(request, handler)
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    app = web.Application(middlewares=[guard])
    app.router.add_get("/", show_page)
    app.router.add_get("/ws", windows.show)
    app.router.add_static("/static", _TERMINAL)
    app.router.add_static("/page", own)
    app.router.add_static("/sounds", assets_folder() / "sounds")
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
