"""The tickets of an event, listed for a gate and issued for an order."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from scanner.mock import errors, forms
from scanner.mock.call import Call, Gate, JsonResponse, administers, dump
from scanner.mock.pages import asked_page, collection
from scanner.mock.resources import access, sections, tokens

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
    event = access.event_row(call.world, call.id("event"))
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
    title = access.event_row(call.world, section["event"])["title"]
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
