"""The sections of an event; their `self` is relative to the event."""

import json
import sqlite3

from scanner.mock import errors, forms
from scanner.mock.call import Call, Gate, JsonResponse, administers, answer, created, gone, slice_of


def event_row(world: sqlite3.Connection, number: int) -> sqlite3.Row:
    """Return the event, or 404."""
    query = "SELECT * FROM event WHERE id = ?"
    row: sqlite3.Row | None = world.execute(query, (number,)).fetchone()
    if row is None:
        raise errors.no_resource()
    return row


def visible_event(call: Call) -> sqlite3.Row:
    """Return the URI's event, if the caller may see it; 404 or 403 otherwise."""
    row = event_row(call.world, call.id("event"))
    if not may_see(call, row):
        raise errors.restricted()
    return row


def managed_event(call: Call) -> sqlite3.Row:
    """Return the URI's event, if the caller administers its host; 404 or 403 otherwise."""
    row = event_row(call.world, call.id("event"))
    if not administers(call.world, call.caller, row["host"]):
        raise errors.restricted()
    return row


def may_see(call: Call, row: sqlite3.Row) -> bool:
    """Tell whether the caller may see the event: it is listed, managed by them, or their gate's."""
    if isinstance(call.caller, Gate):
        return bool(call.caller.event == row["id"])
    return is_public(row) or administers(call.world, call.caller, row["host"])


def is_public(row: sqlite3.Row) -> bool:
    """Tell whether everyone may see the event."""
    return row["status"] == "Published" and bool(json.loads(row["body"])["public"])


REQUIRED = ("name", "basePrice", "salesStart", "salesEnd", "capacity")


def create_section(call: Call) -> JsonResponse:
    """POST /events/{event}/sections."""
    event = managed_event(call)
    forms.require(call.body, REQUIRED)
    cursor = call.world.execute(
        "INSERT INTO section (event, name, description, price, sales_start, sales_end, capacity)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            event["id"],
            forms.text(call.body, "name"),
            forms.text(call.body, "description"),
            forms.number(call.body, "basePrice"),
            forms.text(call.body, "salesStart"),
            forms.text(call.body, "salesEnd"),
            forms.whole(call.body, "capacity"),
        ),
    )
    return created(shown(_section(call.world, event["id"], int(cursor.lastrowid or 0))))


def list_sections(call: Call) -> JsonResponse:
    """GET /events/{event}/sections."""
    event = visible_event(call)
    return slice_of(call.query, sections_of(call.world, event["id"]), shown)


def show_section(call: Call) -> JsonResponse:
    """GET /events/{event}/sections/{section}."""
    event = visible_event(call)
    return answer(shown(_section(call.world, event["id"], call.id("section"))))


def change_section(call: Call) -> JsonResponse:
    """PUT /events/{event}/sections/{section}: changes the fields in the body."""
    event = managed_event(call)
    row = _section(call.world, event["id"], call.id("section"))
    forms.refuse_emptied(call.body, REQUIRED)
    active = call.body.get("active", bool(row["active"]))
    if not isinstance(active, bool):
        raise errors.invalid("active")
    call.world.execute(
        "UPDATE section SET name = ?, description = ?, price = ?, sales_start = ?, sales_end = ?,"
        " capacity = ?, active = ? WHERE id = ?",
        (
            forms.text(call.body, "name", row["name"]),
            forms.text(call.body, "description", row["description"]),
            forms.number(call.body, "basePrice", row["price"]),
            forms.text(call.body, "salesStart", row["sales_start"]),
            forms.text(call.body, "salesEnd", row["sales_end"]),
            forms.whole(call.body, "capacity", row["capacity"]),
            active,
            row["id"],
        ),
    )
    return answer(shown(_section(call.world, event["id"], row["id"])))


def delete_section(call: Call) -> JsonResponse:
    """DELETE /events/{event}/sections/{section}, with its tickets and admissions."""
    event = managed_event(call)
    row = _section(call.world, event["id"], call.id("section"))
    call.world.execute("DELETE FROM section WHERE id = ?", (row["id"],))
    return gone()


def sections_of(world: sqlite3.Connection, event: int) -> list[sqlite3.Row]:
    """Return all sections of an event, oldest first."""
    query = "SELECT * FROM section WHERE event = ? ORDER BY id"
    return world.execute(query, (event,)).fetchall()


def uri(row: sqlite3.Row) -> str:
    """Return a section's absolute URI, as tokens, sessions, tickets and admissions give it."""
    return f"/events/{row['event']}/sections/{row['id']}"


def shown(row: sqlite3.Row) -> dict[str, object]:
    """Return a section's JSON with its URI relative to the event."""
    price = int(row["price"]) if row["price"] == int(row["price"]) else row["price"]
    return {
        "self": f"/sections/{row['id']}",
        "name": row["name"],
        "description": row["description"],
        "price": {"base": price, "current": price, "expires": row["sales_end"]},
        "salesStart": row["sales_start"],
        "salesEnd": row["sales_end"],
        "active": bool(row["active"]),
        "capacity": row["capacity"],
        "sold": row["sold"],
        "remaining": max(0, row["capacity"] - row["sold"]),
        "reserved": 0,
    }


def shown_whole(row: sqlite3.Row) -> dict[str, object]:
    """Return a section's JSON with its absolute URI."""
    return {**shown(row), "self": uri(row)}


def _section(world: sqlite3.Connection, event: int, number: int) -> sqlite3.Row:
    query = "SELECT * FROM section WHERE event = ? AND id = ?"
    row: sqlite3.Row | None = world.execute(query, (event, number)).fetchone()
    if row is None:
        raise errors.no_resource()
    return row
