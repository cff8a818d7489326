"""From pretix's orders to tickets: what each position is worth at a check-in list."""

from typing import Any

from scanner.admission.door import Unjudged
from scanner.admission.ticket import TicketStatus
from scanner.platform.resources import Admission, Order
from scanner.platform.tolerant_reader import Gaps
from scanner.pretix.movements import admissions_of
from scanner.pretix.order_models import OrderBody, PositionBody, read_order_body, validity_of
from scanner.pretix.resources import Devices, EventData, Item, Remark
from scanner.store.details import TicketDetail
from scanner.store.tickets import TicketRow

_PENDING, _PAID = "n", "p"
_OVER = frozenset({"c", "e"})
"""Orders that were cancelled, or expired unpaid; pretix says `canceled` of both at the door."""

_REVOKED_SECTION = "revokedsecrets"
_UNKNOWN = "?"


def read_order(
    data: EventData, devices: Devices, found: Any, gaps: Gaps, *, changes: bool = False
) -> Order:
    """Read an order: its tickets for the gate's check-in list, and their admissions there.

    A position of a product that the list does not admit is a ticket all the same, whose section is
    not permitted. One of another date of the series is left out.

    Args:
        data: the gate's event.
        devices: how devices are called.
        found: the JSON.
        gaps: gets what was left out.
        changes: whether only changed orders are read: then a position of another date may have
            been one of this date's before, and is a ticket that is not valid.

    Raises:
        FieldError: nothing of it can be used.
    """
    body = read_order_body(found, gaps)
    names = {each.id: each.attendee_name for each in body.positions}
    rows: list[TicketRow] = []
    admissions: list[Admission] = []
    for each in body.positions:
        elsewhere = data.place.date is not None and each.subevent != data.place.date
        if elsewhere and not changes:
            continue
        parent = names.get(each.addon_to) if each.addon_to is not None else None
        row = _row(body, each, each.attendee_name or parent, data, gaps)
        rows.append(row._replace(status=TicketStatus.OTHER) if elsewhere else row)
        admissions += admissions_of(each.secret, each.item, each.moves(), data, devices)
    return Order(body.order.code, tuple(rows), tuple(admissions))


def revoked_row(secret: str, data: EventData) -> TicketRow:
    """Return the ticket of a code that pretix revoked and names no product of."""
    section = f"{data.path.event_uri}/{_REVOKED_SECTION}"
    return TicketRow(secret, section, _UNKNOWN, TicketStatus.REVOKED, None, None, None)


def _row(
    body: OrderBody, position: PositionBody, name: str | None, data: EventData, gaps: Gaps
) -> TicketRow:
    validity = validity_of(position, gaps)
    remark = _remark(body, position, data.items.get(position.item))
    answered = {each.question for each in position.answers}
    open_questions = data.asked.get(position.item, frozenset()) - answered
    detail = TicketDetail(
        str(position.id),
        body.order.code,
        validity.begins,
        validity.ends,
        remark.attention,
        remark.text or None,
        frozenset({Unjudged.QUESTIONS}) if open_questions else frozenset(),
    )
    status = _status(body, position, data) if validity.known else TicketStatus.OTHER
    return TicketRow(
        position.secret,
        data.path.section_uri(position.item),
        data.name_of(position.item),
        status,
        None,
        None,
        name,
        detail,
    )


def _status(body: OrderBody, position: PositionBody, data: EventData) -> TicketStatus:
    """Say what pretix would say at the door; its checks come in this order (2026.8)."""
    order = body.order
    if order.status in _OVER or position.canceled is True:
        return TicketStatus.CANCELLED
    if position.canceled is not False or order.status not in (_PENDING, _PAID):
        return TicketStatus.OTHER
    if position.blocked:
        return TicketStatus.BLOCKED
    if order.status == _PENDING and order.require_approval:
        return TicketStatus.UNAPPROVED
    if order.status == _PENDING and not (order.valid_if_pending or data.place.takes_unpaid):
        return TicketStatus.UNPAID
    return TicketStatus.ISSUED


def _remark(body: OrderBody, position: PositionBody, item: Item | None) -> Remark:
    """Join what is remarked of order, product and variation."""
    remarks = [Remark(body.order.checkin_attention, body.order.checkin_text or "")]
    if item:
        remarks.append(item.remark)
        if position.variation is not None and position.variation in item.variations:
            remarks.append(item.variations[position.variation])
    texts = dict.fromkeys(each.text.strip() for each in remarks)
    return Remark(any(each.attention for each in remarks), "; ".join(filter(None, texts)))
