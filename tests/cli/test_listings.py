import json

import pytest

from scanner.mock.seed import ADMINISTRATOR, ADMINISTRATOR_PASSWORD
from tests.cli.program import Program
from tests.mock.api import Api
from tests.mock.server import Ready


@pytest.fixture
def asking(program: Program, server: Ready) -> Program:
    program.settings = {"SCANNER_API": server.url, "SCANNER_API_KEY": server.api_key}
    return program


def test_the_events_are_listed_with_their_numbers_and_sections(
    asking: Program, server: Ready
) -> None:
    number = server.event.rsplit("/", 1)[-1]
    assert number in asking.says("events")
    (event,) = (
        each
        for each in map(json.loads, asking.says("events", "--json").splitlines())
        if each["uri"] == server.event
    )
    assert [each["uri"] for each in event["sections"]] == list(server.tokens[0].sections)


def test_events_are_found_by_title_and_status(asking: Program, server: Ready) -> None:
    (event,) = map(json.loads, asking.says("events", "--json").splitlines())
    title = event["title"]
    assert title in asking.says("events", "--title", title)
    assert "0 in all" in asking.says("events", "--title", "no such thing")
    assert title in asking.says("events", "--status", event["status"])
    assert "0 in all" in asking.says("events", "--status", "Cancelled")


def test_published_events_are_those_open_to_everybody(asking: Program, server: Ready) -> None:
    open_to_all = asking.says("events", "--published", "--json")
    assert all(json.loads(line)["status"] == "Published" for line in open_to_all.splitlines())
    assert asking.run("events", "--published", "--status", "Draft").returncode == 2


def test_admissions_are_listed_and_narrowed_by_every_filter(asking: Program, server: Ready) -> None:
    anybody = Api(server.url, server.api_key).gate(server.tokens[0].code)
    listed = anybody.entries(f"{server.event}/tickets", records=1000)[:2]
    batch = {"redeemer": "Kim", "device": "east", "serials": [listed[0]["serial"]]}
    anybody.made(f"{server.event}/admissions", batch)
    batch = {"redeemer": "Lou", "device": "west", "serials": [listed[1]["serial"]]}
    anybody.made(f"{server.event}/admissions", batch)
    first = listed[0]
    filters = {
        "--device": "east",
        "--redeemer": "Kim",
        "--ticket": first["serial"],
    }
    for flag, wanted in filters.items():
        said = asking.says("admissions", server.event, flag, wanted, "--json")
        (found,) = map(json.loads, said.splitlines())
        assert (found["ticket"], found["device"]) == (first["serial"], "east")
    for flag, wanted in (
        ("--patron", first["owner"]["number"]),
        ("--section", first["section"]["self"].rsplit("/", 1)[-1]),
    ):
        said = asking.says("admissions", server.event, flag, wanted, "--json")
        assert first["serial"] in said
        assert "0 in all" in asking.says("admissions", server.event, flag, "1")
    assert "2 in all" in asking.says("admissions", server.event)


def test_whoami_names_the_session_and_says_when_there_is_none(
    program: Program, server: Ready
) -> None:
    asked_with = {"SCANNER_API_KEY": server.api_key}
    words = ("login", ADMINISTRATOR, "--api", server.url)
    program.says(*words, given=ADMINISTRATOR_PASSWORD.encode(), **asked_with)
    assert program.says("whoami").startswith(ADMINISTRATOR)
    assert json.loads(program.says("whoami", "--json"))["username"] == ADMINISTRATOR
    program.says("logout")
    assert "scanner login" in program.complains("whoami")
