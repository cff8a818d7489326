"""Goes back to a session that the gate was opened with before, with what was kept of it."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scanner.app.platforms import provider_of
from scanner.config import Config
from scanner.keystore import KeyStore
from scanner.platform.access import Request
from scanner.store.sessions import read_session
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.earlier import Earlier, Kept, kept
from scanner.sync.errors import NoSession

if TYPE_CHECKING:
    from scanner.sync.opening import Opened


@dataclass(frozen=True, slots=True)
class EarlierSessions:
    """The sessions of one gate; each method blocks."""

    config: Config
    writer: Writer
    keys: KeyStore

    def earlier(self) -> list[Earlier]:
        """Return those that the gate can go back to, the last opened first.

        Raises:
            ScannerError: the key store or the ledger can't be read.
        """
        return [each.session for each in self._others()]

    def go_back(self, to: Earlier) -> "Opened":
        """Open the gate for a session again, for the guard and the device of the present one.

        The server is asked first, as with a code: where it does not answer, or takes the kept
        access no more, everything stays as it is.

        Raises:
            NoSession: none is open, or that one is not kept.
            ScannerError: as `scanner.sync.opening.open_gate`.
        """
        from scanner.sync.opening import open_gate

        now = self.writer.submit(read_session).result()
        found = next((each for each in self._others() if each.session[:2] == to[:2]), None)
        if now is None or found is None:
            raise NoSession
        request = self._request(found, now.name, now.device)
        provider = provider_of(found.credentials.platform, timeout=self.config.timeout_seconds)
        return asyncio.run(open_gate(request, provider, self.writer, self.keys, utc_now))

    def _others(self) -> list[Kept]:
        now = self.writer.submit(read_session).result()
        ours = (now.api, now.event) if now else None
        return [each for each in kept(self.keys) if each.session[:2] != ours]

    def _request(self, found: Kept, name: str, device: str) -> Request:
        held = found.credentials
        return Request(
            api=held.api,
            code=held.code,
            name=name,
            device=device,
            # An application's key outlives that of a session, which a token's end takes along.
            key=held.application or held.key,
            timeout=self.config.timeout_seconds,
            records=self.config.page_records,
            names=self.config.names,
            application=held.application,
            event=held.event,
        )
