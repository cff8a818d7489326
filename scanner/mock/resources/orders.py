"""Orders: each issues tickets to the account that places it."""

import sqlite3

from scanner.mock import arguments, errors, forms
from scanner.mock.call import Call, JsonResponse, answer, created, gone
from scanner.mock.pages import slice_of
from scanner.mock.resources import sections, tickets

LARGEST_COUNT = 10_000
"""The most tickets of one section in one order."""


def place_order(call: Call) -> JsonResponse:
    """POST /orders `{"items": {section URI: count}}`."""
    person = call.person()
    arguments.require(call.body, ("items",))
    items = _items(call)
    cursor = call.world.execute(
        "INSERT INTO booking (number, account, placed) VALUES (?, ?, ?)",
        (forms.order_number(call.rng), person.account, forms.ticket_time(call.now)),
    )
    number = int(cursor.lastrowid or 0)
    for section, count in items:
        tickets.issue_tickets(call, section, count, number)
    return created(_shown(call.world, _row(call.world, "booking.id", number)))


def list_orders(call: Call) -> JsonResponse:
    """GET /orders: the caller's own, or all for an administrator."""
    person = call.person()
    query = (
        "SELECT booking.*, account.number AS customer FROM booking"
        " JOIN account ON account.id = booking.account"
        " WHERE ? OR account.id = ? ORDER BY booking.id"
    )
    found = call.world.execute(query, (person.administrator, person.account)).fetchall()
    return slice_of(call.query, found, lambda row: _shown(call.world, row))


def show_order(call: Call) -> JsonResponse:
    """GET /orders/{order}, by its number or its identifier."""
    return answer(_shown(call.world, _own(call)))


def change_order(call: Call) -> JsonResponse:
    """PUT /orders/{order} `{"items": {section URI: count}}`: issues or cancels the difference."""
    row = _own(call)
    arguments.require(call.body, ("items",))
    for section, count in _items(call):
        held = _held(call.world, row["id"], section["id"])
        if count > len(held):
            tickets.issue_tickets(call, section, count - len(held), row["id"])
        tickets.cancel_tickets(call, held[count:])
    return answer(_shown(call.world, row))


def cancel_order(call: Call) -> JsonResponse:
    """DELETE /orders/{order}: cancels its unused tickets."""
    row = _own(call)
    query = "SELECT id FROM ticket WHERE booking = ?"
    held = [ticket["id"] for ticket in call.world.execute(query, (row["id"],))]
    tickets.cancel_tickets(call, held)
    call.world.execute("UPDATE ticket SET booking = NULL WHERE booking = ?", (row["id"],))
    call.world.execute("DELETE FROM booking WHERE id = ?", (row["id"],))
    return gone()


def _own(call: Call) -> sqlite3.Row:
    person = call.person()
    row = _row(call.world, "booking.number", call.path["order"])
    if not person.administrator and row["account"] != person.account:
        raise errors.restricted()
    return row


def _row(world: sqlite3.Connection, column: str, value: object) -> sqlite3.Row:
    query = (
        "SELECT booking.*, account.number AS customer FROM booking"  # noqa: S608 - fixed names
        f" JOIN account ON account.id = booking.account WHERE {column} = ?"
    )
    row: sqlite3.Row | None = world.execute(query, (value,)).fetchone()
    if row is None:
        raise errors.no_resource()
    return row


def _items(call: Call) -> list[tuple[sqlite3.Row, int]]:
    given = call.body["items"]
    if not isinstance(given, dict):
        raise errors.invalid("items")
    return [(_section(call.world, uri), _count(count)) for uri, count in given.items()]


def _section(world: sqlite3.Connection, uri: str) -> sqlite3.Row:
    number = forms.identifier(uri)
    row: sqlite3.Row | None = world.execute(
        "SELECT * FROM section WHERE id = ?", (number,)
    ).fetchone()
    if row is None or sections.uri(row) != uri:
        raise errors.invalid("items")
    return row


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST_COUNT:
        raise errors.invalid("items")
    return value


def _held(world: sqlite3.Connection, booking: int, section: int) -> list[int]:
    query = "SELECT id FROM ticket WHERE booking = ? AND section = ? AND status != 'Cancelled'"
    return [row["id"] for row in world.execute(query, (booking, section))]


def _shown(world: sqlite3.Connection, row: sqlite3.Row) -> dict[str, object]:
    sold = world.execute(
        "SELECT section.id, section.event, price, count(*) AS count FROM ticket"
        " JOIN section ON section.id = ticket.section"
        " WHERE booking = ? AND status != 'Cancelled' GROUP BY section.id",
        (row["id"],),
    ).fetchall()
    total = sum(item["price"] * item["count"] for item in sold)
    return {
        "self": f"/orders/{row['number']}",
        "number": row["number"],
        "status": "Placed",
        "placed": row["placed"],
        "customer": f"/accounts/{row['customer']}",
        "items": {sections.uri(item): item["count"] for item in sold},
        "subtotal": total,
        "fees": 0,
        "total": total,
    }
