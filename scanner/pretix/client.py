"""The calls of pretix's API that this program makes, over httpx."""

import platform
from collections.abc import AsyncGenerator, Callable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from scanner import __version__
from scanner.facts import Fact
from scanner.platform.answers import printable
from scanner.platform.connection import Answer, Connection, Query, address, header_safe
from scanner.platform.errors import (
    ApiFault,
    BadRequest,
    FieldFault,
    ListError,
    Malformed,
    NoSuchPage,
    NotFound,
)
from scanner.platform.field_types import NUMBERS_END
from scanner.platform.server_time import in_utc
from scanner.platform.tolerant_reader import FieldError
from scanner.pretix.own_words import OWN_WORDS

API = "api/v1/"
"""Below the server's address."""

PAGE_SIZE = 50
"""Entries that pretix puts on a page at most (2026.8)."""

MOST_PAGES = 200
"""Of a list that is read to its end."""

_BAD_REQUEST, _NOT_FOUND, _NOT_MODIFIED = 400, 404, 304
_REFUSES = (_BAD_REQUEST, _NOT_FOUND)
_GRANTED, _REFUSED, _UNDECIDED = "ok", "error", ("incomplete", "exchange")
"""What the answer to a redemption says of the ticket (pretix 2026.8)."""

_ONE_SECOND = timedelta(seconds=1)
_LONGEST_DETAIL = 190
"""Characters of what a new device tells of itself (pretix 2026.8)."""

T = TypeVar("T")


class Pretix:
    """A connection to a pretix with a device's key, or without one; an async context manager.

    Every call raises a `TicketingError` where it fails; httpx's own errors never come out.

    Args:
        url: the server's address, as pretix shows it.
        key: the device's.
        timeout: seconds between two bytes.
        transport: in place of httpx's own.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        timeout: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = address(url)
        # Its own words are known in English alone.
        headers = {"Accept-Language": "en"}
        if key:
            headers["Authorization"] = f"Device {header_safe(key)}"
        base = self.url.copy_with(path=f"{self.url.path}{API}")
        self._http = Connection(
            base, headers, own_words=OWN_WORDS, timeout=timeout, transport=transport
        )

    async def __aenter__(self) -> "Pretix":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def initialize(self, token: str) -> Answer:
        """Use a new device's one-time token; a 400 is an answer too."""
        brand, model = platform.system() or "computer", platform.machine() or "computer"
        body = {
            "token": token,
            "hardware_brand": brand[:_LONGEST_DETAIL],
            "hardware_model": model[:_LONGEST_DETAIL],
            "software_brand": "scanner",
            "software_version": __version__,
        }
        return await self._http.call("POST", "device/initialize", body, accepted={400})

    async def device_info(self) -> Any:
        """Read what the device is told of itself."""
        return (await self._http.call("GET", "device/info")).body

    async def one(self, path: str) -> Any:
        """Read one object."""
        return (await self._http.call("GET", path)).body

    async def page(self, path: str, query: Query) -> Answer:
        """Read one page of a list.

        Raises:
            NoSuchPage: it has no such page.
        """
        return await self._http.call("GET", path, query=query)

    async def redeem(self, organizer: str, body: Mapping[str, Any]) -> Answer:
        """Tell of an entry or an exit; a verdict that refuses it is an answer too.

        Raises:
            BadRequest, NotFound: a refusal that is none of the ticket's.
            Malformed: an answer that says neither yes nor no.
        """
        path = f"organizers/{quoted(organizer)}/checkinrpc/redeem/"
        answer = await self._http.call("POST", path, body, accepted={400, 404})
        if _is_verdict(answer):
            return answer
        if answer.status not in _REFUSES:
            raise malformed(FieldError("status", FieldFault.MISSING))
        kind = BadRequest if answer.status == _BAD_REQUEST else NotFound
        raise kind(status=answer.status, said=_said(answer.body))

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Send an object."""
        return (await self._http.call("POST", path, body)).body

    async def if_changed(self, path: str, since: str | None) -> tuple[list[Any] | None, str | None]:
        """Read a list to its end, unless it is as it was at a time of the server's.

        Args:
            path: the list's.
            since: what an earlier reading has returned as its time, if there was one.

        Returns:
            The entries, or nothing where they are the same; and their time, where it was told and
            is so old that a change since would have another one.
        """
        headers = {"If-Modified-Since": since} if since else None
        answer, content = await self._http.ask("GET", path, headers=headers)
        if since and answer.status_code == _NOT_MODIFIED:
            return None, since
        body = self._http.read(answer, content)
        found = results(body)
        if body.get("next"):
            found = await self.entries(path)
        return found, _steady_time(answer.headers)

    async def entries(self, path: str, query: Query | None = None) -> list[Any]:
        """Read a list to its end; what moved meanwhile may be in it twice.

        Raises:
            ListError: it has no end.
            Malformed: a page is none.
        """
        return [each async for page in self.pages(path, query or {}) for each in page]

    async def pages(self, path: str, query: Query) -> AsyncGenerator[list[Any], None]:
        """Read a list page by page; as `entries`."""
        came = 0
        for number in range(1, MOST_PAGES + 1):
            try:
                body = (
                    await self._http.call("GET", path, query={**query, "page": str(number)})
                ).body
            except NoSuchPage:
                return
            page = results(body)
            came += len(page)
            yield page
            if not page or not body.get("next"):
                return
        raise ListError(ApiFault.LIST_ENDLESS, came=came, total=count(body))


def _is_verdict(answer: Answer) -> bool:
    """Tell whether an answer says what becomes of a ticket.

    A network's own page may be `ok` or an `error` too; pretix names what it has let in, and the
    reason why not.
    """
    found = answer.body if isinstance(answer.body, Mapping) else {}
    said = found.get("status")
    if said == _GRANTED:
        return "position" in found and answer.status not in _REFUSES
    return said in _UNDECIDED or (said == _REFUSED and isinstance(found.get("reason"), str))


def generated(answer: Answer) -> datetime | None:
    """Return when pretix began to read a page's entries, in UTC; else when it answered."""
    try:
        return in_utc(datetime.fromisoformat(answer.headers.get("x-page-generated", "")))
    except (ValueError, OverflowError):
        return answer.server_time


def _steady_time(headers: Mapping[str, str]) -> str | None:
    """Return when a list was last changed, by whole seconds, if that second is over."""
    text = headers.get("last-modified", "")
    try:
        changed = parsedate_to_datetime(text)
        now = parsedate_to_datetime(headers.get("date", ""))
        return text if now - changed > _ONE_SECOND else None
    except (ValueError, TypeError, OverflowError):
        return None


def _said(body: Any) -> str:
    """Return what a refused request's answer says: of its fields, or as a list alone."""
    fields = body if isinstance(body, Mapping) else {"": body}
    parts = [
        f"{name}: {_texts(found)}" if name else _texts(found) for name, found in fields.items()
    ]
    return printable("; ".join(parts))


def _texts(found: Any) -> str:
    parts = found if isinstance(found, list) else [found]
    return " ".join(each for each in parts if isinstance(each, str))


def results(body: Any) -> list[Any]:
    """Return the entries of a page.

    Raises:
        Malformed: it is none.
    """
    found = body.get("results") if isinstance(body, Mapping) else None
    if not isinstance(found, list):
        raise malformed(FieldError("results", FieldFault.NO_LIST))
    return found


def count(body: Any) -> int:
    """Return how many entries a page's list has by its own word; 0 where that can't be read."""
    found = body.get("count") if isinstance(body, Mapping) else None
    if not isinstance(found, int) or isinstance(found, bool):
        return 0
    return found if 0 <= found < NUMBERS_END else 0


def shaped(read: Callable[[Any], T], body: Any) -> T:
    """Read an answer.

    Raises:
        Malformed: it lacks what it needs.
    """
    try:
        return read(body)
    except FieldError as error:
        raise malformed(error) from error


def malformed(error: FieldError) -> Malformed:
    """Return what an answer that can't be read is raised as."""
    return Malformed(ApiFault.MALFORMED, field=error.name, problem=Fact(error.problem))


def quoted(part: str) -> str:
    """Return a part of a path as an address has it."""
    return quote(part, safe="", errors="replace")
