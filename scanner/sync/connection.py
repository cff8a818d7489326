"""The client of the session that is open now."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from scanner.store import sessions
from scanner.store.sessions import StoredSession
from scanner.store.writer import Writer
from scanner.sync import credentials
from scanner.sync.api import Client
from scanner.sync.credentials import GateCredentials, Keys
from scanner.sync.errors import NoSession

Connect = Callable[[str, str], Client]
"""Makes a client from an address and a key."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The session, its credentials, and the client that works with them."""

    session: StoredSession
    credentials: GateCredentials
    api: Client


class Connection:
    """Keeps one client, and replaces it when another session was opened."""

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
            found = await asyncio.to_thread(credentials.load, self._keys, session)
            if found is None:
                raise NoSession
            held = Connected(session, found, self._connect(found.api, found.key))
        self._current = Connected(session, held.credentials, held.api)
        return self._current

    async def renew(self, renewed: GateCredentials) -> None:
        """Save the key that the API has given in place of the one before."""
        await asyncio.to_thread(credentials.save, self._keys, renewed)
        await self.close()

    async def close(self) -> None:
        """Close the client; the next use reads the credentials again."""
        held, self._current = self._current, None
        if held:
            await held.api.close()
