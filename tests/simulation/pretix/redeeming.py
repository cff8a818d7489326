"""How pretix judges a redemption: its checks in their order, then the nonce, then the check-ins.

A refusal that comes before the nonce hides that the same request was granted earlier.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.simulation.pretix.orders import (
    CheckIn,
    CheckInList,
    Event,
    Failed,
    Movement,
    OrderStatus,
    Position,
)


@dataclass(frozen=True)
class Asked:
    """What a request for a redemption carries; `position` is nothing for an unknown secret."""

    secret: str
    position: Position | None
    check_in_list: CheckInList
    movement: Movement
    at: datetime
    nonce: str | None
    device: int
    force: bool
    simulate: bool


def read_asked(event: Event, device: int, body: dict[str, Any], now: datetime) -> Asked | None:
    """Read a request; nothing where its list isn't there."""
    (number,) = body["lists"]
    check_in_list = event.lists.get(number)
    if check_in_list is None:
        return None
    secret = body["secret"].strip()
    found = event.by_secret(secret)
    gone = found is None or (found.cancelled and secret not in event.revoked_secrets)
    return Asked(
        secret,
        None if gone else found,
        check_in_list,
        Movement(body.get("type", "entry")),
        datetime.fromisoformat(body["datetime"]) if body.get("datetime") else now,
        body.get("nonce"),
        device,
        bool(body.get("force")),
        bool(body.get("simulate")),
    )


def redeem(event: Event, asked: Asked) -> str | None:
    """Judge, and record what comes of it; returns why it was refused, if it was."""
    if asked.force:
        event.forced.add(asked.nonce)
    if asked.position is None:
        reason: str | None = "invalid"
    else:
        reason = _judge(event, asked, asked.position)
    if reason and not asked.simulate:
        note_failed(event, asked.secret, reason, asked.nonce, asked.device)
    return reason


def note_failed(event: Event, secret: str, reason: str, nonce: str | None, device: int) -> None:
    """Record a check-in that did not succeed, once for each nonce; the order counts as changed."""
    if nonce and any((each.nonce, each.secret) == (nonce, secret) for each in event.failed):
        return
    event.failed.append(Failed(secret, reason, nonce, device))
    if position := event.by_secret(secret):
        event.touch(position)


def _judge(event: Event, asked: Asked, position: Position) -> str | None:
    refusal = refusal_of(event, asked, position)
    if refusal and not asked.force:
        return refusal
    earlier = event.admitted(position, asked.check_in_list.number)
    if asked.nonce and _was_granted(asked, earlier):
        return None
    if not (_may_pass(asked, earlier) or asked.force):
        return "already_redeemed"
    if not asked.simulate:
        number, into = event.number(), asked.check_in_list.number
        position.check_ins.append(
            CheckIn(number, into, asked.movement, asked.at, asked.device, asked.nonce, asked.force)
        )
        event.touch(position)
    return None


def refusal_of(event: Event, asked: Asked, position: Position) -> str | None:
    """Say what is against a ticket, whoever has come in by it."""
    order = event.order_of(position)
    if asked.secret in event.revoked_secrets:
        return "revoked"
    if order.status in (OrderStatus.CANCELLED, OrderStatus.EXPIRED):
        return "canceled"
    if position.blocked:
        return "blocked"
    if order.require_approval and order.status is OrderStatus.PENDING:
        return "unapproved"
    entering = asked.movement is Movement.ENTRY
    if entering and position.valid_from and asked.at < position.valid_from:
        return "invalid_time"
    if entering and position.valid_until and asked.at > position.valid_until:
        return "invalid_time"
    if asked.check_in_list.items and position.item not in asked.check_in_list.items:
        return "product"
    if order.status is OrderStatus.PENDING and not order.valid_if_pending:
        return "unpaid"
    if entering and asked.check_in_list.rules and position.number % 3 == 0:
        return "rules"
    return None


def _was_granted(asked: Asked, earlier: list[CheckIn]) -> bool:
    if earlier and earlier[0].nonce == asked.nonce:
        return True
    wanted = (asked.movement, asked.device, asked.nonce)
    return any((each.movement, each.device, each.nonce) == wanted for each in earlier)


def _may_pass(asked: Asked, earlier: list[CheckIn]) -> bool:
    """Tell whether the check-ins before let this one be; the last one is that by its own time."""
    if asked.movement is Movement.EXIT or asked.check_in_list.multiple_entries:
        return True
    if all(each.movement is Movement.EXIT for each in earlier):
        return True
    return asked.check_in_list.entry_after_exit and earlier[0].movement is Movement.EXIT
