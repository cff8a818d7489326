"""Endpoints under `/_mock/` that the vendor doesn't have, for tests and the demo.

They need an administrator's key.
"""

import sqlite3

from scanner.mock import arguments, errors, forms
from scanner.mock.call import Call, JsonResponse, answer
from scanner.mock.errors import ApiError
from scanner.mock.resources import access, accounts, events, tickets
from scanner.mock.resources.admissions import facts_of

STATUSES = ("Issued", "Cancelled", "Transferred")


def all_admissions(call: Call) -> JsonResponse:
    """GET /_mock/admissions: every admission of every event, oldest first."""
    call.administrator()
    query = "SELECT * FROM admission ORDER BY id"
    return answer([facts_of(row) for row in call.world.execute(query)])


def change_ticket(call: Call) -> JsonResponse:
    """POST /_mock/tickets/{serial} `{"status": …, "owner": account number}`.

    A transfer to an owner leaves the ticket issued, under its new owner; it counts as modified.
    """
    call.administrator()
    arguments.require(call.body, ("status",))
    status = arguments.text(call.body, "status")
    if status not in STATUSES:
        raise errors.invalid("status")
    row = _ticket(call.world, call.path["serial"])
    owner = accounts.account_id(call.world, arguments.text(call.body, "owner"))
    if call.body.get("owner") is not None and owner is None:
        raise errors.invalid("owner")
    if row["status"] == "Redeemed":
        raise ApiError(409, {"error": "A redeemed ticket cannot be changed."})
    if status == "Cancelled":
        tickets.cancel_tickets(call, [row["id"]])
    else:
        call.world.execute(
            "UPDATE ticket SET status = ?, owner = ?, modified = ? WHERE id = ?",
            (
                "Issued" if owner is not None else status,
                row["owner"] if owner is None else owner,
                forms.microseconds(call.now),
                row["id"],
            ),
        )
    return answer({"serial": row["serial"], "status": _ticket(call.world, row["serial"])["status"]})


def change_event(call: Call) -> JsonResponse:
    """POST /_mock/events/{event} `{"status": …, "popularity": …}`: what a review would decide."""
    call.administrator()
    row = access.event_row(call.world, call.id("event"))
    status = arguments.text(call.body, "status", row["status"])
    published = row["published"]
    if status == "Published" and not published:
        published = forms.ticket_time(call.now)
    call.world.execute(
        "UPDATE event SET status = ?, published = ?, popularity = ? WHERE id = ?",
        (status, published, arguments.whole(call.body, "popularity", row["popularity"]), row["id"]),
    )
    return answer(events.shown(call, access.event_row(call.world, row["id"])))


def arm_faults(call: Call) -> JsonResponse:
    """POST /_mock/faults `{"requests": n}`: the next n requests get a server error."""
    call.administrator()
    call.faults.armed = arguments.whole(call.body, "requests")
    return answer({"requests": call.faults.armed})


def _ticket(world: sqlite3.Connection, serial: str) -> sqlite3.Row:
    query = "SELECT id, serial, status, owner FROM ticket WHERE serial = ?"
    row: sqlite3.Row | None = world.execute(query, (serial,)).fetchone()
    if row is None:
        raise errors.no_resource()
    return row
