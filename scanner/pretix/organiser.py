"""What an organiser's team does over pretix's API, as far as a made-up evening takes it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, NamedTuple, Self

from scanner.facts import Fact
from scanner.platform.connection import Connection, address, header_safe
from scanner.platform.errors import ApiFault, FieldFault, Malformed
from scanner.pretix.client import API, quoted
from scanner.pretix.own_words import OWN_WORDS
from scanner.pretix.resources import ListPath

LARGEST_ORDER = 100
"""Tickets put into one order: ten times as fast as an order each (pretix 2026.8)."""

_TIMEOUT_SECONDS = 60.0
_PATRON = {"_scheme": "given_family", "given_name": "Jo", "family_name": "Doe"}


class SoldTicket(NamedTuple):
    """A ticket of an order: its product, and its secret."""

    product: int
    secret: str


class Entry(NamedTuple):
    """A check-in that pretix has: of a ticket's secret, by a device, by its number."""

    secret: str
    device: int | None


class Organiser:
    """A team's access to an organiser; an async context manager.

    Every call raises a `TicketingError` where it fails.

    Args:
        url: the server's address.
        slug: the organiser's short name.
        token: the team's (secret).
    """

    def __init__(self, url: str, slug: str, token: str) -> None:
        found = address(url)
        base = found.copy_with(path=f"{found.path}{API}organizers/{quoted(slug)}/")
        headers = {"Accept-Language": "en", "Authorization": f"Token {header_safe(token)}"}
        self.slug = slug
        self._http = Connection(base, headers, own_words=OWN_WORDS, timeout=_TIMEOUT_SECONDS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._http.close()

    async def check(self) -> None:
        """Ask whether the organiser is there, and the token is its team's."""
        await self._http.call("GET", "")

    async def make_event(self, slug: str, title: str, begins: datetime) -> None:
        """Make an event whose shop stays closed."""
        body = {
            "slug": slug,
            "name": {"en": title},
            "currency": "EUR",
            "date_from": begins.isoformat(),
            "timezone": "UTC",
            "live": False,
        }
        await self._http.call("POST", "events/", body)

    async def make_product(self, event: str, name: str) -> int:
        """Make a product that admits, and let it be sold without a limit; returns its number."""
        body = {"name": {"en": name}, "default_price": "0.00", "admission": True, "active": True}
        number = await self._make(event, "items", {**body, "category": None})
        await self._make(event, "quotas", {"name": name, "size": None, "items": [number]})
        return number

    async def make_list(self, event: str, name: str, products: Sequence[int]) -> ListPath:
        """Make a check-in list of some products, on which a ticket lets in once."""
        body: dict[str, Any] = {
            "name": name,
            "all_products": False,
            "limit_products": list(products),
            "subevent": None,
            "allow_multiple_entries": False,
            "allow_entry_after_exit": False,
        }
        return ListPath(self.slug, event, await self._make(event, "checkinlists", body))

    async def make_device(self, name: str) -> str:
        """Make a device for all events; returns its one-time token (secret)."""
        body = {"name": name, "all_events": True, "limit_events": []}
        answer = await self._http.call(
            "POST", "devices/", {**body, "security_profile": "pretixscan"}
        )
        return str(_of(answer.body, "initialization_token"))

    async def sell(
        self, event: str, product: int, count: int, *, order: int = LARGEST_ORDER
    ) -> list[SoldTicket]:
        """Sell tickets of a product, paid for, so many in an order."""
        sold: list[SoldTicket] = []
        while len(sold) < count:
            some = min(order, count - len(sold))
            body = {
                "email": "patron@example.org",
                "locale": "en",
                "sales_channel": "web",
                "status": "p",
                "payment_provider": "manual",
                "send_email": False,
                "positions": [{"item": product, "attendee_name_parts": _PATRON}] * some,
            }
            answer = await self._http.call("POST", f"events/{quoted(event)}/orders/", body)
            positions = _of(answer.body, "positions")
            sold += [SoldTicket(product, str(_of(each, "secret"))) for each in positions]
        return sold

    async def entries(self, path: ListPath) -> list[Entry]:
        """Read every entry that pretix has at a check-in list."""
        found: list[Entry] = []
        page: int | None = 1
        while page:
            query = {"page": str(page), "include_canceled_positions": "true"}
            answer = await self._http.call(
                "GET", f"events/{quoted(path.event)}/orders/", query=query
            )
            for order in _of(answer.body, "results"):
                for position in _of(order, "positions"):
                    found += _entries(position, path.number)
            page = page + 1 if _of(answer.body, "next") else None
        return found

    async def _make(self, event: str, what: str, body: Mapping[str, Any]) -> int:
        answer = await self._http.call("POST", f"events/{quoted(event)}/{what}/", body)
        return int(_of(answer.body, "id"))


def _entries(position: Any, place: int) -> list[Entry]:
    secret = str(_of(position, "secret"))
    return [
        Entry(secret, _of(each, "device_id"))
        for each in _of(position, "checkins")
        if _of(each, "list") == place and _of(each, "type") == "entry"
    ]


def _of(body: Any, name: str) -> Any:
    """Return a field of an answer.

    Raises:
        Malformed: it has none.
    """
    if not isinstance(body, Mapping) or name not in body:
        raise Malformed(ApiFault.MALFORMED, field=name, problem=Fact(FieldFault.MISSING))
    return body[name]
