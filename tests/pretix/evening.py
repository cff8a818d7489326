"""An evening as the stand-in serves it, and gates at it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from scanner.admission.door import DoorRules
from scanner.platform.access import GateCredentials
from scanner.pretix.platform import PretixPlatform
from scanner.pretix.provider import PretixProvider
from scanner.pretix.resources import (
    CheckInList,
    Conflict,
    Devices,
    EventData,
    Item,
    ListPath,
    Movement,
    Moves,
    Remark,
)
from tests.pretix.stand_in import StandIn

KEY = "k" * 64
OWN, OTHER = 7, 8
NAME = "7k3q north"
PATH = ListPath("house", "evening", 3)
BASE = "organizers/house/events/evening"
REDEEM = "POST organizers/house/checkinrpc/redeem/"
DEVICES = Devices(OWN, NAME)
FLOOR, BAR = 1, 2
SECRET = "a" * 32
EIGHT = datetime(2026, 5, 1, 20, 0, 0, 123456, tzinfo=UTC)

Body = dict[str, Any]


def item(number: int, name: str, **fields: object) -> Body:
    return {"id": number, "name": {"en": name}, "admission": True, "variations": []} | fields


def check_in(number: int, at: str, device: int | None = OWN, **fields: object) -> Body:
    body = {"id": number, "datetime": at, "list": PATH.number, "device_id": device}
    return body | {"type": "entry", "gate": None, "auto_checked_in": False} | fields


def position(number: int = 1, secret: str = SECRET, **fields: object) -> Body:
    body = {"id": number, "secret": secret, "item": FLOOR, "variation": None, "addon_to": None}
    body |= {"attendee_name": "Ana Lee", "subevent": None, "canceled": False, "blocked": None}
    return body | {"valid_from": None, "valid_until": None, "checkins": []} | fields


def order(code: str, *positions: object, **fields: object) -> Body:
    body = {"code": code, "status": "p", "require_approval": False, "valid_if_pending": False}
    return body | {"positions": list(positions)} | fields


def check_in_list(number: int = PATH.number, **fields: Any) -> Body:
    body = {"id": number, "name": "Door", "all_products": True, "limit_products": []}
    body |= {"subevent": None, "include_pending": False, "allow_multiple_entries": False}
    return body | {"allow_entry_after_exit": True, "rules": {}} | fields


def serve(pretix: StandIn, *orders: object, **fields: Any) -> None:
    """Serve an event of two products, a list with these fields, and orders."""
    pretix.device_key = KEY
    pretix.routes |= {
        f"GET {BASE}/": {"slug": "evening", "name": {"en": "Evening"}},
        f"GET {BASE}/checkinlists/": [check_in_list(9), check_in_list(**fields)],
        f"GET {BASE}/items/": [item(FLOOR, "Floor"), item(BAR, "Bar", admission=False)],
        f"GET {BASE}/questions/": [],
        f"GET {BASE}/revokedsecrets/": [],
        f"GET {BASE}/orders/": list(orders),
        f"GET {BASE}/checkinlists/3/positions/": [],
        "GET device/info": {
            "device": {"organizer": "house", "device_id": OWN, "api_token": KEY, "name": "north"}
        },
    }


@asynccontextmanager
async def gate(pretix: StandIn) -> AsyncIterator[PretixPlatform]:
    """Open a gate at the list."""
    held = GateCredentials(f"{pretix.url}/", PATH.uri, "", KEY, number=OWN, platform="pretix")
    platform = PretixProvider().connect(held, NAME)
    try:
        yield platform
    finally:
        await platform.close()


def data(*, multiple_entries: bool = False) -> EventData:
    """Return what a gate knows of the event."""
    door = DoorRules(multiple_entries=multiple_entries)
    place = CheckInList(PATH.number, "Door", None, None, False, False, door)
    return EventData(PATH, "Evening", place, {FLOOR: Item(FLOOR, "Floor", True, Remark(), {})}, {})


def moves(*movements: Movement, conflicts: tuple[Conflict, ...] = ()) -> Moves:
    return Moves(1, movements, conflicts)
