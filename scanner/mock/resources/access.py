"""Access rights: who may see an event, and who may manage it."""

import json
import sqlite3

from scanner.mock import errors
from scanner.mock.call import Call, Gate, administers


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
