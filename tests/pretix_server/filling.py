"""Fill a running pretix over HTTP: an organiser, its events and lists, devices and orders."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx

from tests.pretix_server import pages
from tests.pretix_server.installing import PASSWORD, USER
from tests.pretix_server.pages import RefusedError

TIMEOUT = 60
"""Seconds that one call may take: an order of 100 tickets takes about one."""

LARGEST_ORDER = 100
"""Tickets put into one order: ten times as fast as an order each."""

PATRON = {"_scheme": "given_family", "given_name": "Wilhelmina", "family_name": "Linde"}

Body = dict[str, Any]


@dataclass(frozen=True)
class Sold:
    """A ticket as pretix made it: `position` is its own lasting number, `order` a code."""

    order: str
    position: int
    item: int
    secret: str


@dataclass(frozen=True)
class MadeDevice:
    """A device that is not initialised yet: `token` does it once; `row` is the database's."""

    number: int
    row: int
    url: str
    token: str

    @property
    def handshake(self) -> str:
        """The text of the QR that pretix shows for it."""
        return json.dumps({"handshake_version": 1, "url": self.url, "token": self.token})


@dataclass(frozen=True)
class Organiser:
    """An organiser of a pretix at `url`: its administrator's browser and its team's token."""

    url: str
    slug: str
    browser: httpx.Client
    api: httpx.Client

    @classmethod
    def found(cls, url: str, slug: str) -> Self:
        """Make one, whose team may do everything.

        Raises:
            RefusedError: a page or the API did not take it.
        """
        browser = httpx.Client(base_url=url, trust_env=False, timeout=TIMEOUT)
        pages.sign_in(browser, USER, PASSWORD)
        pages.found_organiser(browser, slug)
        teams = f"/api/v1/organizers/{slug}/teams/"
        team = call(browser, "GET", teams)["results"][0]["id"]
        token = call(browser, "POST", f"{teams}{team}/tokens/", {"name": slug})["token"]
        api = httpx.Client(
            base_url=f"{url}/api/v1/organizers/{slug}/",
            headers={"Authorization": f"Token {token}"},
            trust_env=False,
            timeout=TIMEOUT,
        )
        return cls(url, slug, browser, api)

    def close(self) -> None:
        """End its connections."""
        self.browser.close()
        self.api.close()

    def evening(self, slug: str, **fields: object) -> "Evening":
        """Make an event that began an hour ago."""
        body: Body = {
            "name": {"en": "Evening"},
            "slug": slug,
            "currency": "EUR",
            "date_from": (datetime.now(UTC) - timedelta(hours=1)).isoformat(),
            "timezone": "UTC",
        }
        call(self.api, "POST", "events/", body | fields)
        return Evening(self, slug)

    def device(self, name: str, *, profile: str = "pretixscan", **fields: object) -> MadeDevice:
        """Make a device for all events."""
        body: Body = {"name": name, "all_events": True, "limit_events": []}
        made = call(self.api, "POST", "devices/", body | {"security_profile": profile} | fields)
        row = pages.device_row(self.browser, self.slug, made["unique_serial"])
        return MadeDevice(made["device_id"], row, self.url, made["initialization_token"])

    def revoke(self, device: MadeDevice) -> None:
        """Withdraw a device's access, as an organiser does whose scanner was stolen."""
        pages.revoke_device(self.browser, self.slug, device.row)


@dataclass(frozen=True)
class Evening:
    """One event of an organiser."""

    organiser: Organiser
    slug: str

    def item(self, name: str, **fields: object) -> int:
        """Make a product that admits; returns its number."""
        body: Body = {"default_price": "20.00", "admission": True, "category": None}
        return int(
            self._make("items", body | {"name": {"en": name}, "active": True} | fields)["id"]
        )

    def variations(self, item: int) -> list[int]:
        """The numbers of a product's variations, in their order."""
        found = self._call("GET", f"items/{item}/")
        return [each["id"] for each in found["variations"]]

    def quota(self, items: Sequence[int], variations: Sequence[int] = ()) -> None:
        """Let as many of these products be sold as anybody wants."""
        listed = {"items": list(items), "variations": list(variations)}
        self._make("quotas", {"name": "all", "size": None} | listed)

    def check_in_list(self, name: str, items: Sequence[int] = (), **fields: object) -> int:
        """Make a list of these products, or of all; returns its number."""
        body: Body = {"all_products": not items, "limit_products": list(items), "subevent": None}
        return int(self._make("checkinlists", body | {"name": name} | fields)["id"])

    def question(self, text: str, items: Sequence[int]) -> int:
        """Have a text asked for at the check-in of these products."""
        body = {"question": {"en": text}, "type": "S", "required": True, "items": list(items)}
        asked = {"identifier": text.upper()[:20], "ask_during_checkin": True, "options": []}
        return int(self._make("questions", body | asked)["id"])

    def order(
        self, positions: Sequence[int | Mapping[str, object]], **fields: object
    ) -> list[Sold]:
        """Sell in one paid order: each is a product's number, or a position's own fields."""
        given = [each if isinstance(each, Mapping) else {"item": each} for each in positions]
        body: Body = {
            "email": "patron@example.org",
            "locale": "en",
            "sales_channel": "web",
            "status": "p",
            "payment_provider": "manual",
            "positions": [{"attendee_name_parts": PATRON, **each} for each in given],
        }
        made = self._make("orders", body | fields)
        return [
            Sold(made["code"], each["id"], each["item"], each["secret"])
            for each in made["positions"]
        ]

    def sell(self, item: int, count: int) -> list[Sold]:
        """Sell many tickets, in orders of a hundred."""
        sold: list[Sold] = []
        while len(sold) < count:
            sold += self.order([item] * min(LARGEST_ORDER, count - len(sold)))
        return sold

    def cancel_order(self, code: str) -> None:
        self._call("POST", f"orders/{code}/mark_canceled/", {"send_email": False})

    def cancel(self, ticket: Sold) -> None:
        """Cancel one ticket; its order stays paid, and must have others."""
        self._call("DELETE", f"orderpositions/{ticket.position}/")

    def mark_paid(self, code: str) -> None:
        self._call("POST", f"orders/{code}/mark_paid/", {"send_email": False})

    def block(self, ticket: Sold) -> None:
        self._call("POST", f"orderpositions/{ticket.position}/add_block/", {"name": "admin"})

    def unblock(self, ticket: Sold) -> None:
        self._call("POST", f"orderpositions/{ticket.position}/remove_block/", {"name": "admin"})

    def reissue(self, ticket: Sold) -> Sold:
        """Give a ticket a new secret; the old one is of no use any more."""
        made = self._call("POST", f"orderpositions/{ticket.position}/regenerate_secrets/", {})
        return Sold(ticket.order, ticket.position, ticket.item, made["secret"])

    def change(self, ticket: Sold, **fields: object) -> None:
        """Change fields of a ticket, as `valid_from` or `secret`."""
        self._call("PATCH", f"orderpositions/{ticket.position}/", fields)

    def change_list(self, check_in_list: int, **fields: object) -> None:
        self._call("PATCH", f"checkinlists/{check_in_list}/", fields)

    def sign_secrets(self) -> None:
        """Have tickets that are sold from now on carry a signed secret."""
        pages.sign_secrets(self.organiser.browser, self.organiser.slug, self.slug)

    def check_ins(self, **query: object) -> list[Body]:
        """What pretix has of check-ins, the failed ones too; the query filters them."""
        return list(self._entries("checkins/", query))

    def _entries(self, path: str, query: Mapping[str, object]) -> Iterator[Body]:
        page = 1
        while True:
            asked = "&".join(f"{name}={value}" for name, value in {**query, "page": page}.items())
            found = self._call("GET", f"{path}?{asked}")
            yield from found["results"]
            if not found["next"]:
                return
            page += 1

    def _make(self, what: str, body: object) -> Body:
        return self._call("POST", f"{what}/", body)

    def _call(self, method: str, path: str, body: object = None) -> Body:
        return call(self.organiser.api, method, f"events/{self.slug}/{path}", body)


def call(client: httpx.Client, method: str, path: str, body: object = None) -> Body:
    """One call of the API.

    Raises:
        RefusedError: the answer was no success.
    """
    answer = client.request(method, path, json=body)
    if not answer.is_success:
        raise RefusedError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
    return dict(answer.json()) if answer.content else {}
