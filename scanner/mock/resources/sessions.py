"""User sessions: a key for a user name and a password."""

import sqlite3

from scanner.mock import arguments, errors, forms
from scanner.mock.call import Call, JsonResponse, dump, gone
from scanner.mock.errors import ApiError


def start_session(call: Call) -> JsonResponse:
    """POST /sessions."""
    arguments.require(call.body, ("identification", "password"))
    name = arguments.text(call.body, "identification")
    account = call.world.execute(
        "SELECT id, number, password FROM account WHERE username = ? OR email = ?"
        " ORDER BY username = ? DESC LIMIT 1",
        (name, name, name),
    ).fetchone()
    if account is None:
        raise ApiError(404, {"error": "The requested account could not be located"})
    digest = forms.password_digest(account["number"], arguments.text(call.body, "password"))
    if digest != account["password"]:
        raise ApiError(401, {"error": "A session cannot be started with the given password."})
    key = forms.api_key(call.rng)
    number = call.world.execute(
        "SELECT coalesce(max(session), ?) + 1 FROM api_key", (forms.microseconds(call.now) // 1000,)
    ).fetchone()[0]
    call.world.execute(
        "INSERT INTO api_key (key, account, session, started) VALUES (?, ?, ?, ?)",
        (key, account["id"], number, forms.session_time(call.now)),
    )
    return JsonResponse(201, _shown(_session(call.world, key)))


def show_session(call: Call) -> JsonResponse:
    """GET /sessions/active: 401 where it has ended or never existed."""
    session = _session(call.world, call.key)
    if session is None or session["ended"]:
        raise errors.unauthenticated()
    return JsonResponse(200, _shown(session))


def end_session(call: Call) -> JsonResponse:
    """DELETE /sessions/active: 401 where there is none, 403 where it has already ended."""
    session = _session(call.world, call.key)
    if session is None:
        raise errors.unauthenticated()
    if session["ended"]:
        raise errors.restricted()
    call.world.execute("UPDATE api_key SET ended = 1 WHERE key = ?", (call.key,))
    return gone()


def _session(world: sqlite3.Connection, key: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = world.execute(
        "SELECT key, session, started, ended, body FROM api_key"
        " JOIN account ON account.id = api_key.account WHERE key = ? AND session IS NOT NULL",
        (key,),
    ).fetchone()
    return row


def _shown(session: sqlite3.Row | None) -> str:
    if session is None:
        raise errors.no_resource()
    facts = {
        "self": f"/sessions/{session['session']}",
        "key": session["key"],
        "started": session["started"],
    }
    return f'{dump(facts)[:-1]},"account":{session["body"]}}}'
