import json
import os
import pty
import select
import socket
import stat
import time
from pathlib import Path

import pytest

from scanner.mock.seed import ADMINISTRATOR, ADMINISTRATOR_EMAIL, ADMINISTRATOR_PASSWORD
from tests.cli.desk.commands import issued, objects, run, said, secrets_of
from tests.mock.api import Api, Stage
from tests.mock.server import Ready
from tests.warm import start

KEY = "ab" * 16
LIMIT_SECONDS = 30


@pytest.mark.parametrize("identification", [ADMINISTRATOR, ADMINISTRATOR_EMAIL])
def test_a_person_logs_in_works_and_logs_out(identification: str, ready: Ready, home: Path) -> None:
    words = ["login", identification, "--api", ready.url, "--api-key", ready.api_key]
    login = run(*words, typed=f"{ADMINISTRATOR_PASSWORD}\n")
    assert (login.exit_code, login.stderr) == (0, "")
    assert login.stdout == f"Server: {ready.url}\nLogged in at 127.0.0.1 as Ada Minister.\n"
    assert len(objects(run("tokens", "list", ready.event, "--json"))) == len(ready.tokens)
    logout = run("logout")
    assert logout.stdout == "Logged out; the session at 127.0.0.1 has ended.\n"
    assert said(run("tokens", "list", ready.event)) == (
        "Nobody is logged in; use `scanner login` first, or give --api-key."
    )
    assert secrets_of(home) == {}


def test_a_second_logout_is_an_error(logged_in: None) -> None:
    assert run("logout").exit_code == 0
    assert said(run("logout")) == "Nobody is logged in, so there is nothing to end."


def test_wrong_password_and_unknown_account_are_said(with_key: None, home: Path) -> None:
    wrong = said(run("login", ADMINISTRATOR, typed="not it\n"))
    assert wrong == "127.0.0.1 does not take this password for 'admin'; check it and try again."
    unknown = said(run("login", "nobody", typed="not it\n"))
    assert unknown.startswith("There is no account 'nobody' at 127.0.0.1; check")
    assert not (home / "secrets.json").exists()


def test_a_session_without_a_key_to_ask_with_says_which_to_give(ready: Ready) -> None:
    result = run("login", ADMINISTRATOR, "--api", ready.url, typed=ADMINISTRATOR_PASSWORD)
    assert "wants a key before it starts a session; set your application's as" in said(result)


@pytest.mark.parametrize("way", ["argument", "input", "environment"])
def test_an_integration_key_is_kept_and_used(
    way: str, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, typed = ["login", "--api", ready.url], ""
    if way == "argument":
        words += ["--api-key", ready.api_key]
    elif way == "input":
        words, typed = [*words, "--api-key", "-"], f"{ready.api_key}\n"
    else:
        monkeypatch.setenv("SCANNER_API_KEY", ready.api_key)
    result = run(*words, typed=typed)
    told = "The key is kept, and used to ask 127.0.0.1 from now on.\n"
    assert result.stdout == f"Server: {ready.url}\n{told}"
    monkeypatch.delenv("SCANNER_API_KEY", raising=False)
    assert objects(run("tokens", "list", ready.event, "--json"))
    assert "it stays valid at the API" in run("logout").stdout


def test_a_key_and_a_password_come_one_after_the_other_from_standard_input(ready: Ready) -> None:
    typed = f"{ready.api_key}\n{ADMINISTRATOR_PASSWORD}\n"
    result = run("login", ADMINISTRATOR, "--api", ready.url, "--api-key", "-", typed=typed)
    assert result.stdout == f"Server: {ready.url}\nLogged in at 127.0.0.1 as Ada Minister.\n"


def test_a_key_that_the_api_does_not_take_is_said_and_not_kept(ready: Ready, home: Path) -> None:
    result = run("login", "--api", ready.url, "--api-key", KEY)
    assert said(result).startswith("127.0.0.1 does not take this key (403); check the key")
    assert not (home / "secrets.json").exists()


def test_a_login_without_user_key_or_password_is_a_mistake_in_usage(ready: Ready) -> None:
    for words in (["login"], ["login", ADMINISTRATOR], ["login", "--api-key", "-"]):
        result = run(*words, "--api", ready.url)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "Traceback" not in result.stderr


def test_a_logout_without_a_network_forgets_the_key_and_says_what_is_left(
    ready: Ready, home: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
    login = json.dumps({"api": url, "key": KEY, "kind": "session"})
    (home / "secrets.json").write_text(json.dumps({"login": login}))
    result = run("logout")
    assert result.exit_code == 0
    assert "the session could not be ended at 127.0.0.1" in result.stdout
    assert "can't be reached" in result.stderr
    assert secrets_of(home) == {}


def test_secrets_are_in_no_output_and_no_log_and_in_a_private_file(
    ready: Ready, admin: Api, stage: Stage, home: Path
) -> None:
    login = ["login", ADMINISTRATOR, "--api", ready.url, "--api-key", ready.api_key]
    results = [run(*login, typed="open sesame"), run(*login, typed=ADMINISTRATOR_PASSWORD)]
    session = json.loads(secrets_of(home)["login"])["key"]
    assert stat.S_IMODE((home / "secrets.json").stat().st_mode) == 0o600
    token = issued(admin, stage)
    for words in (
        ["update", stage.event, token["code"], "--section", "Gallery"],
        ["revoke", stage.event, token["code"], "--yes"],
        ["show", stage.event, token["code"]],
    ):
        run("tokens", *words)
    results += [run("login", "--api", ready.url, "--api-key", KEY), run("logout")]
    log = (home / "scanner.log").read_text()
    secrets = [ready.api_key, KEY, session, "open sesame", ADMINISTRATOR_PASSWORD]
    for text in [log, *(result.output for result in results)]:
        assert not [secret for secret in secrets if secret in text]
    assert token["code"] not in log
    assert "logged in" in log


def test_a_login_goes_to_no_other_api(logged_in: None) -> None:
    result = run("tokens", "list", "1", "--api", "http://127.0.0.1:9/")
    assert said(result).startswith("The login is for http://127.0.0.1:")


def test_a_password_that_is_typed_at_a_terminal_is_not_shown(ready: Ready, home: Path) -> None:
    ours, theirs = pty.openpty()
    streams = (theirs, theirs, theirs)
    process = start("scanner", "login", "--api", ready.url, streams=streams, leads=True)
    os.close(theirs)
    try:
        seen = read_until(ours, b"User name or e-mail address: ")
        os.write(ours, ADMINISTRATOR.encode() + b"\n")
        seen += read_until(ours, f"Password at {ready.url.split('/')[2]}: ".encode())
        os.write(ours, ADMINISTRATOR_PASSWORD.encode() + b"\n")
        # No key is given here: the answer is a sentence, and proves that the password was read.
        seen += read_until(ours, b"wants a key before it starts a session")
        assert process.wait(LIMIT_SECONDS) == 1
    finally:
        process.end()
        os.close(ours)
    assert ADMINISTRATOR_PASSWORD.encode() not in seen


def read_until(terminal: int, wanted: bytes) -> bytes:
    seen = b""
    end = time.monotonic() + LIMIT_SECONDS
    while wanted not in seen:
        readable, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
        assert readable, f"only {seen!r} came"
        seen += os.read(terminal, 4096)
    return seen
