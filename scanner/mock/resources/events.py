"""Events."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from scanner.mock import errors, forms
from scanner.mock.call import Call, JsonResponse, administers, answer, created, dump, gone, slice_of
from scanner.mock.resources import catalogue, sections
from scanner.mock.resources.sections import (
    event_row,
    is_public,
    managed_event,
    may_see,
    visible_event,
)

REQUIRED = ("host", "type", "title", "description", "category", "subcategory", "public", "venue")
TEXTS = ("description", "type", "subcategory", "start", "end", "disclaimer")
FOREVER = datetime.max.replace(tzinfo=UTC)


def create_event(call: Call) -> JsonResponse:
    """POST /events: creates a draft, with its global token."""
    call.person()
    forms.require(call.body, REQUIRED)
    host = catalogue.reference(call.world, "hosts", call.body["host"], "host")
    if not administers(call.world, call.caller, host):
        raise errors.not_host_administrator()
    title = forms.text(call.body, "title")
    _refuse_twin(call.world, title, 0)
    category = catalogue.reference(call.world, "categories", call.body["category"], "category")
    venue = catalogue.reference(call.world, "venues", call.body["venue"], "venue")
    cursor = call.world.execute(
        "INSERT INTO event (title, host, category, venue, status, published, popularity, body)"
        " VALUES (?, ?, ?, ?, 'Draft', '', 0, ?)",
        (title, host, category, venue, dump(_details(call.body, {}))),
    )
    number = int(cursor.lastrowid or 0)
    call.world.execute(
        "INSERT INTO token (event, code, key, global) VALUES (?, ?, ?, 1)",
        (number, forms.token_code(call.rng), forms.api_key(call.rng)),
    )
    return created(shown(call, event_row(call.world, number)))


def list_events(call: Call) -> JsonResponse:
    """GET /events: the events that the caller may see, filtered and sorted."""
    return _listed(call, call.query, _all(call.world))


def list_published_events(call: Call) -> JsonResponse:
    """GET /published-events: by `region` and `title`."""
    rows = [row for row in _all(call.world) if is_public(row)]
    return _listed(call, {k: v for k, v in call.query.items() if k in _PUBLISHED_TERMS}, rows)


def list_hosted_events(call: Call) -> JsonResponse:
    """GET /hosts/{id}/events."""
    host = call.id("id")
    catalogue.document(call.world, "hosts", host)
    return _listed(call, call.query, [row for row in _all(call.world) if row["host"] == host])


def show_event(call: Call) -> JsonResponse:
    """GET /events/{event}: 403 where it is not listed and the key may not see it."""
    return answer(shown(call, visible_event(call)))


def change_event(call: Call) -> JsonResponse:
    """PUT /events/{event}: changes the fields in the body."""
    row = managed_event(call)
    forms.refuse_emptied(call.body, REQUIRED)
    title = forms.text(call.body, "title", row["title"])
    _refuse_twin(call.world, title, row["id"])
    given = call.body.get
    category, venue = given("category", row["category"]), given("venue", row["venue"])
    call.world.execute(
        "UPDATE event SET title = ?, category = ?, venue = ?, body = ? WHERE id = ?",
        (
            title,
            catalogue.reference(call.world, "categories", category, "category"),
            catalogue.reference(call.world, "venues", venue, "venue"),
            dump(_details(call.body, json.loads(row["body"]))),
            row["id"],
        ),
    )
    return answer(shown(call, event_row(call.world, row["id"])))


def delete_event(call: Call) -> JsonResponse:
    """DELETE /events/{event}, with its sections, tokens, tickets and admissions."""
    row = managed_event(call)
    call.world.execute("DELETE FROM event WHERE id = ?", (row["id"],))
    return gone()


def shown(call: Call, row: sqlite3.Row) -> dict[str, object]:
    """Return an event's JSON, with category, venue and sections as objects."""
    details = json.loads(row["body"])
    media = f"{call.base}/media"
    return {
        "self": f"/events/{row['id']}",
        "title": row["title"],
        **details,
        "category": catalogue.shown(catalogue.document(call.world, "categories", row["category"])),
        "venue": catalogue.embedded_venue(call.world, row["venue"]),
        "banner": f"{media}/banner/{row['id']}",
        "thumbnail": f"{media}/thumbnail/{row['id']}",
        "status": row["status"],
        "published": row["published"],
        "popularity": row["popularity"],
        "sections": [
            sections.shown(section) for section in sections.sections_of(call.world, row["id"])
        ],
    }


_PUBLISHED_TERMS = ("region", "title", "sort", "order", "page", "records")
_SORTS: Mapping[str, Callable[[sqlite3.Row], str]] = {
    "alphabetical": lambda row: str(row["title"]).casefold(),
    "published": lambda row: str(row["published"]),
    "popularity": lambda row: f"{row['popularity']:020}",
    "start": lambda row: str(json.loads(row["body"])["start"] or ""),
}


def _all(world: sqlite3.Connection) -> list[sqlite3.Row]:
    return world.execute("SELECT * FROM event ORDER BY id").fetchall()


def _listed(call: Call, query: Mapping[str, str], rows: list[sqlite3.Row]) -> JsonResponse:
    found = [row for row in rows if may_see(call, row) and _wanted(call, query, row)]
    by = _SORTS.get(query.get("sort", ""))
    if by is not None:
        found.sort(key=by, reverse=query.get("order", "asc").lower() == "desc")
    return slice_of(query, found, lambda row: shown(call, row))


def _wanted(call: Call, query: Mapping[str, str], row: sqlite3.Row) -> bool:
    details = json.loads(row["body"])
    facts = {
        "title": row["title"],
        "status": row["status"],
        "public": _word(details["public"]),
        "active": _word(_end(details) >= call.now),
    }
    if any(query.get(name, fact) != fact for name, fact in facts.items()):
        return False
    if "host" in query and forms.identifier(query["host"]) != row["host"]:
        return False
    if "region" in query and forms.identifier(query["region"]) != _region(call.world, row):
        return False
    return "section" not in query or _has_section(call.world, row, query["section"])


def _word(truth: object) -> str:
    return "true" if truth else "false"


def _end(details: Mapping[str, object]) -> datetime:
    end = details["end"]
    at = forms.read_time(end) if isinstance(end, str) else None
    return FOREVER if at is None else at


def _region(world: sqlite3.Connection, row: sqlite3.Row) -> int:
    venue = catalogue.document(world, "venues", row["venue"])
    return int(json.loads(venue["body"])["region"])


def _has_section(world: sqlite3.Connection, row: sqlite3.Row, section: str) -> bool:
    number = forms.identifier(section)
    return any(found["id"] == number for found in sections.sections_of(world, row["id"]))


def _details(body: Mapping[str, object], before: Mapping[str, object]) -> dict[str, object]:
    public, tags = body.get("public", before.get("public")), body.get("tags", before.get("tags"))
    if not isinstance(public, bool):
        raise errors.invalid("public")
    if tags is not None and not isinstance(tags, list):
        raise errors.invalid("tags")
    texts = {name: body.get(name, before.get(name)) for name in TEXTS}
    wrong = [name for name, text in texts.items() if not isinstance(text, str | None)]
    if wrong:
        raise errors.invalid(*wrong)
    return {**texts, "public": public, "tags": tags or []}


def _refuse_twin(world: sqlite3.Connection, title: str, own: int) -> None:
    query = "SELECT 1 FROM event WHERE title = ? AND id != ?"
    if world.execute(query, (title, own)).fetchone() is not None:
        raise errors.conflict("event", "title")
