"""A device as pretix sees one, without the program: single calls and their whole answers."""

from dataclasses import dataclass
from typing import Any, Self

import httpx

from tests.pretix_server.filling import TIMEOUT, Evening, MadeDevice

HARDWARE = {
    "hardware_brand": "Any",
    "hardware_model": "PC",
    "software_brand": "scanner",
    "software_version": "1",
}


@dataclass(frozen=True)
class RawDevice:
    """Speaks for one device about one event, with what `initialize` gave it."""

    evening: Evening
    number: int
    api: httpx.Client

    @classmethod
    def initialised(cls, evening: Evening, made: MadeDevice) -> Self:
        """Turn the token that staff are shown into a device's key."""
        api = httpx.Client(
            base_url=f"{evening.organiser.url}/api/v1/", trust_env=False, timeout=TIMEOUT
        )
        answer = api.post("device/initialize", json={"token": made.token, **HARDWARE})
        assert answer.status_code == httpx.codes.OK, answer.text
        api.headers["Authorization"] = f"Device {answer.json()['api_token']}"
        return cls(evening, made.number, api)

    def redeem(self, secret: str, check_in_list: int, **fields: object) -> httpx.Response:
        body = {"secret": secret, "lists": [check_in_list], **fields}
        return self.api.post(f"{self._organiser}/checkinrpc/redeem/", json=body)

    def annul(self, nonce: str, check_in_list: int, **fields: object) -> httpx.Response:
        body = {"nonce": nonce, "lists": [check_in_list], **fields}
        return self.api.post(f"{self._organiser}/checkinrpc/annul/", json=body)

    def failed(self, secret: str, check_in_list: int, **fields: object) -> httpx.Response:
        body = {"raw_barcode": secret, **fields}
        return self.api.post(
            self._event(f"checkinlists/{check_in_list}/failed_checkins/"), json=body
        )

    def get(self, path: str, **query: Any) -> httpx.Response:
        """Ask for something of the event, as `orders/`."""
        return self.api.get(self._event(path), params=query)

    def post(self, path: str, **fields: object) -> httpx.Response:
        """Send something about the event."""
        return self.api.post(self._event(path), json=fields)

    def ticket(self, position: int) -> dict[str, Any]:
        """A ticket as a pull of the orders brings it; it must be there."""
        orders = self.get("orders/", include_canceled_positions="true").json()["results"]
        found = [p for order in orders for p in order["positions"] if p["id"] == position]
        assert len(found) == 1, f"{len(found)} tickets of this number"
        return dict(found[0])

    @property
    def _organiser(self) -> str:
        return f"organizers/{self.evening.organiser.slug}"

    def _event(self, path: str) -> str:
        return f"{self._organiser}/events/{self.evening.slug}/{path}"
