"""A plain way to call the server, and a world of one's own set up through the API."""

import itertools
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tests.mock.server import Ready

# Plain HTTP needs none, but making one for each request takes most of a test's time.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

_numbers = itertools.count(1)


class Api:
    """Calls with one key; `get` and the rest return the response as it is."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self.key = key
        self.headers = {"X-API-Key": key, "X-Client-Version": "3.0.0"}

    def call(self, method: str, path: str, body: object = None, **query: object) -> httpx.Response:
        return httpx.request(
            method,
            self.url.rstrip("/") + path,
            headers=self.headers,
            params={name: str(value) for name, value in query.items()},
            json=body,
            timeout=20,
            verify=NO_TLS,
        )

    def get(self, path: str, **query: object) -> httpx.Response:
        return self.call("GET", path, **query)

    def post(self, path: str, body: object) -> httpx.Response:
        return self.call("POST", path, body)

    def put(self, path: str, body: object) -> httpx.Response:
        return self.call("PUT", path, body)

    def delete(self, path: str) -> httpx.Response:
        return self.call("DELETE", path)

    def made(self, path: str, body: object) -> dict[str, Any]:
        response = self.post(path, body)
        assert response.status_code == 201, response.text
        made: dict[str, Any] = response.json()
        return made

    def entries(self, path: str, **query: object) -> list[dict[str, Any]]:
        response = self.get(path, **query)
        assert response.status_code == 200, response.text
        entries: list[dict[str, Any]] = response.json()["entries"]
        return entries

    def gate(self, code: str) -> "Api":
        """The same server with the key of the token `code`."""
        return Api(self.url, self.get(f"/tokens/{code}").json()["key"])

    def person(self) -> "Api":
        """The same server with the key of a new customer's session."""
        name = unique("patron")
        self.made("/accounts", {"username": name, "password": "secret"})
        session = self.made("/sessions", {"identification": name, "password": "secret"})
        return Api(self.url, session["key"])


@dataclass(frozen=True)
class Stage:
    """An event of one's own: its URI, its sections' whole URIs, and what else it stands on."""

    event: str
    sections: tuple[str, ...]
    host: str
    category: str
    region: str
    venue: str
    title: str


def unique(word: str) -> str:
    return f"{word} {next(_numbers)}"


def refused(response: httpx.Response) -> tuple[int, Mapping[str, str]]:
    return response.status_code, response.json()


def event_fields(stage: Stage, **changes: object) -> dict[str, object]:
    return {
        "host": stage.host.rsplit("/", 1)[-1],
        "title": unique("Night"),
        "description": "Music",
        "type": "Standard",
        "public": True,
        "category": stage.category,
        "subcategory": "Club",
        "venue": stage.venue,
        "start": "2034-06-07T20:00",
        "end": "2034-06-07T23:00",
        **changes,
    }


SECTION = {
    "description": "",
    "basePrice": 12.5,
    "salesStart": "2024-01-01T00:00:00Z",
    "salesEnd": "9999-12-31T23:59:59.999Z",
    "capacity": 50,
}


def set_up(api: Api, sections: int = 2, tickets: int = 0) -> Stage:
    """A draft event with its host, category, region and venue, and `tickets` in each section."""
    host = api.made("/hosts", {"name": unique("Host"), "contact": "Jo", "email": "jo@example.com"})
    category = api.made("/categories", {"name": unique("Category"), "subcategories": ["Club"]})
    region = api.made("/regions", {"name": unique("Region"), "country": "Antigua and Barbuda"})
    place = {"region": region["self"], "longitude": -61.8, "latitude": 17.1, "address": "Bay"}
    venue = api.made("/venues", {"name": unique("Venue"), **place})
    bare = Stage("", (), host["self"], category["self"], region["self"], venue["self"], "")
    event = api.made("/events", event_fields(bare))
    uris = []
    for _ in range(sections):
        made = api.made(f"{event['self']}/sections", {"name": unique("Section"), **SECTION})
        uris.append(event["self"] + made["self"])
    if tickets:
        api.made("/orders", {"items": dict.fromkeys(uris, tickets)})
    return Stage(
        event["self"],
        tuple(uris),
        host["self"],
        category["self"],
        region["self"],
        venue["self"],
        event["title"],
    )


def administrator(ready: Ready) -> Api:
    return Api(ready.url, ready.api_key)
