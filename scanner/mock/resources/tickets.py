"""The tickets of an event, listed for a gate, and the orders that issue them."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from scanner.mock import errors, forms
from scanner.mock.call import (
    Call,
    Gate,
    JsonResponse,
    administers,
    answer,
    asked_page,
    collection,
    created,
    dump,
    gone,
    slice_of,
)
from scanner.mock.resources import sections, tokens

LARGEST_COUNT = 10_000
"""The most tickets of one section in one order."""


def place_order(call: Call) -> JsonResponse:
    """POST /orders `{"items": {section URI: count}}`."""
    person = call.person()
    forms.require(call.body, ("items",))
    items = _items(call)
    cursor = call.world.execute(
        "INSERT INTO booking (number, account, placed) VALUES (?, ?, ?)",
        (forms.order_number(call.rng), person.account, forms.ticket_time(call.now)),
    )
    number = int(cursor.lastrowid or 0)
    for section, count in items:
        issue_tickets(call, section, count, number)
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
    forms.require(call.body, ("items",))
    for section, count in _items(call):
        held = _held(call.world, row["id"], section["id"])
        if count > len(held):
            issue_tickets(call, section, count - len(held), row["id"])
        cancel_tickets(call, held[count:])
    return answer(_shown(call.world, row))


def cancel_order(call: Call) -> JsonResponse:
    """DELETE /orders/{order}: cancels its unused tickets."""
    row = _own(call)
    query = "SELECT id FROM ticket WHERE booking = ?"
    held = [ticket["id"] for ticket in call.world.execute(query, (row["id"],))]
    cancel_tickets(call, held)
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


UNUSED = "N/A"
"""The value of `redeemed` for an unused ticket."""


@dataclass(frozen=True)
class Scope:
    """The event and sections that a caller may admit to; the sections' JSON by identifier."""

    event: int
    sections: dict[int, str]

    @property
    def clause(self) -> str:
        """Return an SQL condition on `event` and `section`; `values` are its parameters."""
        return f"event = ? AND section IN ({forms.marks(self.sections)})"

    @property
    def values(self) -> tuple[int, ...]:
        """The parameters of `clause`."""
        return (self.event, *self.sections)


def scope_of(call: Call) -> Scope:
    """Return a gate's sections, or all for an administrator of the host; 404 or 403 otherwise."""
    event = sections.event_row(call.world, call.id("event"))
    if isinstance(call.caller, Gate):
        if call.caller.event != event["id"]:
            raise errors.restricted()
        query = "SELECT * FROM token WHERE id = ?"
        token = call.world.execute(query, (call.caller.token,)).fetchone()
        allowed = tokens.permitted(call.world, token)
    elif administers(call.world, call.caller, event["host"]):
        allowed = sections.sections_of(call.world, event["id"])
    else:
        raise errors.restricted()
    return Scope(event["id"], {row["id"]: dump(sections.shown_whole(row)) for row in allowed})


def list_tickets(call: Call) -> JsonResponse:
    """GET /events/{event}/tickets: the unused tickets, or all changed after `modified_since`."""
    scope = scope_of(call)
    page = asked_page(call.query)
    condition, value = _state_wanted(call)
    where = f"{condition} AND {scope.clause}"
    values = (value, *scope.values)
    count = f"SELECT count(*) FROM ticket WHERE {where}"  # noqa: S608 - built from fixed parts
    return collection(
        page,
        call.world.execute(count, values).fetchone()[0],
        lambda: _entries(call, scope, where, (*values, page.records, page.offset)),
    )


def _state_wanted(call: Call) -> tuple[str, str | int]:
    since = call.query.get("modified_since", "")
    if not since:
        return "status = ?", "Issued"
    at = forms.read_time(since)
    if at is None:
        raise errors.invalid("modified_since")
    return "modified > ?", forms.microseconds(at)


def _entries(call: Call, scope: Scope, where: str, values: Sequence[object]) -> list[str]:
    # The page is cut from an index first, so that only its own rows are read.
    query = (
        "SELECT ticket.id, section, serial, status, issued, redeemed, account.body AS owner"  # noqa: S608
        f" FROM (SELECT id AS here FROM ticket WHERE {where} ORDER BY id LIMIT ? OFFSET ?)"
        " JOIN ticket ON ticket.id = here JOIN account ON account.id = ticket.owner ORDER BY here"
    )
    return [
        f'{{"self":"/events/{scope.event}/tickets/{row["id"]}","serial":"{row["serial"]}",'
        f'"status":"{row["status"]}","section":{scope.sections[row["section"]]},'
        f'"owner":{row["owner"]},"issued":"{row["issued"]}","redeemed":"{row["redeemed"]}"}}'
        for row in call.world.execute(query, values)
    ]


def issue_tickets(call: Call, section: sqlite3.Row, count: int, booking: int) -> None:
    """Issue `count` tickets of a section to the caller; 400 where fewer are left."""
    if section["capacity"] - section["sold"] < count:
        raise errors.bad_request(
            "An order for the requested tickets could not be placed at this time. Please try again."
        )
    title = sections.event_row(call.world, section["event"])["title"]
    head = forms.serial_head(title, section["name"])
    known = "SELECT 1 FROM ticket WHERE serial = ?"
    serials: set[str] = set()
    while len(serials) < count:
        serial = f"{head}{call.rng.randrange(10**8):08}"
        if call.world.execute(known, (serial,)).fetchone() is None:
            serials.add(serial)
    at, changed = forms.ticket_time(call.now), forms.microseconds(call.now)
    owner = call.person().account
    call.world.executemany(
        "INSERT INTO ticket (event, section, serial, owner, status, issued, redeemed, modified,"
        " booking) VALUES (?, ?, ?, ?, 'Issued', ?, ?, ?, ?)",
        [
            (section["event"], section["id"], serial, owner, at, UNUSED, changed, booking)
            for serial in sorted(serials)
        ],
    )
    call.world.execute("UPDATE section SET sold = sold + ? WHERE id = ?", (count, section["id"]))


def cancel_tickets(call: Call, tickets: Sequence[int]) -> None:
    """Cancel the unused ones of the tickets, and free their places."""
    for ticket in tickets:
        cancelled = call.world.execute(
            "UPDATE ticket SET status = 'Cancelled', modified = ?"
            " WHERE id = ? AND status = 'Issued'",
            (forms.microseconds(call.now), ticket),
        )
        if cancelled.rowcount:
            call.world.execute(
                "UPDATE section SET sold = sold - 1"
                " WHERE id = (SELECT section FROM ticket WHERE id = ?)",
                (ticket,),
            )
