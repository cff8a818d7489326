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
from scanner.store.journal import nonce_of
from tests.pretix.stand_in import StandIn, Told

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

NONCE = nonce_of(5, EIGHT.isoformat(), PATH.uri, NAME, SECRET)
WRITTEN = "2026-05-01T20:00:00.123456+00:00"
LATER = "2026-05-01T20:05:00Z"
GRANTED = Told(201, {"status": "ok", "position": {"id": 1, "checkins": []}})
UNKNOWN = Told(404, {"detail": "Not found.", "status": "error", "reason": "invalid"})
NO_SUCH_LIST = Told(404, {"detail": "No CheckinList matches the given query."})
PRINTLOG = f"{BASE}/orderpositions/1/printlog/"

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


def refused(reason: str, *check_ins: object, **fields: object) -> Told:
    """Tell a refusal of the position whose check-ins these are."""
    body = {"status": "error", "reason": reason, "position": {"id": 1, "checkins": [*check_ins]}}
    return Told(400, body | fields)


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
