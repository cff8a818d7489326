"""How a gate gets its access to TickeTing: by an admission token's code."""

from dataclasses import replace

from scanner.admission.code_form import CodeForm
from scanner.platform.access import GateCredentials, Pause, Request, without_pause
from scanner.platform.connection import address
from scanner.platform.errors import (
    Forbidden,
    KeyNeeded,
    NoSuchToken,
    Unauthenticated,
    WrongCode,
)
from scanner.platform.paged_list import PagedList, PageSize
from scanner.platform.resources import Page, Scope
from scanner.store.sessions import TICKETING
from scanner.ticketing.client import TickeTing
from scanner.ticketing.platform import TicketingPlatform, scope_of
from scanner.ticketing.resources import Token, TokenGrant

_NO_CODE = "00000000"


class TicketingProvider:
    """TickeTing; `timeout` in seconds between two bytes, `pause` as for `TickeTing`."""

    name = TICKETING
    form = CodeForm.SERIAL
    passages = False

    def __init__(self, timeout: float = 10.0, pause: Pause = without_pause) -> None:
        self._timeout = timeout
        self._pause = pause

    async def authenticate(self, request: Request) -> tuple[GateCredentials, Scope]:
        """Exchange a token's code for its key, event and sections.

        Raises:
            WrongCode, KeyNeeded: from the API's answer to the code.
        """
        grant = await _grant(request)
        api = str(address(request.api))
        held = GateCredentials(api, grant.event, request.code, grant.key, request.application)
        async with TickeTing(request.api, grant.key, timeout=request.timeout) as client:
            event = await client.event(grant.event)
        return held, scope_of(grant, event)

    async def check_server(self, request: Request) -> None:
        """Ask whether the address is the API's, and whether it takes the key.

        It asks for a code that hardly any token has: that is the one thing that a gate needs the
        key for, and a key may be allowed nothing else.

        Raises:
            KeyNeeded: the key is not taken, or there is none.
        """
        try:
            await _grant(replace(request, code=_NO_CODE))
        except WrongCode:
            return

    def connect(self, credentials: GateCredentials, device: str) -> TicketingPlatform:  # noqa: ARG002 - the API is told it with each batch
        """Return what works at an event with a gate's credentials."""

        def client(key: str) -> TickeTing:
            return TickeTing(credentials.api, key, timeout=self._timeout, pause=self._pause)

        return TicketingPlatform(client, credentials)

    async def directory(
        self, request: Request, credentials: GateCredentials, scope: Scope
    ) -> TicketingPlatform | None:
        """Return what lists every section's tickets, by the event's global token.

        Nothing does without an application's or a person's key, or where the gate's own token
        permits them all.
        """
        if request.key is None:
            return None
        async with TickeTing(request.api, request.key, timeout=request.timeout) as api:

            async def ask(page: int, records: int) -> Page[Token]:
                return await api.tokens(scope.event, page=page, records=records, is_global=True)

            size = PageSize(request.records)
            tokens = await PagedList(ask, lambda each: each.uri, size, records=1).first()
            if tokens is None or not tokens.entries:
                return None
            code = tokens.entries[0].code
            whole = await api.token_grant(code)
        if whole.sections <= scope.permitted:
            return None
        return self.connect(replace(credentials, code=code, key=whole.key), request.device)


async def _grant(request: Request) -> TokenGrant:
    async with TickeTing(request.api, request.key, timeout=request.timeout) as api:
        try:
            return await api.token_grant(request.code)
        except NoSuchToken as error:
            raise WrongCode from error
        except (Unauthenticated, Forbidden) as error:
            raise KeyNeeded from error
