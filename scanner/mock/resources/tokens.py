"""Admission tokens: the host manages them, a gate redeems them."""

import sqlite3
from collections.abc import Iterable, Sequence

from scanner.mock import errors, forms
from scanner.mock.call import Call, JsonResponse, answer, created, gone, slice_of
from scanner.mock.errors import ApiError
from scanner.mock.resources import sections


def authenticate(call: Call) -> JsonResponse:
    """GET /tokens/{code}: a gate's key, its event and its sections."""
    token = call.world.execute(
        "SELECT * FROM token WHERE code = ?", (call.path["code"],)
    ).fetchone()
    if token is None:
        text = "The provided code does not belong to any event token"
        raise ApiError(404, {"error": text})
    return answer(
        {
            "key": token["key"],
            "event": f"/events/{token['event']}",
            "sections": [sections.uri(row) for row in permitted(call.world, token)],
        }
    )


def issue_token(call: Call) -> JsonResponse:
    """POST /events/{event}/tokens `{"sections": [uri, …]}`."""
    event = sections.managed_event(call)
    chosen = _chosen_sections(call, event["id"])
    token = add_token(
        call.world, event["id"], forms.token_code(call.rng), forms.api_key(call.rng), chosen
    )
    return created(shown(call.world, _token(call.world, event["id"], token)))


def list_tokens(call: Call) -> JsonResponse:
    """GET /events/{event}/tokens: with the global token first, alone, or left out."""
    event = sections.managed_event(call)
    wanted = call.query.get("global", "").lower()
    if wanted not in ("", "true", "false"):
        raise errors.invalid("global")
    query = "SELECT * FROM token WHERE event = ? ORDER BY global DESC, id"
    found = [
        token
        for token in call.world.execute(query, (event["id"],))
        if not wanted or bool(token["global"]) == (wanted == "true")
    ]
    return slice_of(call.query, found, lambda token: shown(call.world, token))


def show_token(call: Call) -> JsonResponse:
    """GET /events/{event}/tokens/{token}."""
    event = sections.managed_event(call)
    return answer(shown(call.world, _token(call.world, event["id"], call.id("token"))))


def change_token(call: Call) -> JsonResponse:
    """PUT /events/{event}/tokens/{token} `{"sections": [uri, …]}`."""
    event = sections.managed_event(call)
    token = _changeable(_token(call.world, event["id"], call.id("token")))
    chosen = _chosen_sections(call, event["id"])
    call.world.execute("DELETE FROM token_section WHERE token = ?", (token["id"],))
    _permit(call.world, token["id"], chosen)
    return answer(shown(call.world, token))


def invalidate_token(call: Call) -> JsonResponse:
    """DELETE /events/{event}/tokens/{token}: its code and key become invalid."""
    event = sections.managed_event(call)
    token = _changeable(_token(call.world, event["id"], call.id("token")))
    call.world.execute("DELETE FROM token WHERE id = ?", (token["id"],))
    return gone()


def add_token(
    world: sqlite3.Connection, event: int, code: str, key: str, chosen: Sequence[int]
) -> int:
    """Insert a token for the sections `chosen`, or the global one; return its identifier."""
    cursor = world.execute(
        "INSERT INTO token (event, code, key, global) VALUES (?, ?, ?, ?)",
        (event, code, key, not chosen),
    )
    _permit(world, int(cursor.lastrowid or 0), chosen)
    return int(cursor.lastrowid or 0)


def permitted(world: sqlite3.Connection, token: sqlite3.Row) -> list[sqlite3.Row]:
    """Return a token's sections; the global token has all, later ones included."""
    if token["global"]:
        return sections.sections_of(world, token["event"])
    return world.execute(
        "SELECT section.* FROM section JOIN token_section ON section.id = token_section.section"
        " WHERE token = ? ORDER BY position",
        (token["id"],),
    ).fetchall()


def shown(world: sqlite3.Connection, token: sqlite3.Row) -> dict[str, object]:
    """Return a token's JSON for the host, without its key."""
    return {
        "self": f"/events/{token['event']}/tokens/{token['id']}",
        "code": token["code"],
        "global": bool(token["global"]),
        "sections": [sections.uri(row) for row in permitted(world, token)],
    }


def _token(world: sqlite3.Connection, event: int, number: int) -> sqlite3.Row:
    query = "SELECT * FROM token WHERE event = ? AND id = ?"
    row: sqlite3.Row | None = world.execute(query, (event, number)).fetchone()
    if row is None:
        raise errors.no_resource()
    return row


def _changeable(token: sqlite3.Row) -> sqlite3.Row:
    if token["global"]:
        text = "The global admission token cannot be modified or invalidated."
        raise ApiError(409, {"error": text})
    return token


def _chosen_sections(call: Call, event: int) -> list[int]:
    forms.require(call.body, ("sections",))
    known = {sections.uri(row): int(row["id"]) for row in sections.sections_of(call.world, event)}
    chosen = forms.texts(call.body, "sections")
    if any(uri not in known for uri in chosen):
        raise errors.invalid("sections")
    return [known[uri] for uri in dict.fromkeys(chosen)]


def _permit(world: sqlite3.Connection, token: int, chosen: Iterable[int]) -> None:
    world.executemany(
        "INSERT INTO token_section (token, position, section) VALUES (?, ?, ?)",
        [(token, position, section) for position, section in enumerate(chosen)],
    )
