"""The sessions that a gate was opened with before, in the key store, so that it can go back."""

import json
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from scanner.platform.access import GateCredentials
from scanner.sync.credentials import Keys, knowing

_NAME = "gates"
_MOST = 12
"""Sessions that are kept; of more, those that were opened longest ago are forgotten."""


class Earlier(NamedTuple):
    """A session that a gate can go back to; no secret is in it."""

    api: str
    event: str
    title: str
    platform: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A session's credentials, and its event's title."""

    credentials: GateCredentials
    title: str

    @property
    def session(self) -> Earlier:
        """What may be shown of it."""
        held = self.credentials
        return Earlier(held.api, held.event, self.title, held.platform)


def keep(keys: Keys, credentials: GateCredentials, title: str) -> None:
    """Keep a session in front of the others, in place of an earlier one of its event.

    Raises:
        KeyStoreError: the key store can't be read or written.
    """
    newest = Kept(credentials, title)
    ours = newest.session[:2]
    found = [newest, *(each for each in kept(keys) if each.session[:2] != ours)]
    told = [{"title": each.title, **asdict(each.credentials)} for each in found[:_MOST]]
    keys.set(_NAME, json.dumps(told))


def knowing_all(keys: Keys, new: GateCredentials) -> GateCredentials:
    """Return new credentials that know the numbers which the kept ones had of the same organiser.

    Raises:
        KeyStoreError: the key store can't be read.
    """
    for each in reversed(kept(keys)):
        new = knowing(each.credentials, new)
    return new


def kept(keys: Keys) -> list[Kept]:
    """Return the sessions that are kept, the last opened first; what can't be read is none.

    Raises:
        KeyStoreError: the key store can't be read.
    """
    try:
        found = json.loads(keys.get(_NAME) or "[]")
    except ValueError:
        return []
    read = map(_read, found if isinstance(found, list) else [])
    return [each for each in read if each]


def _read(told: Any) -> Kept | None:
    try:
        title, former = told.pop("title"), tuple(told.pop("former", ()))
        credentials = GateCredentials(**told, former=former)
    except (TypeError, KeyError, AttributeError):
        return None
    texts = (title, credentials.api, credentials.event, credentials.code, credentials.key)
    return Kept(credentials, title) if all(isinstance(each, str) for each in texts) else None
