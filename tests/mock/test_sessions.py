import re

import pytest

from scanner.mock.seed import ADMINISTRATOR, ADMINISTRATOR_EMAIL, ADMINISTRATOR_PASSWORD
from tests.mock.api import Api, refused

ACCOUNT_FIELDS = {
    "self",
    "number",
    "username",
    "email",
    "role",
    "verified",
    "activated",
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
    "preferences",
}


@pytest.mark.parametrize("name", [ADMINISTRATOR, ADMINISTRATOR_EMAIL, ADMINISTRATOR.upper()])
def test_a_user_name_or_an_email_starts_a_session_with_the_users_rights(
    api: Api, name: str
) -> None:
    body = {"identification": name, "password": ADMINISTRATOR_PASSWORD}
    session = api.made("/sessions", body)
    assert re.fullmatch(r"[0-9a-f]{32}", session["key"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", session["started"])
    assert set(session) == {"self", "key", "started", "account"}
    assert set(session["account"]) == ACCOUNT_FIELDS
    assert Api(api.url, session["key"]).get("/accounts").status_code == 200


def test_a_wrong_password_starts_nothing(api: Api) -> None:
    body = {"identification": ADMINISTRATOR, "password": "wrong"}
    text = "A session cannot be started with the given password."
    assert refused(api.post("/sessions", body)) == (401, {"error": text})


def test_an_unknown_account_starts_nothing(api: Api) -> None:
    body = {"identification": "nobody", "password": "wrong"}
    text = "The requested account could not be located"
    assert refused(api.post("/sessions", body)) == (404, {"error": text})


def test_a_patron_who_never_set_a_password_cannot_start_a_session(api: Api) -> None:
    patron = api.entries("/accounts")[1]
    body = {"identification": patron["username"], "password": "None"}
    assert api.post("/sessions", body).status_code == 401


def test_the_active_session_is_shown_until_it_is_ended(api: Api) -> None:
    person = api.person()
    shown = person.get("/sessions/active").json()
    assert shown["key"] == person.key
    assert person.delete("/sessions/active").status_code == 204
    assert person.get("/sessions/active").status_code == 401
    assert person.delete("/sessions/active").status_code == 403
    assert person.get("/events").status_code == 403


def test_a_key_that_never_had_a_session_has_none_to_show_or_end(api: Api) -> None:
    for key in ("0" * 32, api.key):
        stranger = Api(api.url, key)
        assert stranger.get("/sessions/active").status_code == 401
        assert stranger.delete("/sessions/active").status_code == 401
