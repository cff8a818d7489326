"""A client with the key of whatever session is open now."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scanner.store import cache
from scanner.store.cache import StoredSession
from scanner.store.writer import Writer
from scanner.sync.credentials import GateSecret, Keys, keep, recall
from scanner.sync.errors import NoSession

if TYPE_CHECKING:
    from scanner.ticketing.client import TickeTing

Connect = Callable[[str, str], "TickeTing"]
"""Makes a client from an address and a key."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The session, its secret, and the client that works with them."""

    session: StoredSession
    secret: GateSecret
    api: "TickeTing"


class Connection:
    """Keeps one client, and makes another when another session was opened."""

    def __init__(self, writer: Writer, keys: Keys, connect: Connect) -> None:
        self._writer = writer
        self._keys = keys
        self._connect = connect
        self._current: Connected | None = None

    async def current(self) -> Connected:
        """Return the session as it stands now, and its client.

        Raises:
            NoSession: none is open, or its secret is gone.
        """
        session = await self._writer.run(cache.read_session)
        if session is None:
            raise NoSession
        held = self._current
        if held is None or held.session.opened != session.opened:
            await self.close()
            secret = await asyncio.to_thread(recall, self._keys, session)
            if secret is None:
                raise NoSession
            held = Connected(session, secret, self._connect(secret.api, secret.key))
        self._current = Connected(session, held.secret, held.api)
        return self._current

    async def renew(self, secret: GateSecret) -> None:
        """Keep the key that the API has given in place of the one before."""
        await asyncio.to_thread(keep, self._keys, secret)
        await self.close()

    async def close(self) -> None:
        """Close the client; the next use reads the secret anew."""
        held, self._current = self._current, None
        if held:
            await held.api.close()
