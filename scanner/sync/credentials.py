"""A gate's credentials: in the system's key store, never in the database."""

import json
from dataclasses import dataclass, field
from typing import Protocol

from scanner.store.sessions import StoredSession

_NAME = "gate"


class Keys(Protocol):
    """Where secrets are kept; `scanner.keystore.KeyStore` is one."""

    def get(self, name: str) -> str | None:
        """Return a secret, or nothing."""

    def set(self, name: str, secret: str) -> None:
        """Keep a secret."""


@dataclass(frozen=True, slots=True)
class GateCredentials:
    """The token's code and the key that it gave, with the session that they belong to."""

    api: str
    event: str
    code: str = field(repr=False)
    key: str = field(repr=False)


def save(keys: Keys, credentials: GateCredentials) -> None:
    """Save a session's credentials in place of the ones before.

    Raises:
        KeyStoreError: the key store can't be written.
    """
    found = {
        "api": credentials.api,
        "event": credentials.event,
        "code": credentials.code,
        "key": credentials.key,
    }
    keys.set(_NAME, json.dumps(found))


def load(keys: Keys, session: StoredSession) -> GateCredentials | None:
    """Return the session's credentials; nothing where there are none, or another session's.

    Raises:
        KeyStoreError: the key store can't be read.
    """
    try:
        found = json.loads(keys.get(_NAME) or "")
        credentials = GateCredentials(found["api"], found["event"], found["code"], found["key"])
    except (ValueError, KeyError, TypeError):
        return None
    same = (credentials.api, credentials.event) == (session.api, session.event)
    return credentials if same else None
