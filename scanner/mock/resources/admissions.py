"""Admissions: granted in batches, and listed."""

import sqlite3
from collections.abc import Mapping

from scanner.mock import errors, forms
from scanner.mock.call import Call, JsonResponse, answer, asked_page, collection, dump
from scanner.mock.errors import ApiError
from scanner.mock.resources import accounts, events, sections, tickets
from scanner.mock.resources.tickets import Scope, scope_of

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
    forms.require(call.body, ("status",))
    status = forms.text(call.body, "status")
    if status not in STATUSES:
        raise errors.invalid("status")
    row = _ticket(call.world, call.path["serial"])
    owner = accounts.account_id(call.world, forms.text(call.body, "owner"))
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
    row = sections.event_row(call.world, call.id("event"))
    status = forms.text(call.body, "status", row["status"])
    published = row["published"]
    if status == "Published" and not published:
        published = forms.ticket_time(call.now)
    call.world.execute(
        "UPDATE event SET status = ?, published = ?, popularity = ? WHERE id = ?",
        (status, published, forms.whole(call.body, "popularity", row["popularity"]), row["id"]),
    )
    return answer(events.shown(call, sections.event_row(call.world, row["id"])))


def arm_faults(call: Call) -> JsonResponse:
    """POST /_mock/faults: sets what is given of `Faults`, and shows all of it.

    `{"requests": n, "strays": n, "page_records": n, "name_characters": n}`: the next n requests
    get a server error; the next n for a token get a stray 404; pages and names are cut at n.
    """
    call.administrator()
    faults = call.faults
    faults.armed = forms.whole(call.body, "requests", faults.armed)
    faults.strays = forms.whole(call.body, "strays", faults.strays)
    faults.page_records = forms.whole(call.body, "page_records", faults.page_records)
    faults.name_characters = forms.whole(call.body, "name_characters", faults.name_characters)
    return answer(
        {
            "requests": faults.armed,
            "strays": faults.strays,
            "page_records": faults.page_records,
            "name_characters": faults.name_characters,
        }
    )


def _ticket(world: sqlite3.Connection, serial: str) -> sqlite3.Row:
    query = "SELECT id, serial, status, owner FROM ticket WHERE serial = ?"
    row: sqlite3.Row | None = world.execute(query, (serial,)).fetchone()
    if row is None:
        raise errors.no_resource()
    return row


TEXT_FILTERS = {"redeemer": "redeemer", "device": "device", "ticket": "serial"}


def admit(call: Call) -> JsonResponse:
    """POST /events/{event}/admissions: the admissions granted; 400 where there is none."""
    scope = scope_of(call)
    forms.require(call.body, ("redeemer", "device", "serials"))
    redeemer = call.faults.cut_name(forms.text(call.body, "redeemer"))
    device = call.faults.cut_name(forms.text(call.body, "device"))
    granted: list[str] = []
    for serial in dict.fromkeys(forms.texts(call.body, "serials")):
        granted.extend(_grant(call, scope, serial, redeemer, device))
    if not granted:
        raise errors.bad_request(
            "None of the provided ticket serials grants admission to this event"
        )
    return JsonResponse(201, f"[{','.join(granted)}]")


def _grant(call: Call, scope: Scope, serial: str, redeemer: str, device: str) -> list[str]:
    ticket = call.world.execute(
        "SELECT ticket.id, event, section, owner, body FROM ticket"
        " JOIN account ON account.id = owner WHERE serial = ? AND status = 'Issued'",
        (serial,),
    ).fetchone()
    if ticket is None or ticket["event"] != scope.event or ticket["section"] not in scope.sections:
        return []
    at = forms.ticket_time(call.now)
    call.world.execute(
        "UPDATE ticket SET status = 'Redeemed', redeemed = ?, modified = ? WHERE id = ?",
        (at, forms.microseconds(call.now), ticket["id"]),
    )
    made = call.world.execute(
        "INSERT INTO admission (event, section, serial, patron, redeemer, device, admitted)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (scope.event, ticket["section"], serial, ticket["owner"], redeemer, device, at),
    )
    facts = {
        "self": f"/events/{scope.event}/admissions/{made.lastrowid}",
        "redeemer": redeemer,
        "device": device,
        "ticket": serial,
        "admitted": at,
    }
    return [_shown(facts, ticket["body"], scope.sections[ticket["section"]])]


def list_admissions(call: Call) -> JsonResponse:
    """GET /events/{event}/admissions by `redeemer`, `device`, `ticket`, `patron`, `section`."""
    scope = scope_of(call)
    page = asked_page(call.query)
    conditions, values = [scope.clause], list[object](scope.values)
    for name, column in TEXT_FILTERS.items():
        if name in call.query:
            conditions.append(f"{column} = ?")
            values.append(call.query[name])
    if "section" in call.query:
        conditions.append("section = ?")
        values.append(forms.identifier(call.query["section"]) or 0)
    if "patron" in call.query:
        conditions.append("patron = ?")
        values.append(accounts.account_id(call.world, call.query["patron"]) or 0)
    where = " AND ".join(conditions)
    count = f"SELECT count(*) FROM admission WHERE {where}"  # noqa: S608 - fixed names

    def entries() -> list[str]:
        query = (
            "SELECT admission.*, body FROM admission JOIN account ON account.id = patron"  # noqa: S608
            f" WHERE {where} ORDER BY admission.id LIMIT ? OFFSET ?"
        )
        found = call.world.execute(query, (*values, page.records, page.offset))
        return [_listed(row, scope) for row in found]

    return collection(page, call.world.execute(count, values).fetchone()[0], entries)


def facts_of(row: sqlite3.Row) -> dict[str, object]:
    """Return an admission's JSON, without patron and section."""
    return {
        "self": f"/events/{row['event']}/admissions/{row['id']}",
        "redeemer": row["redeemer"],
        "device": row["device"],
        "ticket": row["serial"],
        "admitted": row["admitted"],
    }


def _listed(row: sqlite3.Row, scope: Scope) -> str:
    return _shown(facts_of(row), row["body"], scope.sections[row["section"]])


def _shown(facts: Mapping[str, object], patron: str, section: str) -> str:
    return f'{dump(facts)[:-1]},"patron":{patron},"section":{section}}}'
