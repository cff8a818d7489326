"""A gate's credentials, in the system's key store and never in the database, and their client."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Protocol

from scanner.platform.access import GateCredentials
from scanner.platform.connection import address
from scanner.platform.errors import NoSuchToken, Restricted, Revoked, TicketingError
from scanner.platform.protocol import Platform
from scanner.store import sessions
from scanner.store.sessions import TICKETING, StoredSession
from scanner.store.writer import Writer
from scanner.sync.errors import NoSession

Connect = Callable[[GateCredentials, str], Platform]
"""Makes what works at the session's platform, for a device's name as it is sent."""

_NAME = "gate"
_REFUSED_SECONDS = 60.0
_REFUSED_TRIES = 3


class Keys(Protocol):
    """Where secrets are kept; `scanner.keystore.KeyStore` is one."""

    def get(self, name: str) -> str | None:
        """Return a secret, or nothing."""

    def set(self, name: str, secret: str) -> None:
        """Keep a secret."""


def save(keys: Keys, credentials: GateCredentials) -> None:
    """Save a session's credentials in place of the ones before.

    Raises:
        KeyStoreError: the key store can't be written.
    """
    keys.set(_NAME, json.dumps(asdict(credentials)))


def load(keys: Keys, session: StoredSession) -> GateCredentials | None:
    """Return the session's credentials; nothing where there are none, or another session's.

    Raises:
        KeyStoreError: the key store can't be read.
    """
    credentials = _load(keys)
    ours = credentials and (credentials.api, credentials.event) == (session.api, session.event)
    return credentials if ours else None


def succeeding(keys: Keys, new: GateCredentials) -> GateCredentials:
    """Return new credentials that know the numbers which this gate had before as a device.

    An organiser numbers the devices: another's numbers say nothing.

    Raises:
        KeyStoreError: the key store can't be read.
    """
    before = _load(keys)
    return knowing(before, new) if before else new


def knowing(before: GateCredentials, new: GateCredentials) -> GateCredentials:
    """Return new credentials that know the numbers which earlier ones had of the same organiser."""
    if before.number is None or new.number is None:
        return new
    if (before.platform, before.api, _owner(before)) != (new.platform, new.api, _owner(new)):
        return new
    known = dict.fromkeys((*new.former, *before.former, before.number))
    return replace(new, former=tuple(each for each in known if each != new.number))


def _owner(held: GateCredentials) -> str:
    """Return the part of an event's URI that names whose event it is."""
    return held.event.partition("/events/")[0]


def application_key(keys: Keys, api: str) -> str | None:
    """Return the application's key that this gate was opened with, at this API and no other.

    Raises:
        KeyStoreError: the key store can't be read.
    """
    credentials = _load(keys)
    return credentials.application if credentials and credentials.api == str(address(api)) else None


def _load(keys: Keys) -> GateCredentials | None:
    try:
        found = json.loads(keys.get(_NAME) or "")
        return GateCredentials(
            found["api"],
            found["event"],
            found["code"],
            found["key"],
            found.get("application"),
            found.get("number"),
            found.get("platform", TICKETING),
            tuple(found.get("former", ())),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


@dataclass(slots=True)
class TokenCheck:
    """Tells a token that is dead from a refusal that may pass.

    Only the platform's own words count: that the code belongs to no token, at once; that the access
    is restricted or was ended, when nothing else was said for a minute. What a proxy answers
    closes no gate.
    """

    monotonic: Callable[[], float] = time.monotonic
    _refused: list[float] = field(default_factory=list, init=False)

    def is_dead_after(self, error: TicketingError) -> bool:
        """Learn how asking for the token failed, and tell whether that means that it is dead."""
        if not isinstance(error, Restricted | Revoked):
            self._refused.clear()
            return isinstance(error, NoSuchToken)
        self._refused.append(self.monotonic())
        lasted = self._refused[-1] - self._refused[0]
        return len(self._refused) >= _REFUSED_TRIES and lasted >= _REFUSED_SECONDS

    def passed(self) -> None:
        """Learn that the API took the token."""
        self._refused.clear()


@dataclass(frozen=True, slots=True)
class Connected:
    """The session, its credentials, and what works with them at its platform."""

    session: StoredSession
    credentials: GateCredentials
    platform: Platform


class Connection:
    """Keeps one platform's client, and replaces it when another session was opened."""

    def __init__(self, writer: Writer, keys: Keys, connect: Connect) -> None:
        self._writer = writer
        self._keys = keys
        self._connect = connect
        self._current: Connected | None = None

    async def current(self) -> Connected:
        """Return the session as it stands now, and its client.

        Raises:
            NoSession: none is open, or its credentials are gone.
        """
        session = await self._writer.run(sessions.read_session)
        if session is None:
            raise NoSession
        held = self._current
        if held is None or held.session.opened != session.opened:
            await self.close()
            found = await asyncio.to_thread(load, self._keys, session)
            if found is None:
                raise NoSession
            standing = await self._writer.run(sessions.read_standing)
            platform = self._connect(found, standing.device or session.device)
            held = Connected(session, found, platform)
        self._current = Connected(session, held.credentials, held.platform)
        return self._current

    async def renew(self, renewed: GateCredentials) -> None:
        """Save the key that the API has given in place of the one before."""
        await asyncio.to_thread(save, self._keys, renewed)
        await self.close()

    async def close(self) -> None:
        """Close the client; the next use reads the credentials again."""
        held, self._current = self._current, None
        if held:
            await held.platform.close()
