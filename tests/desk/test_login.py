import json
import socket

import pytest

from scanner.config import PRODUCTION, Config, load_config
from scanner.desk.errors import LoginFault, LoginRefused, NotLoggedIn
from scanner.desk.login import (
    LOGIN,
    Credential,
    KeyKind,
    LoggedOut,
    Login,
    credential,
    login,
    login_with_key,
    logout,
    stored_login,
)
from scanner.facts import Fact
from scanner.keystore import KeyStore
from scanner.mock.seed import ADMINISTRATOR, ADMINISTRATOR_EMAIL, ADMINISTRATOR_PASSWORD
from scanner.platform.errors import ApiFault, NotFound, ServerFault, Unreachable, UpgradeRequired
from scanner.ticketing import client
from tests.mock.api import Api
from tests.mock.server import Ready

KEY = "ab" * 16


def asking(ready: Ready, **flags: object) -> Config:
    return load_config(**{"api": ready.url, "api_key": ready.api_key, **flags})


def later(**flags: object) -> Config:
    """A later command's settings."""
    return load_config(**flags)


def nowhere() -> str:
    """Return an address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/"


def kept(keystore: KeyStore, **changes: object) -> None:
    facts = {"api": "http://one.test/v3/", "key": KEY, "kind": "session", "asked_with": None}
    keystore.set(LOGIN, json.dumps({**facts, **changes}))


@pytest.mark.parametrize("identification", [ADMINISTRATOR, ADMINISTRATOR_EMAIL])
async def test_a_login_by_name_or_e_mail_gives_later_commands_the_session(
    identification: str, ready: Ready, keystore: KeyStore
) -> None:
    account = await login(asking(ready), keystore, identification, ADMINISTRATOR_PASSWORD)
    assert account is not None
    assert (account.username, account.name) == (ADMINISTRATOR, "Ada Minister")
    found = credential(later(), keystore)
    assert (found.api, found.key == ready.api_key) == (ready.url, False)
    session = Api(ready.url, found.key).get("/sessions/active").json()
    assert session["account"]["username"] == ADMINISTRATOR


@pytest.mark.parametrize(
    ("identification", "password", "fault"),
    [
        (ADMINISTRATOR, "wrong", LoginFault.WRONG_PASSWORD),
        ("nobody", "wrong", LoginFault.NO_ACCOUNT),
        ("nobody@example.com", ADMINISTRATOR_PASSWORD, LoginFault.NO_ACCOUNT),
    ],
)
async def test_a_refused_login_says_whether_account_or_password_is_wrong(
    identification: str, password: str, fault: LoginFault, ready: Ready, keystore: KeyStore
) -> None:
    with pytest.raises(LoginRefused) as caught:
        await login(asking(ready), keystore, identification, password)
    facts = {"account": identification, "host": "127.0.0.1"}
    assert caught.value.fact == Fact(fault, facts)
    assert stored_login(keystore) is None


async def test_a_failed_login_leaves_an_earlier_one_as_it_was(
    ready: Ready, keystore: KeyStore
) -> None:
    await login(asking(ready), keystore, ADMINISTRATOR, ADMINISTRATOR_PASSWORD)
    before = stored_login(keystore)
    with pytest.raises(LoginRefused):
        await login(asking(ready), keystore, ADMINISTRATOR, "wrong")
    assert stored_login(keystore) == before


async def test_a_session_that_needs_a_key_to_ask_with_says_so(
    ready: Ready, keystore: KeyStore
) -> None:
    without = later(api=ready.url)
    with pytest.raises(LoginRefused, match=LoginFault.KEY_WANTED):
        await login(without, keystore, ADMINISTRATOR, ADMINISTRATOR_PASSWORD)
    invalid = asking(ready, api_key=KEY)
    with pytest.raises(LoginRefused, match=LoginFault.KEY_STARTS_NO_SESSION):
        await login(invalid, keystore, ADMINISTRATOR, ADMINISTRATOR_PASSWORD)


async def test_an_address_without_the_endpoint_is_no_unknown_account(
    ready: Ready, keystore: KeyStore
) -> None:
    elsewhere = asking(ready, api=f"{ready.url}v2")
    with pytest.raises(NotFound, match="endpoint /v2/sessions does not exist"):
        await login(elsewhere, keystore, ADMINISTRATOR, ADMINISTRATOR_PASSWORD)


async def test_an_outdated_client_is_told_so_at_the_login(
    ready: Ready, keystore: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "CLIENT_VERSION", "2.9.0")
    with pytest.raises(UpgradeRequired, match="status=412"):
        await login(asking(ready), keystore, ADMINISTRATOR, ADMINISTRATOR_PASSWORD)


async def test_an_integration_key_is_kept_once_the_api_has_taken_it(
    ready: Ready, keystore: KeyStore
) -> None:
    await login_with_key(asking(ready), keystore)
    assert credential(later(), keystore) == Credential(ready.url, ready.api_key)


async def test_a_key_that_the_api_does_not_take_is_not_kept(
    ready: Ready, keystore: KeyStore
) -> None:
    with pytest.raises(LoginRefused, match=f"{LoginFault.KEY_REFUSED} .*status=403") as caught:
        await login_with_key(asking(ready, api_key=KEY), keystore)
    assert KEY not in str(caught.value)
    with pytest.raises(LoginRefused, match=LoginFault.NO_KEY_GIVEN):
        await login_with_key(asking(ready, api_key=" "), keystore)
    with pytest.raises(Unreachable):
        await login_with_key(asking(ready, api=nowhere()), keystore)
    assert stored_login(keystore) is None


@pytest.mark.parametrize("key", ["schlüssel", "two\nlines", "\x1b[31m"])
async def test_what_can_be_no_key_is_not_sent(key: str, ready: Ready, keystore: KeyStore) -> None:
    with pytest.raises(LoginRefused, match=LoginFault.IMPOSSIBLE_KEY):
        await login_with_key(asking(ready, api_key=key), keystore)
    with pytest.raises(LoginRefused, match=LoginFault.IMPOSSIBLE_KEY):
        credential(later(api_key=key), keystore)


async def test_a_logout_ends_the_session_at_the_api_too(ready: Ready, keystore: KeyStore) -> None:
    await login(asking(ready), keystore, ADMINISTRATOR, ADMINISTRATOR_PASSWORD)
    session = Api(ready.url, credential(later(), keystore).key)
    assert (await logout(later(), keystore)).outcome is LoggedOut.ENDED
    assert session.get("/sessions/active").status_code == 401
    with pytest.raises(NotLoggedIn):
        await logout(later(), keystore)


async def test_a_session_that_has_ended_already_is_forgotten(
    ready: Ready, keystore: KeyStore
) -> None:
    await login(asking(ready), keystore, ADMINISTRATOR, ADMINISTRATOR_PASSWORD)
    session = Api(ready.url, credential(later(), keystore).key)
    assert session.delete("/sessions/active").status_code == 204
    assert (await logout(later(), keystore)).outcome is LoggedOut.ALREADY_ENDED
    assert stored_login(keystore) is None
    kept(keystore, api=ready.url)
    assert (await logout(later(), keystore)).outcome is LoggedOut.ALREADY_ENDED
    assert stored_login(keystore) is None


async def test_a_session_whose_api_is_out_of_reach_is_forgotten_here(keystore: KeyStore) -> None:
    kept(keystore, api=nowhere())
    result = await logout(later(), keystore)
    assert (result.outcome, result.host) == (LoggedOut.NOT_ENDED, "127.0.0.1")
    assert result.problem == Fact(ApiFault.NOT_CONNECTED, {"host": "127.0.0.1"})
    assert stored_login(keystore) is None


async def test_a_session_that_the_api_fails_to_end_is_forgotten_here(
    ready: Ready, admin: Api, keystore: KeyStore
) -> None:
    await login(asking(ready), keystore, ADMINISTRATOR, ADMINISTRATOR_PASSWORD)
    admin.post("/_mock/faults", {"requests": 1})
    result = await logout(later(), keystore)
    assert result.outcome is LoggedOut.NOT_ENDED
    assert result.problem
    assert result.problem.params["status"] == 500
    assert stored_login(keystore) is None


async def test_a_fault_of_the_api_is_no_refused_login(
    ready: Ready, admin: Api, keystore: KeyStore
) -> None:
    admin.post("/_mock/faults", {"requests": 1})
    with pytest.raises(ServerFault):
        await login(asking(ready), keystore, ADMINISTRATOR, ADMINISTRATOR_PASSWORD)


async def test_an_integration_key_is_forgotten_without_asking_the_api(keystore: KeyStore) -> None:
    kept(keystore, kind="key", api=nowhere())
    assert (await logout(later(), keystore)).outcome is LoggedOut.KEY_FORGOTTEN
    assert stored_login(keystore) is None


def test_without_login_and_key_there_is_no_credential(keystore: KeyStore) -> None:
    with pytest.raises(NotLoggedIn, match=LoginFault.NOT_LOGGED_IN):
        credential(later(), keystore)
    with pytest.raises(NotLoggedIn):
        credential(later(api_key=""), keystore)


def test_a_given_key_goes_before_the_login_and_to_the_given_api(
    keystore: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(keystore)
    given = credential(later(api_key="cd" * 16, api="http://two.test/"), keystore)
    assert given == Credential("http://two.test/", "cd" * 16)
    monkeypatch.setenv("SCANNER_API_KEY", "ef" * 16)
    assert credential(later(), keystore) == Credential(PRODUCTION, "ef" * 16)


async def test_the_key_that_a_session_was_asked_for_with_gives_way_to_it(
    ready: Ready, keystore: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCANNER_API_KEY", ready.api_key)
    monkeypatch.setenv("SCANNER_API", ready.url)
    await login(later(), keystore, ADMINISTRATOR, ADMINISTRATOR_PASSWORD)
    found = credential(later(), keystore)
    assert (found.api, found.key == ready.api_key) == (ready.url, False)
    await logout(later(), keystore)
    assert credential(later(), keystore) == Credential(ready.url, ready.api_key)


def test_a_login_is_used_for_its_own_api_only(keystore: KeyStore) -> None:
    kept(keystore)
    assert credential(later(), keystore).api == "http://one.test/v3/"
    assert credential(later(api="http://one.test/v3"), keystore).key == KEY
    for other in ("http://two.test/v3/", "https://one.test/v3/", PRODUCTION):
        with pytest.raises(NotLoggedIn, match=rf"{LoginFault.OTHER_API} kept=http://one\.test/v3/"):
            credential(later(api=other), keystore)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "1",
        "{}",
        '{"api": "ftp://x", "key": "k", "kind": "key"}',
        '{"api": "http://x", "key": "k", "kind": "other"}',
        '{"api": 1, "key": "k", "kind": "key"}',
        '{"api": "http://x", "kind": "key"}',
    ],
)
def test_a_kept_login_that_cannot_be_read_counts_as_none(text: str, keystore: KeyStore) -> None:
    keystore.set(LOGIN, text)
    with pytest.raises(NotLoggedIn):
        credential(later(), keystore)


def test_no_value_shows_its_key() -> None:
    for value in (Credential("http://x/", KEY), Login("http://x/", KEY, KeyKind.SESSION, "digest")):
        assert KEY not in repr(value)
        assert "digest" not in repr(value)
