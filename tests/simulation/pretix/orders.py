"""What a pretix holds of an event, and what its organiser does in mid-evening."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class OrderStatus(StrEnum):
    """As pretix writes it."""

    PENDING = "n"
    PAID = "p"
    EXPIRED = "e"
    CANCELLED = "c"


class Movement(StrEnum):
    """What a check-in is of."""

    ENTRY = "entry"
    EXIT = "exit"


@dataclass
class CheckIn:
    """One that succeeded; `device` is the number of a device, or nothing for a person's browser."""

    number: int
    check_in_list: int
    movement: Movement
    at: datetime
    device: int | None
    nonce: str | None
    forced: bool = False


@dataclass(frozen=True)
class PrintLog:
    """What a device has noted of a ticket; all of the organiser's devices are told."""

    number: int
    at: datetime
    device: int
    kind: str
    successful: bool
    info: object


@dataclass
class Position:
    """A ticket; its number lasts, whatever becomes of its secret."""

    number: int
    order: str
    item: int
    secret: str
    cancelled: bool = False
    blocked: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    check_ins: list[CheckIn] = field(default_factory=list)
    print_logs: list[PrintLog] = field(default_factory=list)


@dataclass
class Order:
    """Several tickets that were bought together."""

    code: str
    status: OrderStatus
    bought: datetime
    modified: datetime
    positions: list[Position] = field(default_factory=list)
    valid_if_pending: bool = False
    require_approval: bool = False


@dataclass(frozen=True)
class CheckInList:
    """A list; `items` are the products on it, all where there are none.

    Where it has `rules`, they refuse some tickets, which no device can know by itself.
    """

    number: int
    items: frozenset[int] = frozenset()
    multiple_entries: bool = False
    entry_after_exit: bool = True
    rules: bool = False


@dataclass(frozen=True)
class Failed:
    """A check-in that did not succeed; no device is told of it."""

    secret: str
    reason: str
    nonce: str | None
    device: int


@dataclass
class Event:
    """Orders in the order of buying, lists and devices.

    Attributes:
        devices: their numbers by their keys.
        revoked: the numbers of those that have lost their access.
        secrets: the number of the ticket that each was ever given to.
        forced: the nonces that were sent with `force`.
        signed: whether secrets are signed, so that former ones are listed as revoked.
        undone: the numbers of the tickets whose check-ins were deleted.
    """

    now: Callable[[], datetime]
    lists: dict[int, CheckInList]
    items: dict[int, str]
    orders: list[Order] = field(default_factory=list)
    devices: dict[str, int] = field(default_factory=dict)
    revoked: set[int] = field(default_factory=set)
    failed: list[Failed] = field(default_factory=list)
    secrets: dict[str, int] = field(default_factory=dict)
    forced: set[str | None] = field(default_factory=set)
    signed: bool = False
    revoked_secrets: list[str] = field(default_factory=list)
    undone: set[int] = field(default_factory=set)
    _numbers: int = 0

    def number(self) -> int:
        """Return the next number of anything."""
        self._numbers += 1
        return self._numbers

    def positions(self) -> Iterator[Position]:
        """Yield every ticket."""
        for order in self.orders:
            yield from order.positions

    def order_of(self, position: Position) -> Order:
        """Return a ticket's order."""
        return next(each for each in self.orders if each.code == position.order)

    def by_number(self, number: int) -> Position | None:
        """Return the ticket of a number."""
        return next((each for each in self.positions() if each.number == number), None)

    def by_secret(self, secret: str) -> Position | None:
        """Return the ticket that a secret belongs to now, or did where that can be told."""
        if secret in self.revoked_secrets:
            return self.by_number(self.secrets[secret])
        return next((each for each in self.positions() if each.secret == secret), None)

    def sell(self, items: list[int], status: OrderStatus = OrderStatus.PAID) -> Order:
        """Sell tickets of these products in one order."""
        order = Order(f"O{self.number():04}", status, self.now(), self.now())
        for item in items:
            number = self.number()
            order.positions.append(Position(number, order.code, item, self._secret(number)))
        self.orders.append(order)
        return order

    def touch(self, position: Position) -> None:
        """Have the order show up among those that changed."""
        self.order_of(position).modified = self.now()

    def reissue(self, position: Position) -> None:
        """Give a ticket a new secret; the old one is of no use any more."""
        self._revoke(position.secret)
        position.secret = self._secret(position.number)
        self.touch(position)

    def cancel(self, position: Position) -> None:
        """Cancel one ticket of an order that stands."""
        if not position.cancelled:
            position.cancelled = True
            self._revoke(position.secret)

    def undo(self, position: Position, check_in_list: int) -> None:
        """Delete a ticket's check-ins on a list, as a person does at the organiser's page."""
        kept = [each for each in position.check_ins if each.check_in_list != check_in_list]
        if len(kept) < len(position.check_ins):
            position.check_ins = kept
            self.undone.add(position.number)

    def _revoke(self, secret: str) -> None:
        if self.signed:
            self.revoked_secrets.append(secret)

    def admitted(self, position: Position, check_in_list: int) -> list[CheckIn]:
        """Return a ticket's check-ins on a list, newest first by their own time."""
        found = [each for each in position.check_ins if each.check_in_list == check_in_list]
        return sorted(found, key=lambda each: each.at, reverse=True)

    def _secret(self, number: int) -> str:
        secret = f"{number:06}{self.number():06}abcdefghijklmnopqrst"
        if self.signed:
            secret = f"=8wJeq12+/{secret}{'AxB' * 24}=="
        self.secrets[secret] = number
        return secret
