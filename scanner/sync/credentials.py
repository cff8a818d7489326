"""What the key store holds of a gate's session, and the database never does."""

import json
from dataclasses import dataclass, field
from typing import Protocol

from scanner.store.cache import StoredSession

_NAME = "gate"


class Keys(Protocol):
    """Where secrets are kept; `scanner.keystore.KeyStore` is one."""

    def get(self, name: str) -> str | None:
        """Return a secret, or nothing."""

    def set(self, name: str, secret: str) -> None:
        """Keep a secret."""


@dataclass(frozen=True, slots=True)
class GateSecret:
    """The token's code and the key that it gave, with the session that they belong to."""

    api: str
    event: str
    code: str = field(repr=False)
    key: str = field(repr=False)


def keep(keys: Keys, secret: GateSecret) -> None:
    """Keep a session's secret in place of the one before."""
    found = {"api": secret.api, "event": secret.event, "code": secret.code, "key": secret.key}
    keys.set(_NAME, json.dumps(found))


def recall(keys: Keys, session: StoredSession) -> GateSecret | None:
    """Return the session's secret; nothing where there is none, or another session's."""
    try:
        found = json.loads(keys.get(_NAME) or "")
        secret = GateSecret(found["api"], found["event"], found["code"], found["key"])
    except (ValueError, KeyError, TypeError):
        return None
    same = (secret.api, secret.event) == (session.api, session.event)
    return secret if same else None
