"""`scanner open` with what pretix shows for a new device, and again without it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from scanner.pretix.resources import ListPath
from tests.cli.program import Program
from tests.cli.terminal import terminal
from tests.pretix.evening import KEY, OWN, SECRET, order, position, serve
from tests.pretix.stand_in import Asked, StandIn, Told, standing_in

TOKEN = "7uq32axn0ir3ivhe"
EVENTS = "GET organizers/house/events/"
NAMED = ("--name", "Lee", "--device", "north")


@pytest.fixture
def pretix() -> Iterator[StandIn]:
    with standing_in() as served:
        serve(served, order("ABC", position(secret=SECRET)))
        served.device_key = None
        served.routes["GET organizers/house/events/evening/checkinlists/9/positions/"] = []
        events = [{"slug": "evening", "name": {"en": "Evening"}, "date_from": None}]
        served.routes[EVENTS] = list(events)
        used: list[str] = []

        def initialize(asked: Asked) -> Told:
            if asked.body["token"] in used:
                said = "This initialization token has already been used."
                return Told(400, {"token": [said]})
            used.append(asked.body["token"])
            body = {"organizer": "house", "device_id": OWN, "api_token": KEY, "name": "north"}
            return Told(200, body | {"security_profile": "pretixscan"})

        served.routes["POST device/initialize"] = initialize
        yield served


def shown(pretix: StandIn, token: str = TOKEN) -> bytes:
    """Return the QR's text, over several lines as a page may show it."""
    return json.dumps(
        {"handshake_version": 1, "url": pretix.url, "token": token}, indent=2
    ).encode()


def test_a_new_devices_code_opens_a_list_that_is_named_and_is_hidden(
    program: Program, pretix: StandIn
) -> None:
    said = program.says("open", "-", *NAMED, "--list", "9", given=shown(pretix))
    assert said.splitlines()[0] == f"Server: {pretix.url}/"
    assert "Lee at north" in said
    assert "1 ticket" in said
    assert "Sent as" not in program.says("status")  # pretix has its own name for the device
    hidden = program.home / "secrets.json"
    assert hidden.stat().st_mode & 0o077 == 0
    for each in program.home.rglob("*"):
        if each.is_file() and each != hidden:
            assert KEY.encode() not in each.read_bytes()
            assert TOKEN.encode() not in each.read_bytes()


@pytest.mark.parametrize(
    "text", ["{url}\n{token}\n", "System URL: {url}\n\nToken: {token}\n", "{url} {token}"]
)
def test_an_address_and_a_code_are_found_in_what_was_copied_from_the_page(
    program: Program, pretix: StandIn, text: str
) -> None:
    given = text.format(url=pretix.url, token=TOKEN).encode()
    assert "Lee at north" in program.says("open", "-", *NAMED, "--list", "9", given=given)


def test_a_try_that_broke_off_goes_on_with_the_device_that_is_kept(
    program: Program, pretix: StandIn
) -> None:
    events = pretix.routes.pop(EVENTS)
    line = f"{pretix.url} {TOKEN}"
    program.complains("open", line, *NAMED, "--list", "9")
    pretix.routes[EVENTS] = events
    said = program.complains("open", line, *NAMED)
    assert said == (
        "There are several check-in lists; name one with --list: "
        "Door (evening/9), Door (evening/3)."
    )
    program.says("open", line, *NAMED, "--list", "evening/3")
    assert len(pretix.of("device/initialize")) == 1
    pretix.routes["POST device/initialize"] = Told(
        400, {"token": ["Unknown initialization token."]}
    )
    said = program.complains("open", f"{pretix.url} kvd550phb1208lsl", *NAMED)
    assert "pretix does not know this device's code" in said


def test_without_a_name_the_code_is_not_used(program: Program, pretix: StandIn) -> None:
    assert program.run("open", f"{pretix.url} {TOKEN}", "--list", "9").returncode == 2
    assert pretix.asked == []


def test_another_list_needs_no_code_and_no_name_and_is_noted(
    program: Program, pretix: StandIn
) -> None:
    program.says("open", "-", *NAMED, "--list", "9", given=shown(pretix))
    lists = pretix.routes["GET organizers/house/events/evening/checkinlists/"]
    assert isinstance(lists, list)
    lists[0]["name"] = "Balcony"
    assert "Lee at north" in program.says("open", "--list", "door")
    assert "names none of the check-in lists" in program.complains("open", "--list", "nowhere")
    with closing(sqlite3.connect(program.home / "gate.sqlite3")) as conn:
        (event,) = conn.execute("SELECT event FROM session").fetchone()
        noted = conn.execute("SELECT count(*) FROM journal WHERE kind = 'note'").fetchone()
    assert event == ListPath("house", "evening", 3).at(pretix.url)
    assert noted >= (1,)


def test_a_computer_that_is_no_device_is_told_how_it_becomes_one(program: Program) -> None:
    said = program.complains("open", "--list", "Door", *NAMED)
    assert "This computer is no device of a pretix yet" in said
    assert program.run("open", *NAMED).returncode == 2


def test_options_of_the_other_platform_are_wrong_usage(program: Program, pretix: StandIn) -> None:
    line = f"{pretix.url} {TOKEN}"
    for words in (
        ("open", line, *NAMED, "--api", pretix.url),
        ("open", line, *NAMED, "--api-key", "0f1e2d"),
        ("open", "A0F9GG8D", *NAMED, "--list", "9"),
        ("open", "A0F9GG8D", *NAMED, "--event", "evening"),
    ):
        assert program.run(*words).returncode == 2
    alone = program.run("open", pretix.url, *NAMED)
    assert (alone.returncode, b"address without a code" in alone.stderr) == (2, True)
    newer = '{"handshake_version": 2, "url": "http://x", "token": "y"}'
    assert "newer kind of device" in program.complains("open", newer, *NAMED)
    assert pretix.asked == []


def test_commands_that_pretix_has_no_answer_for_say_so_and_the_doctor_asks_it(
    program: Program, pretix: StandIn
) -> None:
    program.says("open", "-", *NAMED, "--list", "9", given=shown(pretix))
    pretix.asked.clear()
    for words in (("events",), ("whoami",), ("login", "kim"), ("tokens", "list", "1")):
        assert "This gate is open at pretix" in program.complains(*words, given=b"secret\n")
    assert pretix.asked == []
    rows = json.loads(program.run("doctor", "--json").stdout)
    (answers,) = [each for each in rows if each["code"] == "doctor.api_answers"]
    assert answers["health"] == "ok"
    assert len(pretix.of("device/info")) == 1
    pretix.routes["GET device/info"] = Told(401, {"detail": "Device access has been revoked."})
    done = program.run("doctor", "--json")
    assert done.returncode == 1
    (revoked,) = [each for each in json.loads(done.stdout) if each["code"] == "pretix.key_refused"]
    assert revoked["health"] == "broken"


def test_in_a_terminal_a_person_chooses_by_number(program: Program, pretix: StandIn) -> None:
    lists = pretix.routes["GET organizers/house/events/evening/checkinlists/"]
    assert isinstance(lists, list)
    lists[0]["rules"] = {"and": []}
    with terminal(program, "open", f"{pretix.url} {TOKEN}", *NAMED) as asked:
        asked.wait_for("2  Door (evening/3)")
        asked.wait_for("Number of the list")
        asked.press(b"7\r")
        asked.wait_for("Type one of the numbers 1 to 2.")
        asked.press(b"1\r")
        asked.wait_for("rules that only pretix can judge")
        asked.wait_for("Open: Evening")
        asked.wait_until(asked.ended)
        assert asked.process.returncode == 0
