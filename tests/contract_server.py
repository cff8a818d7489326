"""A server that answers every call of the contract with what a test puts into it.

Its answers are plain dictionaries and lists: a test changes them to what a server of somebody
else's might send.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

EVENT = "/events/16993717817996"
CODE = "A0F9GG8D"
KEY = "0123456789abcdef0123456789abcdef"
FLOOR = f"{EVENT}/sections/11"


def ticket(number: int, **changed: Any) -> dict[str, Any]:
    """Return a ticket of the floor as the contract documents it, with some fields changed."""
    return {
        "self": f"{EVENT}/tickets/{number}",
        "serial": serial(number),
        "status": "Issued",
        "section": {"self": "/sections/11", "name": "Floor"},
        "owner": account(number),
        "issued": "2024-02-20T14:59:18+00:00",
        "redeemed": "N/A",
    } | changed


def serial(number: int) -> str:
    """Return the serial of a ticket."""
    return f"EVENIN-FLOO{number:08d}"


def account(number: int) -> dict[str, Any]:
    """Return an account as the contract documents it."""
    name = f"AZ-{number:08d}"
    return {
        "self": f"/accounts/{name}",
        "number": name,
        "username": f"user{number}",
        "firstName": f"Wilhelmina{number}",
        "lastName": f"Featherstonehaugh{number}",
    }


@dataclass
class World:
    """What the server answers."""

    tickets: list[Any] = field(default_factory=lambda: [ticket(each) for each in range(3)])
    admissions: list[Any] = field(default_factory=list)
    sections: list[Any] = field(
        default_factory=lambda: [{"self": "/sections/11", "name": "Floor", "capacity": 50}]
    )
    permitted: list[Any] = field(default_factory=lambda: [FLOOR])
    title: Any = "Evening"
    person: Any = field(default_factory=lambda: account(1))
    token: dict[str, Any] = field(
        default_factory=lambda: {"self": f"{EVENT}/tokens/5", "code": CODE, "global": True}
    )
    granted: dict[str, Any] = field(default_factory=dict)
    """Changes the admissions that are granted."""
    refusal: tuple[int, Any] | None = None
    """The status and the body that answer everything."""
    copies: int = 1
    """How often events and tokens are there, each under a URI of its own."""
    cut_at: int | None = None
    """The entries of the longest page; what is asked for beyond is cut silently."""
    refused_over: int | None = None
    """The records that may be asked for; what is more is refused."""
    hidden: int = 0
    """How many more entries a list's total tells of than there are."""
    endless: str | None = None
    """What each page of a list brings, whose total is a billion: `new` entries, or the `same`."""
    asked: list[tuple[str, int]] = field(default_factory=list)
    """The lists that were asked for, with the page size."""

    def event(self) -> dict[str, Any]:
        return {
            "self": EVENT,
            "title": self.title,
            "status": self.title,
            "start": self.title,
            "end": "2026-11-28 23:00:00",
            "sections": self.sections,
        }

    def several(self, entry: dict[str, Any]) -> list[dict[str, Any]]:
        """Return an entry and its copies."""
        copies = [entry | {"self": f"{entry['self']}{each}"} for each in range(1, self.copies)]
        return [entry, *copies]

    def session(self) -> dict[str, Any]:
        return {"key": KEY, "started": self.title, "account": self.person}

    def admit(self, body: dict[str, Any]) -> list[Any]:
        made = [
            {
                "self": f"{EVENT}/admissions/{number}",
                "redeemer": body["redeemer"],
                "device": body["device"],
                "ticket": each,
                "patron": account(1),
                "section": {"self": "/sections/11", "name": "Floor"},
                "admitted": "2026-11-28T20:00:00+00:00",
            }
            | self.granted
            for number, each in enumerate(body["serials"], len(self.admissions))
        ]
        self.admissions += made
        return made


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    world: ClassVar[World]

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        path, query = unquote(address.path), dict(parse_qsl(address.query))
        world = self.world
        token = world.token | {"sections": world.permitted}
        match path.strip("/").split("/"):
            case ["tokens", _]:
                self._answer({"key": KEY, "event": EVENT, "sections": world.permitted})
            case ["events"] | ["published-events"]:
                self._page(world.several(world.event()), query)
            case ["events", _]:
                self._answer(world.event())
            case ["events", _, "tickets"]:
                self._page([] if "modified_since" in query else world.tickets, query)
            case ["events", _, "admissions"]:
                names = ("device", "redeemer", "ticket")
                wanted = {name: query[name] for name in names if name in query}
                found = [
                    each
                    for each in world.admissions
                    if all(each.get(name) == value for name, value in wanted.items())
                ]
                self._page(found, query)
            case ["events", _, "tokens"]:
                self._page(world.several(token), query)
            case ["events", _, "tokens", _]:
                self._answer(token)
            case ["sessions", "active"]:
                self._answer(world.session())
            case _:
                self._answer({"message": "no such endpoint"}, 404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
        if self.path.endswith("/admissions"):
            self._answer(self.world.admit(body))
        elif self.path.endswith("/sessions"):
            self._answer(self.world.session())
        else:
            self._answer(self.world.token | {"sections": self.world.permitted})

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer({})

    do_DELETE = do_PUT  # noqa: N815 - http.server's name

    def _page(self, entries: list[Any], query: dict[str, str]) -> None:
        world, page, records = self.world, int(query.get("page", 1)), int(query.get("records", 25))
        world.asked.append((urlsplit(self.path).path, records))
        if world.refused_over is not None and records > world.refused_over:
            self._answer({"error": "too many records"}, 400)
            return
        records = min(records, world.cut_at or records)
        shown = entries[(page - 1) * records : page * records]
        total = len(entries) + world.hidden
        if world.endless:
            number = page if world.endless == "new" else 1
            shown = [each | {"self": f"{each['self']}{number:05}"} for each in entries]
            total, records = 10**9, len(shown)
        if page > 1 and not shown:
            self._answer({"error": "The specified page does not exist"}, 404)
            return
        self._answer({"total": total, "page": page, "records": records, "entries": shown})

    def _answer(self, body: Any, status: int = 200) -> None:
        if self.world.refusal:
            status, body = self.world.refusal
        content = json.dumps(body).encode()
        self.send_response_only(status)
        self.send_header("Date", self.date_time_string())
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def contract_server(world: World) -> Iterator[str]:
    """Serve a world on the loopback; yields the API's address."""
    handler = type("Handler", (_Handler,), {"world": world})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
