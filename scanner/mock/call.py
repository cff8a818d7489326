"""One request as its handler sees it, who sent it, and what is answered."""

import json
import random
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scanner.mock import errors, forms


@dataclass(frozen=True)
class Person:
    """The key of a session or an integration: an account's rights."""

    account: int
    administrator: bool


@dataclass(frozen=True)
class Gate:
    """The key of an admission token: the token's event and sections, and nothing else."""

    token: int
    event: int
    everywhere: bool


@dataclass(frozen=True)
class Stranger:
    """A key that means nothing (any more)."""


_ENCODE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode

Caller = Person | Gate | Stranger


@dataclass
class Faults:
    """How many of the next requests shall fail inside the server."""

    armed: int = 0


@dataclass(frozen=True)
class Call:
    """`path` holds the identifiers in the URI, `base` the server's own address without a slash."""

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
        """The identifier `name` in the URI; 404 when it is none."""
        found = forms.identifier(self.path[name])
        if found is None:
            raise errors.no_resource()
        return found

    def person(self) -> Person:
        """The caller, if it is one with an account; a gate is refused."""
        if not isinstance(self.caller, Person):
            raise errors.restricted()
        return self.caller

    def administrator(self) -> Person:
        """The caller, if it administers the platform."""
        person = self.person()
        if not person.administrator:
            raise errors.restricted()
        return person


@dataclass(frozen=True)
class JsonResponse:
    """An HTTP status and a JSON text; an empty text has no body."""

    status: int
    text: str


def answer(value: object, status: int = 200) -> JsonResponse:
    """`value` as JSON."""
    return JsonResponse(status, dump(value))


def created(value: object) -> JsonResponse:
    """The resource that a POST has made."""
    return answer(value, 201)


def gone() -> JsonResponse:
    """The resource is deleted."""
    return JsonResponse(204, "")


def dump(value: object) -> str:
    """Compact JSON."""
    return _ENCODE(value)


def caller_of(world: sqlite3.Connection, key: str) -> Caller:
    """Whom a key belongs to."""
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
    """Whether the caller may manage a host's events."""
    if not isinstance(caller, Person):
        return False
    if caller.administrator:
        return True
    found = world.execute(
        "SELECT 1 FROM host_administrator WHERE host = ? AND account = ?", (host, caller.account)
    ).fetchone()
    return found is not None
