"""Every call of the API that this program makes, over httpx."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast
from urllib.parse import quote

import httpx

from scanner.facts import Fact
from scanner.platform import answers
from scanner.platform.access import Pause, without_pause
from scanner.platform.connection import Connection, address, header_safe
from scanner.platform.errors import ApiFault, Malformed
from scanner.platform.paged_list import PageSize
from scanner.platform.resources import Admission, Page
from scanner.platform.tolerant_reader import FieldError, Gaps
from scanner.ticketing import models
from scanner.ticketing.own_words import OWN_WORDS
from scanner.ticketing.resources import Event, Granted, PersonSession, Ticket, Token, TokenGrant

CLIENT_VERSION = "3.0.0"
"""What `X-Client-Version` says (API reference 3.0.0)."""

T = TypeVar("T")


class TickeTing:
    """A connection to the API with one key; use as an async context manager.

    Every call raises a `TicketingError` where it fails; httpx's own errors never come out.

    Args:
        url: the API's address.
        key: what it is asked with.
        timeout: seconds between two bytes.
        transport: in place of httpx's own.
        pause: awaited again and again while a list is read, which takes the interpreter for
            milliseconds: it comes back when nobody waits for that.
        page_size: what is known of the server's pages.

    Attributes:
        page_size: the same, for those who read its lists to their end.
    """

    def __init__(
        self,
        url: str,
        key: str | None,
        *,
        timeout: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
        pause: Pause = without_pause,
        page_size: PageSize | None = None,
    ) -> None:
        self._pause = pause
        self.page_size = page_size or PageSize()
        self.url = address(url)
        headers = {"X-Client-Version": CLIENT_VERSION}
        if key:
            headers["X-API-Key"] = header_safe(key)
        self._http = Connection(
            self.url, headers, own_words=OWN_WORDS, timeout=timeout, transport=transport
        )

    async def __aenter__(self) -> "TickeTing":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def token_grant(self, code: str) -> TokenGrant:
        """Exchange a token's code for its key, event and sections."""
        body, _ = await self._call("GET", f"/tokens/{_quoted(code)}")
        return _shaped(lambda found: models.read_grant(found, self.url.path), body)

    async def event(self, uri: str) -> Event:
        """Read an event with its sections."""
        body, _ = await self._call("GET", uri)
        return _shaped(lambda found: models.read_event(found, self.url.path, asked=uri), body)

    async def events(
        self,
        *,
        records: int = 25,
        page: int = 1,
        title: str | None = None,
        status: str | None = None,
    ) -> Page[Event]:
        """Read one page of the events that the key may see, the next one first."""
        order = {"sort": "start", "title": title, "status": status}
        return await self._page("/events", self._listed_event, page, records, **order)

    async def published_events(
        self, *, records: int = 25, page: int = 1, title: str | None = None
    ) -> Page[Event]:
        """Read one page of the events that are open to everybody."""
        read = self._listed_event
        return await self._page("/published-events", read, page, records, title=title)

    async def tickets(
        self,
        event: str,
        *,
        page: int = 1,
        records: int = 500,
        modified_since: datetime | None = None,
    ) -> Page[Ticket]:
        """Read one page of the tickets of the key's sections, changed since a time or all."""
        since = modified_since.isoformat(timespec="seconds") if modified_since else None

        def read(found: Any, gaps: Gaps) -> Ticket:
            return models.read_ticket(found, event, gaps)

        return await self._page(f"{event}/tickets", read, page, records, modified_since=since)

    async def admissions(
        self,
        event: str,
        *,
        page: int = 1,
        records: int = 500,
        redeemer: str | None = None,
        device: str | None = None,
        ticket: str | None = None,
        patron: str | None = None,
        section: str | None = None,
    ) -> Page[Admission]:
        """Read one page of the event's admissions; the filters narrow it."""

        def read(found: Any, gaps: Gaps) -> Admission:
            return models.read_admission(found, event, gaps)

        return await self._page(
            f"{event}/admissions",
            read,
            page,
            records,
            redeemer=redeemer,
            device=device,
            ticket=ticket,
            patron=patron,
            section=section,
        )

    async def admit(
        self, event: str, *, redeemer: str, device: str, serials: Sequence[str]
    ) -> Granted:
        """Post one batch; the answer names those that were granted.

        Raises:
            BadRequest: none of the serials grants admission.
        """
        batch = {"redeemer": redeemer, "device": device, "serials": list(serials)}
        body, at = await self._call("POST", f"{event}/admissions", batch)

        def read(found: Any) -> Granted:
            entries, faults = models.read_entries(found, models.read_receipt, "admissions")
            return Granted(entries, faults, at)

        return _shaped(read, body)

    async def issue_token(self, event: str, sections: Sequence[str]) -> Token:
        """Issue a token for sections, by URI."""
        body, _ = await self._call("POST", f"{event}/tokens", {"sections": list(sections)})
        return _shaped(lambda found: models.read_token(found, event), body)

    async def tokens(
        self, event: str, *, page: int = 1, records: int = 25, is_global: bool | None = None
    ) -> Page[Token]:
        """Read one page of the event's tokens, the global one first; or only it, or the others."""
        wanted = None if is_global is None else str(is_global).lower()

        def read(found: Any, gaps: Gaps) -> Token:
            return models.read_token(found, event, gaps)

        return await self._page(f"{event}/tokens", read, page, records, **{"global": wanted})

    async def token(self, event: str, identifier: str) -> Token:
        """Read one token."""
        body, _ = await self._call("GET", f"{event}/tokens/{_quoted(identifier)}")
        return _shaped(lambda found: models.read_token(found, event), body)

    async def update_token(self, event: str, identifier: str, sections: Sequence[str]) -> None:
        """Give a token other sections, by URI."""
        uri = f"{event}/tokens/{_quoted(identifier)}"
        await self._call("PUT", uri, {"sections": list(sections)})

    async def revoke_token(self, event: str, identifier: str) -> None:
        """Invalidate a token."""
        await self._call("DELETE", f"{event}/tokens/{_quoted(identifier)}")

    async def start_session(self, identification: str, password: str) -> PersonSession:
        """Start a person's session by user name or e-mail."""
        credentials = {"identification": identification, "password": password}
        body, _ = await self._call("POST", "/sessions", credentials)
        return _shaped(models.read_person_session, body)

    async def active_session(self) -> PersonSession:
        """Read the session that the key belongs to."""
        body, _ = await self._call("GET", "/sessions/active")
        return _shaped(models.read_person_session, body)

    async def end_session(self) -> None:
        """End the session that the key belongs to."""
        await self._call("DELETE", "/sessions/active")

    def _listed_event(self, found: Any, gaps: Gaps) -> Event:
        event = models.read_event(found, self.url.path)
        gaps += [FieldError(each.field, each.problem) for each in event.gaps]
        return event

    async def _page(
        self,
        uri: str,
        read: models.Reader[T],
        page: int,
        records: int,
        **filters: str | None,
    ) -> Page[T]:
        given = {name: value for name, value in filters.items() if value is not None}
        query = {"page": str(page), "records": str(records), **given}
        answer, content = await self._http.ask("GET", uri, query=query)
        await self._pause()
        body, at = self._http.read(answer, content), answers.server_time(answer)
        pieces = models.read_page_in_pieces(body, read, at)
        while True:
            await self._pause()
            try:
                _shaped(next, pieces)
            except StopIteration as end:
                return cast("Page[T]", end.value)

    async def _call(self, method: str, uri: str, body: Any = None) -> tuple[Any, datetime | None]:
        answer = await self._http.call(method, uri, body)
        return answer.body, answer.server_time


def _shaped(read: Callable[[Any], T], body: Any) -> T:
    try:
        return read(body)
    except FieldError as error:
        problem = Fact(error.problem)
        raise Malformed(ApiFault.MALFORMED, field=error.name, problem=problem) from error


def _quoted(part: str) -> str:
    return quote(part, safe="", errors="replace")
