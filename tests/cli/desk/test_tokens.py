import re
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from scanner.desk.gate_card import GateCard, read_card
from scanner.ticketing import client
from tests.cli.desk.commands import issued, objects, run, said
from tests.mock.api import Api, Stage
from tests.mock.server import Ready


def test_tokens_are_listed_by_name_with_the_global_one_marked(
    logged_in: None, admin: Api, stage: Stage
) -> None:
    token = issued(admin, stage, 0, 1)
    result = run("tokens", "list", stage.event)
    rows = [line.split() for line in result.stdout.splitlines()]
    assert [row[1:4] for row in rows if "global" in row] == [["global", "Pit,", "Gallery"]]
    number = token["self"].rsplit("/", 1)[-1]
    assert [token["code"], "Pit,", "Gallery", number] in rows
    assert "2 in all" in result.stdout
    assert stage.title in result.stdout


def test_a_list_for_programs_is_one_object_a_line(with_key: None, ready: Ready) -> None:
    found = objects(run("tokens", "list", ready.event, "--json"))
    assert [list(token) for token in found] == [["api", "uri", "code", "global", "sections"]] * 5
    assert [(each["code"], each["global"], tuple(each["sections"])) for each in found] == [
        (token.code, token.is_global, token.sections) for token in ready.tokens
    ]


def test_a_list_is_filtered(with_key: None, ready: Ready) -> None:
    def codes(*options: str) -> list[str]:
        return [each["code"] for each in objects(run("tokens", "list", *words, *options))]

    words = [ready.event, "--json"]
    every = [token.code for token in ready.tokens]
    assert codes("--global") == every[:1]
    assert codes("--no-global") == every[1:]


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


def test_a_token_is_shown_by_code_number_or_uri(
    with_key: None, ready: Ready, admin: Api, stage: Stage
) -> None:
    token = issued(admin, stage, 1)
    expected = {
        "api": ready.url,
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


def test_a_card_holds_what_opens_a_gate_as_a_line_and_as_a_qr(
    with_key: None, ready: Ready, home: Path
) -> None:
    code = ready.tokens[1].code
    words = ["tokens", "card", ready.event, code]
    shown = run(*words)
    line = shown.stdout.splitlines()[1]
    assert read_card(line) == GateCard(ready.url, ready.api_key, code)
    assert _read_drawn(shown.stdout.splitlines()[2:]) == line
    assert "give it to nobody else" in shown.stderr
    file = home / "card.png"
    assert f"Written: {file}" in run(*words, "--out", str(file)).stdout
    assert "is there already" in said(run(*words, "--out", str(file)))
    assert file.stat().st_mode & 0o077 == 0
    picture = cv2.imread(str(file))
    assert picture is not None
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == line


def _read_drawn(rows: Sequence[str]) -> str:
    """Read a QR of half blocks as a camera sees it in a dark terminal of 24 rows."""
    assert len(rows) < 24
    light = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
    modules = np.array([[light[each] for each in row] for row in rows], np.uint8)
    flat = modules.transpose(0, 2, 1).reshape(2 * len(rows), -1) * 255
    picture = np.kron(flat, np.ones((6, 6), np.uint8))
    return cv2.QRCodeDetector().detectAndDecode(picture)[0]


def test_a_persons_session_is_on_no_card(logged_in: None, ready: Ready) -> None:
    code = ready.tokens[1].code
    (told,) = objects(run("tokens", "card", ready.event, code, "--json"))
    assert read_card(told["card"]) == GateCard(ready.url, None, code)
    assert told["key"] is False


def test_a_token_gets_other_sections(with_key: None, admin: Api, stage: Stage) -> None:
    token = issued(admin, stage, 0)
    words = ["tokens", "update", stage.event, token["code"], "--section"]
    assert (
        run(*words, "Gallery").stdout.splitlines()[1]
        == f"Token {token['code']} now admits to: Gallery."
    )
    assert admin.get(token["self"]).json()["sections"] == [stage.sections[1]]
    (changed,) = objects(run(*words, "Gallery", "--section", "Pit", "--json"))
    assert changed["sections"] == [stage.sections[1], stage.sections[0]]


def test_a_token_is_revoked_after_a_yes(
    with_key: None, ready: Ready, admin: Api, stage: Stage
) -> None:
    token, other = issued(admin, stage), issued(admin, stage)
    for answer in ("n\n", "\n", ""):
        kept = run("tokens", "revoke", stage.event, token["code"], typed=answer)
        assert (kept.exit_code, kept.stdout) == (1, "")
        assert kept.stderr.endswith("Nothing is revoked.\n")
    assert admin.get(token["self"]).status_code == 200
    gone = run("tokens", "revoke", stage.event, token["code"], typed="y\n")
    said = f"Token {token['code']} is revoked; no gate can use it any more.\n"
    assert gone.stdout == f"Server: {ready.url}\n{said}"
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
