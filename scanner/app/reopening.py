"""Opens a gate that stands with another token, check-in list or device."""

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from scanner.app.earlier_sessions import EarlierSessions
from scanner.app.platforms import provider_of
from scanner.config import Config
from scanner.facts import Fact
from scanner.keystore import KeyStore
from scanner.platform.access import PRETIX
from scanner.store.sessions import TICKETING, StoredSession, read_session
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.credentials import load as load_credentials
from scanner.sync.earlier import Earlier
from scanner.sync.errors import NoSession, OtherEvent, OtherPlatform
from scanner.wording.catalogue import language

if TYPE_CHECKING:
    from scanner.platform.access import Request
    from scanner.pretix.choices import Choices
    from scanner.pretix.resources import Device, ListPath
    from scanner.pretix.setup import NewDevice
    from scanner.sync.opening import Opened


class GateChoice(NamedTuple):
    """A check-in list, or a session of before, that a gate may be opened for.

    Attributes:
        code: opens it; no secret.
        event: the title.
        name: the list's, or the server's.
        cautions: what the gate can't judge there.
        is_open: whether the gate is open for it now.
    """

    code: str
    event: str
    name: str
    cautions: tuple[Fact, ...] = ()
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Reopening:
    """Opens the gate for the same guard and device; each method blocks."""

    config: Config
    writer: Writer
    keys: KeyStore

    def __call__(self, code: str, other_event: bool) -> "Opened":
        """Open the gate with a token's code, a new device's text or a choice's code.

        Raises:
            OtherPlatform: it is no platform's that this gate is open at.
            OtherEvent: it is for another event, and that is not meant.
            ScannerError: what stood in the way.
        """
        from scanner.pretix.resources import read_list_path
        from scanner.pretix.setup import read_new_device
        from scanner.sync.opening import open_gate

        session, before = self._session(), self._before()
        if back := next((each for each in before.earlier() if _code_of(each) == code), None):
            if back.platform != session.platform:
                raise OtherPlatform
            if not other_event:
                raise OtherEvent(back.title)
            return before.go_back(back)
        new, path = read_new_device(code), read_list_path(code)
        if (PRETIX if new or path else TICKETING) != session.platform:
            raise OtherPlatform
        if new:
            code = self._as_new_device(new, session)
            path = read_list_path(code)
        if path:
            if not other_event and code != session.event:
                raise OtherEvent(self._name_of(path))
            request = self._at_list(self._device(), code, session)
        else:
            request = self._with_token(code, session)
            request = replace(request, event=None if other_event else session.event)
        provider = provider_of(session.platform, timeout=self.config.timeout_seconds)
        return asyncio.run(open_gate(request, provider, self.writer, self.keys, utc_now))

    def chooses(self) -> bool:
        """Tell whether the gate is opened for a list that is chosen; else a token says for what."""
        session = self.writer.submit(read_session).result()
        return session is not None and session.platform == PRETIX

    def lists(self) -> tuple[GateChoice, ...]:
        """Ask for the check-in lists that the gate may be opened for.

        Raises:
            ScannerError: what stood in the way.
        """
        return asyncio.run(self._lists(self._device(), self._session()))

    def earlier(self) -> tuple[GateChoice, ...]:
        """Return the sessions at its platform that it was open for before; no server is asked.

        Those at the server whose lists can be chosen are left out.

        Raises:
            ScannerError: the key store or the ledger can't be read.
        """
        session = self._session()
        listed = session.api if self.chooses() else None
        return tuple(
            GateChoice(_code_of(each), each.title, urlsplit(each.api).hostname or each.api)
            for each in self._before().earlier()
            if each.platform == session.platform and each.api != listed
        )

    async def _lists(self, device: "Device", session: StoredSession) -> tuple[GateChoice, ...]:
        from scanner.desk.device_setup import MOST_EVENTS, cautions, event_label

        async with self._choices(device) as choices:
            events = [
                await choices.lists_of(each) for each in (await choices.events())[:MOST_EVENTS]
            ]
        titles = [event.title for event in events]
        return tuple(
            GateChoice(
                each.path.at(device.url),
                event.title if titles.count(event.title) == 1 else event_label(event),
                each.name,
                tuple(cautions(each)),
                each.path.at(device.url) == session.event,
            )
            for event in events
            for each in event.lists
        )

    def _as_new_device(self, new: "NewDevice", session: StoredSession) -> str:
        """Set the new device up; return its list, which is that of the one before, if it can."""
        from scanner.desk.device_setup import Wanted, choose, set_up
        from scanner.pretix.resources import read_list_path

        async def chosen() -> str:
            device = await set_up(new, self.keys, timeout_seconds=self.config.timeout_seconds)
            path = read_list_path(session.event)
            ours = path and path.organizer == device.organizer and session.api.startswith(new.url)
            if ours and not new.place:
                return session.event
            async with self._choices(device) as choices:
                return (await choose(choices, Wanted(list=new.place))).path.at(device.url)

        return asyncio.run(chosen())

    def _name_of(self, path: "ListPath") -> str:
        """Return the names of a check-in list and its event, which are asked for."""

        async def asked() -> str:
            place = f"{path.event}/{path.number}"
            async with self._choices(self._device()) as choices:
                found = await choices.named(place)
                titles = [each.title for each in await choices.events() if each.slug == path.event]
            return ", ".join([*titles[:1], found.name if found else place])

        return asyncio.run(asked())

    def _at_list(self, device: "Device", uri: str, session: StoredSession) -> "Request":
        from scanner.desk.device_setup import request_at

        return request_at(device, uri, self.config, name=session.name, own_name=session.device)

    def _with_token(self, code: str, session: StoredSession) -> "Request":
        from scanner.desk.login import gate_key
        from scanner.platform.access import Request

        return Request(
            api=session.api,
            code=code,
            name=session.name,
            device=session.device,
            key=self._key_for(session),
            application=gate_key(session.api, self.config, self.keys),
            timeout=self.config.timeout_seconds,
            records=self.config.page_records,
            names=self.config.names,
        )

    def _key_for(self, session: StoredSession) -> str | None:
        """Return what to ask the server with: a login's or a given key, else the session's own."""
        from scanner.desk.login import key_at

        if known := key_at(session.api, self.config, self.keys):
            return known
        held = load_credentials(self.keys, session)
        return held.key if held else None

    def _before(self) -> EarlierSessions:
        return EarlierSessions(self.config, self.writer, self.keys)

    def _device(self) -> "Device":
        from scanner.desk.device_setup import kept_device

        return kept_device(self.keys)

    def _choices(self, device: "Device") -> "Choices":
        from scanner.pretix.choices import Choices

        return Choices(device, language(), timeout=self.config.timeout_seconds)

    def _session(self) -> StoredSession:
        session = self.writer.submit(read_session).result()
        if session is None:
            raise NoSession
        return session


def _code_of(earlier: Earlier) -> str:
    return f"{earlier.api} {earlier.event}"
