import json
import logging
import os
import pty
import re
import select
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
import typer
from typer.testing import CliRunner, Result

from scanner.cli import desk
from scanner.cli.errors import CommandGroup
from scanner.mock.seed import ADMINISTRATOR, ADMINISTRATOR_EMAIL, ADMINISTRATOR_PASSWORD
from scanner.ticketing import client
from tests.mock.api import SECTION, Api, Stage, administrator, set_up
from tests.mock.server import Ready, mock_server

KEY = "ab" * 16
LIMIT_SECONDS = 30

app = typer.Typer(cls=CommandGroup, pretty_exceptions_enable=False)
desk.register(app)


@pytest.fixture(scope="module")
def ready() -> Iterator[Ready]:
    with mock_server(tickets=12, sections=3) as server:
        yield server


@pytest.fixture
def admin(ready: Ready) -> Api:
    return administrator(ready)


@pytest.fixture
def stage(admin: Api) -> Stage:
    """An event with the sections Pit and Gallery, and nothing but its global token."""
    made = set_up(admin, sections=0)
    uris = [
        made.event + admin.made(f"{made.event}/sections", {"name": name, **SECTION})["self"]
        for name in ("Pit", "Gallery")
    ]
    return Stage(made.event, tuple(uris), "", "", "", "", made.title)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("API", "API_KEY"):
        monkeypatch.delenv(f"SCANNER_{name}", raising=False)
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path))
    monkeypatch.setenv("SCANNER_KEYSTORE", "file")
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


@pytest.fixture
def with_key(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANNER_API", ready.url)
    monkeypatch.setenv("SCANNER_API_KEY", ready.api_key)


@pytest.fixture
def logged_in(ready: Ready) -> None:
    """A person's session is kept; what it was asked for with isn't given any more."""
    words = ["login", ADMINISTRATOR, "--api", ready.url, "--api-key", ready.api_key]
    assert run(*words, typed=ADMINISTRATOR_PASSWORD).exit_code == 0


@contextmanager
def own_log() -> Iterator[None]:
    """Close the log that a command opens, and give the tests' own back."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        yield
    finally:
        for handler in root.handlers[:]:
            if handler not in before:
                root.removeHandler(handler)
                handler.close()
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()


def run(*words: str, typed: str = "") -> Result:
    with own_log():
        return CliRunner().invoke(app, words, input=typed)


def said(result: Result) -> str:
    """Return the one sentence with which a command ended that could not do what it was told."""
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    return result.stderr.strip()


def objects(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def secrets_of(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / "secrets.json").read_text())
    return found


def issued(admin: Api, stage: Stage, *places: int) -> dict[str, Any]:
    sections = [stage.sections[place] for place in places or (0,)]
    return admin.made(f"{stage.event}/tokens", {"sections": sections})


@pytest.mark.parametrize("identification", [ADMINISTRATOR, ADMINISTRATOR_EMAIL])
def test_a_person_logs_in_works_and_logs_out(identification: str, ready: Ready, home: Path) -> None:
    words = ["login", identification, "--api", ready.url, "--api-key", ready.api_key]
    login = run(*words, typed=f"{ADMINISTRATOR_PASSWORD}\n")
    assert (login.exit_code, login.stderr) == (0, "")
    assert login.stdout == "Logged in at 127.0.0.1 as Ada Minister.\n"
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
    assert result.stdout == "The key is kept, and used to ask 127.0.0.1 from now on.\n"
    monkeypatch.delenv("SCANNER_API_KEY", raising=False)
    assert objects(run("tokens", "list", ready.event, "--json"))
    assert "it stays valid at the API" in run("logout").stdout


def test_a_key_and_a_password_come_one_after_the_other_from_standard_input(ready: Ready) -> None:
    typed = f"{ready.api_key}\n{ADMINISTRATOR_PASSWORD}\n"
    result = run("login", ADMINISTRATOR, "--api", ready.url, "--api-key", "-", typed=typed)
    assert result.stdout == "Logged in at 127.0.0.1 as Ada Minister.\n"


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


def test_tokens_are_listed_by_name_with_the_global_one_marked(
    logged_in: None, admin: Api, stage: Stage
) -> None:
    token = issued(admin, stage, 0, 1)
    result = run("tokens", "list", stage.event)
    rows = [line.split() for line in result.stdout.splitlines()]
    assert [row[1:4] for row in rows if "global" in row] == [["global", "Pit,", "Gallery"]]
    number = token["self"].rsplit("/", 1)[-1]
    assert [token["code"], "Pit,", "Gallery", number] in rows
    assert "2 tokens in all; page 1 of 1" in result.stdout
    assert stage.title in result.stdout


def test_a_list_for_programs_is_one_object_a_line(with_key: None, ready: Ready) -> None:
    found = objects(run("tokens", "list", ready.event, "--json"))
    assert [list(token) for token in found] == [["uri", "code", "global", "sections"]] * 5
    assert [(each["code"], each["global"], tuple(each["sections"])) for each in found] == [
        (token.code, token.is_global, token.sections) for token in ready.tokens
    ]


def test_a_list_is_filtered_and_paged(with_key: None, ready: Ready) -> None:
    def codes(*options: str) -> list[str]:
        return [each["code"] for each in objects(run("tokens", "list", *words, *options))]

    words = [ready.event, "--json"]
    every = [token.code for token in ready.tokens]
    assert codes("--global") == every[:1]
    assert codes("--no-global") == every[1:]
    assert codes("--records", "2", "--page", "2") == every[2:4]
    assert (
        "5 tokens in all; page 3 of 3"
        in run("tokens", "list", ready.event, "--records", "2", "--page", "3").stdout
    )
    beyond = said(run("tokens", "list", ready.event, "--page", "9"))
    assert "The specified page does not exist" in beyond


def test_an_event_is_named_by_number_or_address_too(with_key: None, ready: Ready) -> None:
    for named in (ready.event.rsplit("/", 1)[-1], ready.url.rstrip("/") + ready.event):
        assert len(objects(run("tokens", "list", named, "--json"))) == 5
    assert "names no event" in said(run("tokens", "list", "tonight"))


def test_a_token_is_issued_for_named_sections(with_key: None, admin: Api, stage: Stage) -> None:
    words = ["tokens", "issue", stage.event, "--section", "gallery", "--section", "GALLERY"]
    (made,) = objects(run(*words, "--json"))
    assert (made["global"], made["sections"]) == (False, [stage.sections[1]])
    assert admin.get(made["uri"]).json()["code"] == made["code"]
    text = run("tokens", "issue", stage.event, "--section", stage.sections[0]).stdout
    assert re.search(r"Code +[0-9A-Z]{8}\b", text)
    assert f"Pit ({stage.sections[0]})" in text


def test_sections_that_cannot_be_meant_are_said(with_key: None, ready: Ready, stage: Stage) -> None:
    unknown = said(run("tokens", "issue", stage.event, "--section", "Attic"))
    assert unknown.endswith("has no section 'Attic'; its sections are 'Pit', 'Gallery'.")
    foreign = run("tokens", "issue", stage.event, "--section", ready.tokens[0].sections[0])
    assert said(foreign).startswith("The ticketing API answered 400: ")
    none = run("tokens", "issue", stage.event)
    assert (none.exit_code, none.stdout) == (2, "")
    assert "--section" in none.stderr


def test_a_token_is_shown_by_code_number_or_uri(with_key: None, admin: Api, stage: Stage) -> None:
    token = issued(admin, stage, 1)
    expected = {
        "uri": token["self"],
        "code": token["code"],
        "global": False,
        "sections": token["sections"],
    }
    for named in (token["code"], token["self"], token["self"].rsplit("/", 1)[-1]):
        assert objects(run("tokens", "show", stage.event, named, "--json")) == [expected]
    text = run("tokens", "show", stage.event, token["code"]).stdout
    assert token["code"] in text
    assert f"Gallery ({stage.sections[1]})" in text


def test_a_token_gets_other_sections(with_key: None, admin: Api, stage: Stage) -> None:
    token = issued(admin, stage, 0)
    words = ["tokens", "update", stage.event, token["code"], "--section"]
    assert run(*words, "Gallery").stdout == f"Token {token['code']} now admits to: Gallery.\n"
    assert admin.get(token["self"]).json()["sections"] == [stage.sections[1]]
    (changed,) = objects(run(*words, "Gallery", "--section", "Pit", "--json"))
    assert changed["sections"] == [stage.sections[1], stage.sections[0]]


def test_a_token_is_revoked_after_a_yes(with_key: None, admin: Api, stage: Stage) -> None:
    token, other = issued(admin, stage), issued(admin, stage)
    for answer in ("n\n", "\n", ""):
        kept = run("tokens", "revoke", stage.event, token["code"], typed=answer)
        assert (kept.exit_code, kept.stdout) == (1, "")
        assert kept.stderr.endswith("Nothing is revoked.\n")
    assert admin.get(token["self"]).status_code == 200
    gone = run("tokens", "revoke", stage.event, token["code"], typed="y\n")
    assert gone.stdout == f"Token {token['code']} is revoked; no gate can use it any more.\n"
    assert admin.get(token["self"]).status_code == 404
    (told,) = objects(run("tokens", "revoke", stage.event, other["code"], "--yes", "--json"))
    assert (told["uri"], told["revoked"]) == (other["self"], True)
    assert admin.get(other["self"]).status_code == 404


def test_the_global_token_stays_and_the_reason_is_said(with_key: None, ready: Ready) -> None:
    code = ready.tokens[0].code
    for words in (["revoke", ready.event, code, "--yes"], ["update", ready.event, code]):
        if words[0] == "update":
            words += ["--section", "VIP"]
        assert said(run("tokens", *words)).startswith(
            "The ticketing API answered 409: The global admission token cannot be modified or "
            "invalidated; "
        )


def every_command(event: str, token: str) -> Sequence[Sequence[str]]:
    return (
        ("issue", event, "--section", "VIP"),
        ("list", event),
        ("list", event, "--json"),
        ("show", event, token),
        ("update", event, token, "--section", "VIP"),
        ("revoke", event, token, "--yes"),
    )


def test_each_command_says_in_words_what_the_api_refuses(
    ready: Ready, admin: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = ready.tokens[1].code
    person = admin.person().key
    to = ["--api", ready.url, "--api-key"]
    for words in every_command(ready.event, code):
        assert said(run("tokens", *words, *to, person)).startswith(
            "The ticketing API answered 403: You are restricted from accessing this resource; "
        )
    for words in every_command("/events/1", code):
        assert "404: There is presently no resource" in said(
            run("tokens", *words, *to, ready.api_key)
        )
    monkeypatch.setattr(client, "CLIENT_VERSION", "2.9.0")
    for words in every_command(ready.event, code):
        assert said(run("tokens", *words, *to, ready.api_key)) == (
            "The ticketing API answered 412: Please upgrade your client to complete this request; "
            "install a newer version of scanner."
        )


def test_a_login_goes_to_no_other_api(logged_in: None) -> None:
    result = run("tokens", "list", "1", "--api", "http://127.0.0.1:9/")
    assert said(result).startswith("The login is for http://127.0.0.1:")


@pytest.mark.parametrize(
    "words",
    [
        ("login",),
        ("logout",),
        ("tokens",),
        ("tokens", "issue"),
        ("tokens", "list"),
        ("tokens", "show"),
        ("tokens", "update"),
        ("tokens", "revoke"),
    ],
)
def test_the_help_of_each_command_has_an_example(words: tuple[str, ...]) -> None:
    result = run(*words, "--help")
    assert result.exit_code == 0
    assert f"Example: scanner {' '.join(words)}" in result.stdout


def test_the_commands_start_without_what_they_need_later() -> None:
    code = (
        "import sys, scanner.cli.desk;"
        "print(sorted({'httpx', 'keyring', 'rich.table', 'structlog'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_password_that_is_typed_at_a_terminal_is_not_shown(ready: Ready, home: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "scanner", "login", "--api", ready.url],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        seen = read_until(ours, b"User name or e-mail address: ")
        os.write(ours, ADMINISTRATOR.encode() + b"\n")
        seen += read_until(ours, b"Password: ")
        os.write(ours, ADMINISTRATOR_PASSWORD.encode() + b"\n")
        # No key is given here: the answer is a sentence, and proves that the password was read.
        seen += read_until(ours, b"wants a key before it starts a session")
        assert process.wait(LIMIT_SECONDS) == 1
    finally:
        process.kill()
        process.wait()
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
