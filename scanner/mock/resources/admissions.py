"""Admissions: granted in batches, and listed."""

import sqlite3
from collections.abc import Mapping

from scanner.mock import arguments, errors, forms
from scanner.mock.call import Call, JsonResponse, dump
from scanner.mock.pages import asked_page, collection
from scanner.mock.resources import accounts
from scanner.mock.resources.tickets import Scope, scope_of

TEXT_FILTERS = {"redeemer": "redeemer", "device": "device", "ticket": "serial"}


def admit(call: Call) -> JsonResponse:
    """POST /events/{event}/admissions: the admissions granted; 400 where there is none."""
    scope = scope_of(call)
    arguments.require(call.body, ("redeemer", "device", "serials"))
    redeemer, device = arguments.text(call.body, "redeemer"), arguments.text(call.body, "device")
    granted: list[str] = []
    for serial in dict.fromkeys(arguments.texts(call.body, "serials")):
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
