"""The simulated pretix over HTTP, with what an organiser's team does: for whole evenings."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from tests.pretix.stand_in import NOT_THERE, Asked, StandIn, Told
from tests.simulation.pretix import api
from tests.simulation.pretix.api import EVENT, ORGANISER, Api
from tests.simulation.pretix.orders import CheckInList, Event

TEAM_TOKEN = "TEAM"
_MADE = 201
_BASE = f"organizers/{ORGANISER}/"
_ANY_EVENT = re.compile(rf"^{_BASE}events/[^/]+/")


def _real_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class ServedPretix(StandIn):
    """A pretix with one event, whatever it is called; it takes one request at a time."""

    event: Event = field(default_factory=lambda: Event(_real_now, {}, {}))
    _tokens: dict[str, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def answer(self, asked: Asked) -> Told:
        path = _ANY_EVENT.sub(f"{_BASE}events/{EVENT}/", asked.path)
        query = {name: values[0] for name, values in asked.query.items()}
        headers = {name.lower(): value for name, value in asked.headers.items()}
        with self._lock:
            self.asked.append(asked)
            if headers.get("authorization") == f"Token {TEAM_TOKEN}":
                return self._for_the_team(asked.method, path, query, asked.body)
            if path == "device/initialize":
                return self._initialized(asked.body["token"])
            if path == "device/revoke":
                self.event.revoked.add(self.event.devices[headers["authorization"][7:]])
                return Told(200, {})
            content = b"" if asked.body is None else json.dumps(asked.body).encode()
            found = Api(self.event).answer(asked.method, path, query, headers, content)
        return Told(found.status, found.body, headers=found.headers)

    def _initialized(self, token: str) -> Told:
        number = self._tokens.pop(token, None)
        if number is None:
            return Told(400, {"token": ["This initialization token has already been used."]})
        key = f"KEY{number}"
        self.event.devices[key] = number
        device = {"organizer": ORGANISER, "device_id": number, "api_token": key, "name": "gate"}
        return Told(200, {**device, "security_profile": "pretixscan", "gate": None})

    def _for_the_team(self, method: str, path: str, query: dict[str, str], body: Any) -> Told:
        what = path.removeprefix(_BASE).removeprefix(f"events/{EVENT}/")
        number = self.event.number()
        match method, what:
            case "GET", "":
                return Told(200, {"slug": ORGANISER})
            case "GET", "orders/":
                return Told(200, Api(self.event).orders(api.Asked(0, path, query, None)).body)
            case "POST", "items/":
                self.event.items[number] = body["name"]["en"]
            case "POST", "checkinlists/":
                self.event.lists[number] = CheckInList(
                    number,
                    frozenset(body["limit_products"]),
                    body["allow_multiple_entries"],
                    body["allow_entry_after_exit"],
                )
            case "POST", "devices/":
                self._tokens[f"token{number:011}"] = number
                return Told(_MADE, {"initialization_token": f"token{number:011}"})
            case "POST", "orders/":
                order = self.event.sell([each["item"] for each in body["positions"]])
                sold = [{"secret": each.secret} for each in order.positions]
                return Told(_MADE, {"code": order.code, "positions": sold})
            case "POST", "events/" | "quotas/":
                pass
            case _:
                return NOT_THERE
        return Told(_MADE, {"id": number})
