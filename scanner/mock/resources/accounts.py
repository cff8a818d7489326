"""Accounts, their sessions and preferences, and the hosts that they administer."""

import json
import sqlite3
from collections.abc import Mapping

from scanner.mock import errors, forms
from scanner.mock.call import (
    Call,
    JsonResponse,
    answer,
    asked_page,
    collection,
    created,
    dump,
    gone,
    slice_of,
)
from scanner.mock.errors import ApiError
from scanner.mock.resources import catalogue


def start_session(call: Call) -> JsonResponse:
    """POST /sessions."""
    forms.require(call.body, ("identification", "password"))
    name = forms.text(call.body, "identification")
    account = call.world.execute(
        "SELECT id, number, password FROM account WHERE username = ? OR email = ?"
        " ORDER BY username = ? DESC LIMIT 1",
        (name, name, name),
    ).fetchone()
    if account is None:
        raise ApiError(404, {"error": "The requested account could not be located"})
    digest = forms.password_digest(account["number"], forms.text(call.body, "password"))
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


DETAILS = (
    "firstName",
    "lastName",
    "title",
    "dateOfBirth",
    "phone",
    "country",
    "firstAddressLine",
    "secondAddressLine",
    "city",
    "state",
)
TITLES = ("", "Mr", "Mrs", "Ms", "Miss", "Dr", "Prof", "Rev")
COLUMNS = "id, number, username, email, administrator, password, region, body"
FILTERS = ("number", "email", "username")


def account_body(
    number: str,
    username: str,
    email: str,
    details: Mapping[str, str],
    *,
    administrator: bool = False,
) -> dict[str, object]:
    """Return an account's JSON, with every field of the contract."""
    uri = f"/accounts/{number}"
    return {
        "self": uri,
        "number": number,
        "username": username,
        "email": email,
        "role": "administrator" if administrator else "customer",
        "verified": administrator,
        "activated": True,
        **{name: details.get(name, "") for name in DETAILS},
        "preferences": f"{uri}/preferences",
    }


def create_account(call: Call) -> JsonResponse:
    """POST /accounts: anyone with a key may register a customer."""
    forms.require(call.body, ("username", "password"))
    call.person()
    username, email = forms.text(call.body, "username"), forms.text(call.body, "email")
    _refuse_twin(call.world, username, email)
    number = forms.account_number(call.rng)
    body = account_body(number, username, email, _details(call.body))
    digest = forms.password_digest(number, forms.text(call.body, "password"))
    call.world.execute(
        "INSERT INTO account (number, username, email, password, body) VALUES (?, ?, ?, ?, ?)",
        (number, username, email, digest, dump(body)),
    )
    return created(body)


def list_accounts(call: Call) -> JsonResponse:
    """GET /accounts, for administrators: by `number`, `email` or `username`."""
    call.administrator()
    asked = {name: call.query[name] for name in FILTERS if name in call.query}
    where = " AND ".join(f"{name} = ?" for name in asked) or "1"
    values = tuple(asked.values())
    page = asked_page(call.query)
    count = f"SELECT count(*) FROM account WHERE {where}"  # noqa: S608 - fixed names
    rows = f"SELECT body FROM account WHERE {where} ORDER BY id LIMIT ? OFFSET ?"  # noqa: S608

    def entries() -> list[str]:
        found = call.world.execute(rows, (*values, page.records, page.offset))
        return [row["body"] for row in found]

    return collection(page, call.world.execute(count, values).fetchone()[0], entries)


def show_account(call: Call) -> JsonResponse:
    """GET /accounts/{number}: the caller's own, or any for an administrator."""
    return JsonResponse(200, _own(call)["body"])


def change_account(call: Call) -> JsonResponse:
    """PUT /accounts/{number}."""
    row = _own(call)
    forms.refuse_emptied(call.body, ("username",))
    username = forms.text(call.body, "username", row["username"])
    email = forms.text(call.body, "email", row["email"])
    _refuse_twin(call.world, username, email, row["id"])
    body: dict[str, object] = json.loads(row["body"])
    changed = {name: text for name, text in _details(call.body).items() if name in call.body}
    body.update(changed, username=username, email=email)
    call.world.execute(
        "UPDATE account SET username = ?, email = ?, body = ? WHERE id = ?",
        (username, email, dump(body), row["id"]),
    )
    return answer(body)


def delete_account(call: Call) -> JsonResponse:
    """DELETE /accounts/{number}; 409 for an account with tickets."""
    row = _own(call)
    held = call.world.execute(
        "SELECT 1 FROM ticket WHERE owner = :id"
        " UNION ALL SELECT 1 FROM admission WHERE patron = :id LIMIT 1",
        {"id": row["id"]},
    ).fetchone()
    if held is not None:
        raise errors.in_use("account")
    call.world.execute("DELETE FROM account WHERE id = ?", (row["id"],))
    return gone()


def show_preferences(call: Call) -> JsonResponse:
    """GET /accounts/{number}/preferences: the region's identifier, or null."""
    region = _own(call)["region"]
    return answer({"region": None if region is None else str(region)})


def change_preferences(call: Call) -> JsonResponse:
    """PUT /accounts/{number}/preferences."""
    row = _own(call)
    forms.require(call.body, ("region",))
    region = catalogue.reference(call.world, "regions", call.body.get("region"), "region")
    call.world.execute("UPDATE account SET region = ? WHERE id = ?", (region, row["id"]))
    return answer({"region": str(region)})


def list_managed_hosts(call: Call) -> JsonResponse:
    """GET /accounts/{number}/hosts: the hosts that the account administers."""
    row = _own(call)
    hosts = call.world.execute(
        "SELECT document.* FROM document JOIN host_administrator ON host = id"
        " WHERE account = ? ORDER BY id",
        (row["id"],),
    ).fetchall()
    return slice_of(call.query, hosts, catalogue.shown)


def account_id(world: sqlite3.Connection, text: str) -> int | None:
    """Return the account of a number or a URI; None where there is none."""
    number = text.rsplit("/", 1)[-1]
    row = world.execute("SELECT id FROM account WHERE number = ?", (number,)).fetchone()
    return None if row is None else int(row["id"])


def _own(call: Call) -> sqlite3.Row:
    person = call.person()
    query = f"SELECT {COLUMNS} FROM account WHERE number = ?"  # noqa: S608 - fixed names
    row: sqlite3.Row | None = call.world.execute(query, (call.path["number"],)).fetchone()
    if row is None:
        raise errors.no_resource()
    if not person.administrator and row["id"] != person.account:
        raise errors.restricted()
    return row


def _details(body: Mapping[str, object]) -> dict[str, str]:
    details = {name: forms.text(body, name) for name in DETAILS}
    if details["title"] not in TITLES:
        raise errors.invalid("title")
    return details


def _refuse_twin(world: sqlite3.Connection, username: str, email: str, own: int = 0) -> None:
    row = world.execute(
        "SELECT username FROM account"
        " WHERE (username = ? OR (email = ? AND email != '')) AND id != ?"
        " ORDER BY username = ? DESC LIMIT 1",
        (username, email, own, username),
    ).fetchone()
    if row is None:
        return
    same_name = row["username"].casefold() == username.casefold()
    raise errors.conflict("user", "username" if same_name else "email")
