import json
from collections.abc import Iterator

import pytest

from scanner.mock.seed import ADMINISTRATOR, ADMINISTRATOR_PASSWORD
from tests.cli.program import Program
from tests.contract_server import CODE, EVENT, KEY, World, contract_server, serial, ticket
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
    assert program.says("whoami").startswith(f"Server: {server.url}\n{ADMINISTRATOR}")
    told = json.loads(program.says("whoami", "--json"))
    assert (told["api"], told["username"]) == (server.url, ADMINISTRATOR)
    program.says("logout")
    assert "scanner login" in program.complains("whoami")


def test_the_server_that_this_gate_was_opened_at_is_asked_unless_another_is_named(
    program: Program, server: Ready
) -> None:
    program.open_at(server)
    program.settings = {"SCANNER_API_KEY": server.api_key}
    assert program.says("events").startswith(f"Server: {server.url}\n")
    for words in (["tokens", "list", server.event], ["events"]):
        for line in program.says(*words, "--json").splitlines():
            assert json.loads(line)["api"] == server.url
    said = program.says("login", ADMINISTRATOR, given=ADMINISTRATOR_PASSWORD.encode())
    assert said.startswith(f"Server: {server.url}\n")
    assert server.url in program.says("whoami")
    elsewhere = "http://127.0.0.1:9/"
    assert "can't be reached" in program.complains("events", "--api", elsewhere)
    program.settings = {}
    refused = program.complains("whoami", SCANNER_API=elsewhere)
    assert refused.startswith(f"The login is for {server.url}, not for {elsewhere}")


LISTS = (["events"], ["events", "--published"], ["tokens", "list", EVENT], ["admissions", EVENT])


@pytest.fixture
def strange(program: Program) -> Iterator[World]:
    """A server with 30 entries in each list."""
    world = World(tickets=[ticket(each) for each in range(30)], copies=30)
    body = {"redeemer": "Kim", "device": "south", "serials": [serial(each) for each in range(30)]}
    world.admit(body)
    with contract_server(world) as url:
        program.settings = {"SCANNER_API": url, "SCANNER_API_KEY": KEY}
        yield world


@pytest.mark.parametrize("words", LISTS)
@pytest.mark.parametrize("limit", ["cut_at", "refused_over"])
def test_a_list_is_read_to_its_end_from_a_server_with_small_pages(
    program: Program, strange: World, words: list[str], limit: str
) -> None:
    setattr(strange, limit, 7)
    lines = program.says(*words, "--json").splitlines()
    assert len(set(lines)) == 30
    assert "30" in program.says(*words).splitlines()[-1]


def test_a_page_size_that_one_command_has_learned_is_used_by_every_other(
    program: Program, strange: World
) -> None:
    strange.refused_over = 7
    program.says("events")
    assert any(records > 7 for _, records in strange.asked)
    strange.asked.clear()
    program.says("open", CODE, "--name", "Lee", "--device", "north")
    program.says("gate", "--stdin", given=f"{serial(1)}\n".encode())
    program.says("replay")
    program.says("sync")
    for words in LISTS:
        program.says(*words)
    assert {name.rpartition("/")[2] for name, _ in strange.asked} == {
        "tickets", "admissions", "tokens", "events", "published-events",
    }  # fmt: skip
    assert all(records <= 7 for _, records in strange.asked), strange.asked


def test_a_list_that_is_shorter_than_its_total_ends_with_a_failure(
    program: Program, strange: World
) -> None:
    strange.hidden = 5
    for words in LISTS:
        done = program.run(*words, "--json")
        assert (done.returncode, len(done.stdout.splitlines())) == (1, 30)
        assert b"reports 35 entries, but only 30 came" in done.stderr
