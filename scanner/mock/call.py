"""A request as its handler gets it, its caller, and the response."""

import json
import random
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from scanner.mock import errors, forms

Entry = TypeVar("Entry")

DEFAULT_RECORDS = 25
LARGEST_RECORDS = 100_000
"""The contract has no maximum; this one bounds a response's size."""


@dataclass(frozen=True)
class Page:
    """A requested page: `number` counts from 1, `records` is its size, zero or more."""

    number: int
    records: int

    @property
    def offset(self) -> int:
        """Entries before this page."""
        return (self.number - 1) * self.records


def asked_page(query: Mapping[str, str]) -> Page:
    """Read the page from a query; 404 for a page below 1, 400 for malformed `records`."""
    records = query.get("records", str(DEFAULT_RECORDS)).strip()
    if not _is_count(records) or int(records) > LARGEST_RECORDS:
        raise errors.invalid("records")
    number = query.get("page", "1").strip()
    if not _is_count(number) or int(number) < 1:
        raise errors.page_not_positive()
    return Page(int(number), int(records))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 15  # noqa: PLR2004 - fits in 64 bits


@dataclass(frozen=True)
class Person:
    """A caller with the key of a session or an integration: has an account's rights."""

    account: int
    administrator: bool


@dataclass(frozen=True)
class Gate:
    """A caller with an admission token's key: may use its event and sections only."""

    token: int
    event: int
    everywhere: bool


@dataclass(frozen=True)
class Stranger:
    """A caller with an unknown or ended key."""


_ENCODE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

Caller = Person | Gate | Stranger


@dataclass
class Faults:
    """What this server does that the contract doesn't say.

    Attributes:
        armed: how many of the next requests fail with a server error.
        strays: how many of the next requests for a token get a 404 that is not about the token.
        page_records: the entries of the longest page, cut silently; 0 for no limit.
        name_characters: where names of guards and devices are cut; 0 for no limit.
    """

    armed: int = 0
    strays: int = 0
    page_records: int = 0
    name_characters: int = 0

    def cut_page(self, query: Mapping[str, str]) -> Mapping[str, str]:
        """Return a query as if it had asked for no longer page than there is."""
        asked = query.get("records", "")
        if self.page_records and _is_count(asked) and int(asked) > self.page_records:
            return {**query, "records": str(self.page_records)}
        return query

    def cut_name(self, name: str) -> str:
        """Return a name as it is kept."""
        return name[: self.name_characters].strip() if self.name_characters else name


@dataclass(frozen=True)
class Call:
    """One request: `path` has the URI's identifiers; `base` is the server's URL without a slash."""

    world: sqlite3.Connection
    rng: random.Random
    caller: Caller
    key: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, object]
    base: str
    now: datetime
    faults: Faults

    def id(self, name: str) -> int:
        """Return the URI's identifier `name`; 404 where it is malformed."""
        found = forms.identifier(self.path[name])
        if found is None:
            raise errors.no_resource()
        return found

    def person(self) -> Person:
        """Return the caller, if it has an account; a gate gets 403."""
        if not isinstance(self.caller, Person):
            raise errors.restricted()
        return self.caller

    def administrator(self) -> Person:
        """Return the caller, if it administers the platform; 403 otherwise."""
        person = self.person()
        if not person.administrator:
            raise errors.restricted()
        return person


@dataclass(frozen=True)
class JsonResponse:
    """An HTTP status and a JSON text; an empty text means no body."""

    status: int
    text: str


def answer(value: object, status: int = 200) -> JsonResponse:
    """Return a response with `value` as JSON."""
    return JsonResponse(status, dump(value))


def created(value: object) -> JsonResponse:
    """Return the response to a POST that created a resource."""
    return answer(value, 201)


def gone() -> JsonResponse:
    """Return the response to a DELETE."""
    return JsonResponse(204, "")


def dump(value: object) -> str:
    """Return `value` as compact JSON."""
    return _ENCODE(value)


def caller_of(world: sqlite3.Connection, key: str) -> Caller:
    """Return the caller that a key belongs to."""
    gate = world.execute("SELECT id, event, global FROM token WHERE key = ?", (key,)).fetchone()
    if gate is not None:
        return Gate(gate["id"], gate["event"], bool(gate["global"]))
    person = world.execute(
        "SELECT account, administrator FROM api_key JOIN account ON account.id = api_key.account"
        " WHERE key = ? AND NOT ended",
        (key,),
    ).fetchone()
    if person is None:
        return Stranger()
    return Person(person["account"], bool(person["administrator"]))


def administers(world: sqlite3.Connection, caller: Caller, host: int) -> bool:
    """Tell whether the caller may manage a host's events."""
    if not isinstance(caller, Person):
        return False
    if caller.administrator:
        return True
    found = world.execute(
        "SELECT 1 FROM host_administrator WHERE host = ? AND account = ?", (host, caller.account)
    ).fetchone()
    return found is not None


def collection(page: Page, total: int, entries: Callable[[], Sequence[str]]) -> JsonResponse:
    """Return one page of `total` entries; `entries` is called for the page's own."""
    if page.records == 0:
        return JsonResponse(200, dump({"total": total}))
    if page.number > 1 and page.offset >= total:
        raise errors.page_beyond_last()
    head = dump({"total": total, "page": page.number, "records": page.records})[:-1]
    return JsonResponse(200, f'{head},"entries":[{",".join(entries())}]}}')


def slice_of(
    query: Mapping[str, str], found: Sequence[Entry], show: Callable[[Entry], object]
) -> JsonResponse:
    """Return one page of a list in memory, each entry converted by `show`."""
    page = asked_page(query)
    here = found[page.offset : page.offset + page.records]
    return collection(page, len(found), lambda: [dump(show(entry)) for entry in here])
