"""Hosts, categories, regions and venues: four kinds of resources with the same endpoints."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from scanner.mock import errors, forms
from scanner.mock.call import Call, JsonResponse, administers, answer, created, dump, gone, slice_of

FLAGS = "https://restfulcountries.com/assets/images/flags"
MAPS = "https://maps.googleapis.com/maps/api/staticmap"


@dataclass(frozen=True)
class Collection:
    """One kind of resource: path, name in errors, fields, and what depends on it."""

    path: str
    noun: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    dependents: str


KINDS = {
    kind.path: kind
    for kind in (
        Collection(
            "hosts",
            "host",
            ("name", "contact", "email"),
            (
                "description",
                "phone",
                "website",
                "country",
                "firstAddressLine",
                "secondAddressLine",
                "city",
                "state",
                "businessNo",
            ),
            "SELECT 1 FROM event WHERE host = ?",
        ),
        Collection(
            "categories",
            "category",
            ("name",),
            ("subcategories",),
            "SELECT 1 FROM event WHERE category = ?",
        ),
        Collection(
            "regions",
            "region",
            ("name", "country"),
            ("district", "city"),
            "SELECT 1 FROM document WHERE kind = 'venues' AND json_extract(body, '$.region') = ?",
        ),
        Collection(
            "venues",
            "venue",
            ("name", "region", "address"),
            ("longitude", "latitude"),
            "SELECT 1 FROM event WHERE venue = ?",
        ),
    )
}


class Catalogue:
    """The five endpoints of one kind."""

    def __init__(self, path: str) -> None:
        self._kind = KINDS[path]

    def create(self, call: Call) -> JsonResponse:
        """POST /{kind}; the caller becomes a new host's administrator."""
        person = call.person() if self._kind.path == "hosts" else call.administrator()
        forms.require(call.body, self._kind.required)
        fields = self._fields(call, {})
        self._refuse_twin(call, fields, 0)
        made = add_document(call.world, self._kind.path, fields)
        if self._kind.path == "hosts":
            call.world.execute(
                "INSERT INTO host_administrator (host, account) VALUES (?, ?)",
                (made, person.account),
            )
        return created(self._show(call, made))

    def list(self, call: Call) -> JsonResponse:
        """GET /{kind}; venues by `region` and `name`."""
        call.person()
        query = "SELECT * FROM document WHERE kind = ? ORDER BY id"
        found = call.world.execute(query, (self._kind.path,)).fetchall()
        if self._kind.path == "venues":
            found = [venue for venue in found if _venue_wanted(call.query, venue)]
        return slice_of(call.query, found, shown)

    def show(self, call: Call) -> JsonResponse:
        """GET /{kind}/{id}."""
        call.person()
        return answer(self._show(call, call.id("id")))

    def change(self, call: Call) -> JsonResponse:
        """PUT /{kind}/{id}: changes the fields in the body."""
        number = call.id("id")
        row = document(call.world, self._kind.path, number)
        self._allow_change(call, number)
        forms.refuse_emptied(call.body, self._kind.required)
        fields = self._fields(call, json.loads(row["body"]))
        self._refuse_twin(call, fields, number)
        call.world.execute(
            "UPDATE document SET name = ?, body = ? WHERE id = ?",
            (fields["name"], dump(fields), number),
        )
        return answer(self._show(call, number))

    def delete(self, call: Call) -> JsonResponse:
        """DELETE /{kind}/{id}: 409 where others depend on it."""
        number = call.id("id")
        document(call.world, self._kind.path, number)
        self._allow_change(call, number)
        if call.world.execute(self._kind.dependents, (number,)).fetchone() is not None:
            raise errors.in_use(self._kind.noun)
        call.world.execute("DELETE FROM document WHERE id = ?", (number,))
        return gone()

    def _allow_change(self, call: Call, number: int) -> None:
        if self._kind.path != "hosts":
            call.administrator()
            return
        call.person()
        if not administers(call.world, call.caller, number):
            raise errors.not_host_administrator()

    def _show(self, call: Call, number: int) -> dict[str, object]:
        return shown(document(call.world, self._kind.path, number))

    def _fields(self, call: Call, before: Mapping[str, object]) -> dict[str, object]:
        fields = {
            name: call.body.get(name, before.get(name))
            for name in (*self._kind.required, *self._kind.optional)
        }
        for name, value in fields.items():
            _refuse_shape(name, value)
        if "region" in fields:
            fields["region"] = reference(call.world, "regions", fields["region"], "region")
        return fields

    def _refuse_twin(self, call: Call, fields: Mapping[str, object], own: int) -> None:
        twin = call.world.execute(
            "SELECT 1 FROM document WHERE kind = ? AND name = ? AND id != ?",
            (self._kind.path, fields["name"], own),
        ).fetchone()
        if twin is not None:
            raise errors.conflict(self._kind.noun, "name")


def add_document(world: sqlite3.Connection, path: str, fields: Mapping[str, object]) -> int:
    """Insert a resource of the kind at `path`; return its identifier."""
    cursor = world.execute(
        "INSERT INTO document (kind, name, body) VALUES (?, ?, ?)",
        (path, fields["name"], dump(fields)),
    )
    return int(cursor.lastrowid or 0)


def document(world: sqlite3.Connection, path: str, number: int) -> sqlite3.Row:
    """Return the resource, or 404."""
    row: sqlite3.Row | None = world.execute(
        "SELECT * FROM document WHERE kind = ? AND id = ?", (path, number)
    ).fetchone()
    if row is None:
        raise errors.no_resource()
    return row


def reference(world: sqlite3.Connection, path: str, value: object, name: str) -> int:
    """Return the identifier in argument `name`, alone or in a URI; 400 where it doesn't exist."""
    number = forms.identifier(str(value))
    query = "SELECT 1 FROM document WHERE kind = ? AND id = ?"
    if number is None or world.execute(query, (path, number)).fetchone() is None:
        raise errors.invalid(name)
    return number


def shown(row: sqlite3.Row) -> dict[str, object]:
    """Return the JSON of a resource alone; a venue's `region` is then a URI."""
    fields: dict[str, object] = {
        "self": f"/{row['kind']}/{row['id']}",
        **json.loads(row["body"]),
    }
    if row["kind"] == "regions":
        country = str(fields["country"]).title().replace(" ", "-")
        fields["icon"] = f"{FLAGS}/{country}.png"
    if row["kind"] == "venues":
        fields["region"] = f"/regions/{fields['region']}"
        fields["map"] = f"{MAPS}?center={fields['latitude']},{fields['longitude']}"
    return fields


def embedded_venue(world: sqlite3.Connection, number: int) -> dict[str, object]:
    """Return the JSON of an event's venue; its `region` is then an object."""
    venue = shown(document(world, "venues", number))
    region = forms.identifier(str(venue["region"])) or 0
    return {**venue, "region": shown(document(world, "regions", region))}


def add_host_administrator(call: Call) -> JsonResponse:
    """POST /hosts/{id}/administrators `{"account": number}`."""
    host = call.id("id")
    document(call.world, "hosts", host)
    call.person()
    if not administers(call.world, call.caller, host):
        raise errors.not_host_administrator()
    forms.require(call.body, ("account",))
    number = forms.text(call.body, "account").rsplit("/", 1)[-1]
    account = call.world.execute("SELECT id FROM account WHERE number = ?", (number,)).fetchone()
    if account is None:
        raise errors.invalid("account")
    call.world.execute(
        "INSERT OR IGNORE INTO host_administrator (host, account) VALUES (?, ?)",
        (host, account["id"]),
    )
    return created({"account": f"/accounts/{number}"})


def _venue_wanted(query: Mapping[str, str], venue: sqlite3.Row) -> bool:
    region, name = query.get("region"), query.get("name")
    if region is not None and forms.identifier(region) != json.loads(venue["body"])["region"]:
        return False
    return name is None or venue["name"] == name


def _refuse_shape(name: str, value: object) -> None:
    if value is None or name == "region":
        return
    if name in ("longitude", "latitude"):
        fits = isinstance(value, int | float) and abs(value) <= 180  # noqa: PLR2004 - degrees
    elif name == "subcategories":
        fits = isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    else:
        fits = isinstance(value, str)
    if not fits:
        raise errors.invalid(name)
