"""One evening at two servers, the real pretix and the simulated one, asked and told the same."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from tests.pretix_server.conftest import House
from tests.pretix_server.filling import Sold
from tests.pretix_server.raw_device import RawDevice
from tests.simulation.pretix.api import EVENT, ORGANISER, Api
from tests.simulation.pretix.orders import CheckInList, Event, OrderStatus, Position

FLOOR, BALCONY, LOUNGE = 1, 2, 3
SOME, ONCE = 1, 2
"""Lists of floor and balcony, and of all, where nobody comes back."""

ORDERS: tuple[tuple[OrderStatus, dict[str, bool]], ...] = (
    (OrderStatus.PAID, {}),
    (OrderStatus.PAID, {}),
    (OrderStatus.PENDING, {}),
    (OrderStatus.PENDING, {"valid_if_pending": True}),
    (OrderStatus.PENDING, {"require_approval": True}),
)
"""Each of one ticket for every product."""

Body = dict[str, Any]


class Said(NamedTuple):
    """An answer, without what differs between two servers that mean the same."""

    status: int
    said: object
    reason: object
    tickets: object


class Names(NamedTuple):
    """What one server calls the devices and lists that both have."""

    devices: dict[int, int]
    lists: dict[int, int]


class Side(Protocol):
    """One of the servers; tickets are named by their place in the order of selling."""

    names: Names

    def ask(
        self, device: int, method: str, path: str, query: dict[str, str], body: Body | None
    ) -> tuple[int, Any]:
        """Ask as one of the devices; `{event}` and `{organiser}` in the path are filled in."""

    def position(self, ticket: int) -> int: ...
    def secrets(self, ticket: int) -> list[str]: ...
    def cancel_order(self, ticket: int) -> None: ...
    def cancel(self, ticket: int) -> None: ...
    def block(self, ticket: int) -> None: ...
    def reissue(self, ticket: int) -> None: ...


@dataclass
class Real:
    """The real pretix."""

    house: House
    devices: list[RawDevice]
    lists: dict[int, int] = field(init=False)
    sold: list[list[Sold]] = field(default_factory=list)

    def __post_init__(self) -> None:
        evening, house = self.house.evening, self.house
        some = evening.check_in_list("Some", [house.floor, house.balcony])
        once = evening.check_in_list("Once", allow_entry_after_exit=False)
        numbers = [each.number for each in self.devices]
        self.names = Names(_places(numbers), {some: SOME, once: ONCE})
        self.lists = {SOME: some, ONCE: once}
        for status, fields in ORDERS:
            items = [house.floor, house.balcony, house.lounge]
            self.sold += [[each] for each in evening.order(items, status=status.value, **fields)]

    def ask(
        self, device: int, method: str, path: str, query: dict[str, str], body: Body | None
    ) -> tuple[int, Any]:
        organiser = f"organizers/{self.house.evening.organiser.slug}"
        event = f"{organiser}/events/{self.house.evening.slug}"
        address = path.format(organiser=organiser, event=event)
        api = self.devices[device].api
        answer = api.request(method, address, params=query, json=body)
        return answer.status_code, answer.json()

    def position(self, ticket: int) -> int:
        return self.sold[ticket][0].position

    def secrets(self, ticket: int) -> list[str]:
        return [each.secret for each in self.sold[ticket]]

    def cancel_order(self, ticket: int) -> None:
        self.house.evening.cancel_order(self.sold[ticket][0].order)

    def cancel(self, ticket: int) -> None:
        self.house.evening.cancel(self.sold[ticket][0])

    def block(self, ticket: int) -> None:
        self.house.evening.block(self.sold[ticket][0])

    def reissue(self, ticket: int) -> None:
        self.sold[ticket].append(self.house.evening.reissue(self.sold[ticket][0]))


@dataclass
class Simulated:
    """The pretix of the simulated evenings."""

    devices: int
    tickets: list[Position] = field(default_factory=list)
    former: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        lists = {
            SOME: CheckInList(SOME, frozenset({FLOOR, BALCONY})),
            ONCE: CheckInList(ONCE, entry_after_exit=False),
        }
        items = {FLOOR: "Floor", BALCONY: "Balcony", LOUNGE: "Lounge"}
        self.event = Event(lambda: datetime.now(UTC), lists, items)
        self.event.devices = {f"key {number}": number + 1 for number in range(self.devices)}
        self.api = Api(self.event)
        self.lists = {number: number for number in lists}
        self.names = Names(_places(list(self.event.devices.values())), self.lists)
        for status, fields in ORDERS:
            order = self.event.sell(list(items), status)
            for name, value in fields.items():
                setattr(order, name, value)
            self.tickets += order.positions
        self.former = [[each.secret] for each in self.tickets]

    def ask(
        self, device: int, method: str, path: str, query: dict[str, str], body: Body | None
    ) -> tuple[int, Any]:
        organiser = f"organizers/{ORGANISER}"
        address = path.format(organiser=organiser, event=f"{organiser}/events/{EVENT}")
        headers = {"authorization": f"Device key {device}"}
        content = b"" if body is None else json.dumps(body).encode()
        answer = self.api.answer(method, address, query, headers, content)
        return answer.status, answer.body

    def position(self, ticket: int) -> int:
        return self.tickets[ticket].number

    def secrets(self, ticket: int) -> list[str]:
        return self.former[ticket]

    def cancel_order(self, ticket: int) -> None:
        found = self.tickets[ticket]
        self.event.order_of(found).status = OrderStatus.CANCELLED
        self.event.touch(found)

    def cancel(self, ticket: int) -> None:
        self.tickets[ticket].cancelled = True
        self.event.touch(self.tickets[ticket])

    def block(self, ticket: int) -> None:
        self.tickets[ticket].blocked = True
        self.event.touch(self.tickets[ticket])

    def reissue(self, ticket: int) -> None:
        self.event.reissue(self.tickets[ticket])
        self.former[ticket].append(self.tickets[ticket].secret)


def redeemed(side: Side, device: int, ticket: int, at: int, fields: Body) -> Said:
    """Redeem a ticket by the newest of its secrets, or with `former` by the first."""
    number = next(each for each, place in side.names.lists.items() if place == at)
    fields = dict(fields)
    secret = side.secrets(ticket)[0 if fields.pop("former", False) else -1]
    body = {"secret": secret, "lists": [number], **fields}
    status, said = side.ask(device, "POST", "{organiser}/checkinrpc/redeem/", {}, body)
    found = said.get("position")
    ticket_of_it = _ticket(side, found) if found else None
    return Said(status, said["status"], said.get("reason"), ticket_of_it)


def failed(side: Side, device: int, ticket: int, at: int, fields: Body) -> Said:
    """Tell of a scan that was refused."""
    number = next(each for each, place in side.names.lists.items() if place == at)
    body = {"raw_barcode": side.secrets(ticket)[-1], **fields}
    path = f"{{event}}/checkinlists/{number}/failed_checkins/"
    status, _ = side.ask(device, "POST", path, {}, body)
    return Said(status, None, None, None)


def noted(side: Side, device: int, ticket: int, fields: Body) -> Said:
    """Note something at a ticket."""
    path = f"{{event}}/orderpositions/{side.position(ticket)}/printlog/"
    status, _ = side.ask(device, "POST", path, {}, fields)
    return Said(status, None, None, None)


def pulled(side: Side, device: int, query: dict[str, str]) -> Said:
    """Read all orders."""
    status, said = side.ask(device, "GET", "{event}/orders/", query, None)
    orders = [
        (order["status"], [(each["canceled"], _ticket(side, each)) for each in order["positions"]])
        for order in said["results"]
    ]
    return Said(status, said["count"], None, orders)


def listed(side: Side, device: int, at: int, query: dict[str, str]) -> Said:
    """Read the tickets of a list."""
    number = next(each for each, place in side.names.lists.items() if place == at)
    path = f"{{event}}/checkinlists/{number}/positions/"
    status, said = side.ask(device, "GET", path, query, None)
    return Said(status, said["count"], None, [_ticket(side, each) for each in said["results"]])


def _ticket(side: Side, found: Body) -> tuple[object, ...]:
    check_ins = [
        (
            side.names.devices[each["device_id"]],
            side.names.lists[each["list"]],
            each["type"],
            datetime.fromisoformat(each["datetime"]),
        )
        for each in found["checkins"]
    ]
    logs = [(side.names.devices[each["device_id"]], each["info"]) for each in found["print_logs"]]
    return found["blocked"] is not None, check_ins, logs


def _places(numbers: list[int]) -> dict[int, int]:
    return {number: place for place, number in enumerate(numbers)}
