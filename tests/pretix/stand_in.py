"""A pretix's stand-in: real HTTP on loopback, which says what a test lets it say, and no more."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

PAGE = 50
GENERATED = "2026-11-29T19:17:34.849930Z"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Asked:
    """A request; `path` is below the API's address, `query` has each parameter's values."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Told:
    """An answer: its body is JSON, or bytes that are sent as they are; `cut` breaks it off."""

    status: int = 200
    body: Any = None
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


Route = Told | list[Any] | dict[str, Any] | Callable[[Asked], Any]
"""What is told for a path: a list is told in pages, an object as it is."""

NOT_THERE = Told(404, b"<h1>Not Found</h1>", HTML)
NO_SUCH_PAGE = Told(404, {"detail": "Invalid page."})


@dataclass
class StandIn:
    """What it tells, by method and path; what it was asked; `device_key` is the one it takes."""

    routes: dict[str, Route] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    device_key: str | None = None

    def answer(self, asked: Asked) -> Told:
        """Answer a request."""
        self.asked.append(asked)
        if self.device_key and asked.headers.get("Authorization") != f"Device {self.device_key}":
            return Told(401, {"detail": "Invalid token."})
        route = self.routes.get(f"{asked.method} {asked.path}", NOT_THERE)
        told = route(asked) if callable(route) else route
        if isinstance(told, list):
            return page_of(told, asked)
        return told if isinstance(told, Told) else Told(200, told)

    def of(self, path: str) -> list[Asked]:
        """Return the requests for a path."""
        return [each for each in self.asked if each.path == path]


def page_of(entries: list[Any], asked: Asked, size: int = PAGE) -> Told:
    """Tell the page that was asked for, as pretix does."""
    number = int(asked.query.get("page", ["1"])[0])
    size = min(size, int(asked.query.get("page_size", [str(size)])[0]))
    some = entries[(number - 1) * size : number * size]
    if number > 1 and not some:
        return NO_SUCH_PAGE
    more = len(entries) > number * size
    body = {
        "count": len(entries),
        "next": "http://elsewhere.example/?page=2" if more else None,
        "previous": None,
        "results": some,
    }
    return Told(200, body, headers={"X-Page-Generated": GENERATED})


@contextmanager
def standing_in(stand_in: StandIn | None = None) -> Iterator[StandIn]:
    """Serve on loopback until the end of the block, what is given or an empty one."""
    stand_in = stand_in or StandIn()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stand_in))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length", "0"))
            content = self.rfile.read(length)
            told = stand_in.answer(
                Asked(
                    self.command,
                    parts.path.removeprefix("/api/v1/"),
                    parse_qs(parts.query, keep_blank_values=True),
                    dict(self.headers.items()),
                    json.loads(content) if content else None,
                )
            )
            self._tell(told)

        def _tell(self, told: Told) -> None:
            body = told.body if isinstance(told.body, bytes) else json.dumps(told.body).encode()
            self.send_response_only(told.status)
            if "Date" not in told.headers:
                self.send_header("Date", self.date_time_string())
            self.send_header("Content-Type", told.kind)
            self.send_header("Content-Length", str(len(body) + told.cut))
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if told.status != 304:
                self.wfile.write(body)
            if told.cut:
                self.close_connection = True

        do_GET = do_POST = _handle  # noqa: N815 - http.server's own names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
