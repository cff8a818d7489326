import json
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.platform.errors import Malformed, NotTheApi, Unreachable
from scanner.pretix.errors import SetupError, SetupFault, SetupWarning
from scanner.pretix.resources import Device, ListPath, read_list_path
from scanner.pretix.setup import (
    NewDevice,
    device_from_text,
    device_to_text,
    gate_credentials,
    initialize,
    profile_warning,
    read_new_device,
    write_new_device,
)
from tests.pretix.stand_in import HTML, StandIn, Told

TOKEN = "7uq32axn0ir3ivhe"
KEY = "k" * 64
SHOWN = NewDevice("https://pretix.example/", TOKEN)
MADE = {
    "organizer": "house",
    "device_id": 7,
    "unique_serial": "YS9N3F61Q0KNZTHM",
    "api_token": KEY,
    "name": "north",
    "security_profile": "pretixscan",
    "gate": {"id": 1, "name": "North gate", "identifier": "N"},
}


def handshake(**fields: object) -> str:
    shown = {"handshake_version": 1, "url": "https://pretix.example", "token": TOKEN}
    return json.dumps(shown | fields)


@pytest.mark.parametrize(
    "text",
    [
        handshake(),
        f"\ufeff]Q1{handshake()}\r\n",
        f"https://pretix.example {TOKEN}",
        f"https://pretix.example/api/v1/\n{TOKEN}",
        f"pretix.example {TOKEN}",
        f"System URL: https://pretix.example\nToken: {TOKEN}\n",
        f"Token:{TOKEN} URL https://pretix.example/",
    ],
)
def test_what_pretix_shows_for_a_device_is_read_as_qr_and_as_text(text: str) -> None:
    assert read_new_device(text) == SHOWN


def test_the_short_form_names_the_check_in_list_too() -> None:
    new = NewDevice("https://pretix.example/", TOKEN, "evening-1.a/12")
    assert write_new_device(new) == f"https://pretix.example/ {TOKEN} evening-1.a/12"
    assert read_new_device(write_new_device(new)) == new
    assert read_new_device(write_new_device(SHOWN)) == SHOWN


@pytest.mark.parametrize(
    "text",
    [
        "",
        TOKEN,
        "https://pretix.example",
        "A0F9GG8D",
        "scanner:gate?token=A0F9GG8D&api=https://tickets.example/v3/",
        f"https://pretix.example https://other.example {TOKEN}",
        f"https://pretix.example {TOKEN} {TOKEN[::-1]}",
        "https://pretix.example TOO-SHORT",
        handshake(url=7),
        handshake(token=None),
        handshake(token="with space"),
        handshake(token="x" * 191),
        handshake(url="ftp://pretix.example"),
        json.dumps({"url": "https://pretix.example", "token": TOKEN}),
        handshake()[:-1],
        "[" * 5000,
        "{" + "[" * 4000,
    ],
)
def test_anything_else_is_no_device(text: str) -> None:
    assert read_new_device(text) is None


@given(st.text(max_size=300) | st.text().map(lambda text: handshake(token=text, url=text)))
def test_no_text_breaks_the_reading(text: str) -> None:
    read_new_device(text)


@pytest.mark.parametrize("version", [2, 0, "1", None])
def test_a_newer_handshake_is_told(version: object) -> None:
    with pytest.raises(SetupError) as raised:
        read_new_device(handshake(handshake_version=version))
    assert raised.value.fact.code is SetupFault.NEWER_HANDSHAKE


async def test_the_token_gives_the_device_its_key(pretix: StandIn) -> None:
    pretix.routes["POST device/initialize"] = dict(MADE)
    device = await initialize(NewDevice(pretix.url, TOKEN))
    assert device == Device(f"{pretix.url}/", "house", 7, KEY, "north", "pretixscan", "North gate")
    (asked,) = pretix.asked
    assert asked.body["token"] == TOKEN
    assert asked.body["software_brand"] == "scanner"
    assert all(0 < len(text) <= 190 for text in asked.body.values())
    assert "Authorization" not in asked.headers


async def test_a_device_without_a_gate_or_name_is_one(pretix: StandIn) -> None:
    bare: dict[str, object] = {
        "organizer": "house",
        "device_id": "7",
        "api_token": KEY,
        "gate": None,
        "name": [],
    }
    pretix.routes["POST device/initialize"] = bare
    device = await initialize(NewDevice(pretix.url, TOKEN))
    assert device == Device(f"{pretix.url}/", "house", 7, KEY)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("Unknown initialization token.", SetupFault.TOKEN_UNKNOWN),
        ("This initialization token has already been used.", SetupFault.TOKEN_USED),
        ("This initialization token has been revoked.", SetupFault.TOKEN_REVOKED),
        ("Come again?", SetupFault.TOKEN_REFUSED),
    ],
)
async def test_why_a_token_is_not_taken_is_told(
    pretix: StandIn, said: str, fault: SetupFault
) -> None:
    pretix.routes["POST device/initialize"] = Told(400, {"token": [said]})
    with pytest.raises(SetupError) as raised:
        await initialize(NewDevice(pretix.url, TOKEN))
    assert raised.value.fact.code is fault


@pytest.mark.parametrize("body", [{}, [], "no", None, {"token": "no"}, {"hardware_brand": ["x"]}])
async def test_a_refusal_of_any_shape_is_one(pretix: StandIn, body: object) -> None:
    pretix.routes["POST device/initialize"] = Told(400, body)
    with pytest.raises(SetupError) as raised:
        await initialize(NewDevice(pretix.url, TOKEN))
    assert raised.value.fact.code is SetupFault.TOKEN_REFUSED


@pytest.mark.parametrize(
    "told",
    [
        Told(200, dict(MADE), cut=True),
        Told(200, json.dumps(MADE).encode()[:40]),
        Told(200, b""),
        Told(502, b"<h1>Bad gateway</h1>", HTML),
    ],
)
async def test_a_lost_answer_may_have_used_the_token(pretix: StandIn, told: Told) -> None:
    pretix.routes["POST device/initialize"] = told
    with pytest.raises(SetupError) as raised:
        await initialize(NewDevice(pretix.url, TOKEN))
    assert raised.value.fact.code is SetupFault.ANSWER_LOST


async def test_what_never_reached_pretix_leaves_the_token_as_it_was(pretix: StandIn) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(Unreachable):
            await initialize(NewDevice(url, TOKEN))
    pretix.routes["POST device/initialize"] = Told(200, b"<h1>Log in</h1>", HTML)
    with pytest.raises(NotTheApi):
        await initialize(NewDevice(pretix.url, TOKEN))


@pytest.mark.parametrize("field", ["organizer", "device_id", "api_token"])
@pytest.mark.parametrize("missing", [True, False])
async def test_a_device_without_what_it_needs_is_malformed(
    pretix: StandIn, field: str, missing: bool
) -> None:
    body: dict[str, object] = dict(MADE)
    if missing:
        del body[field]
    else:
        body[field] = {"no": "such"}
    pretix.routes["POST device/initialize"] = body
    with pytest.raises(Malformed) as raised:
        await initialize(NewDevice(pretix.url, TOKEN))
    assert raised.value.field == field


async def test_an_organiser_that_would_lead_elsewhere_is_none(pretix: StandIn) -> None:
    pretix.routes["POST device/initialize"] = MADE | {"organizer": "../../elsewhere"}
    with pytest.raises(Malformed):
        await initialize(NewDevice(pretix.url, TOKEN))


def test_a_device_is_kept_as_text_and_read_back() -> None:
    device = Device("https://pretix.example/", "house", 7, KEY, "north", "pretixscan", None)
    assert device_from_text(device_to_text(device)) == device
    assert device_from_text("") is None
    assert device_from_text("[]") is None
    assert device_from_text('{"url": "x"}') is None


def test_no_secret_is_in_what_is_printed() -> None:
    device = Device("https://pretix.example/", "house", 7, KEY)
    held = gate_credentials(device, ListPath("house", "evening", 3))
    assert TOKEN not in f"{SHOWN} {SHOWN!r}"
    assert KEY not in f"{device} {held}"


def test_two_servers_lists_are_two_events_though_all_their_names_are_the_same() -> None:
    path = ListPath("house", "evening", 3)
    here, there = (f"https://{host}/" for host in ("pretix.example", "rehearsal.example"))
    assert path.at(here) != path.at(there)
    assert path.at(here) == path.at("http://pretix.example")  # a server may begin to encrypt
    assert path.at(f"{here}tickets/") == f"//pretix.example/tickets{path.uri}"
    assert read_list_path(path.at(f"{here}tickets/")) == path


def test_a_gate_works_as_the_device_at_its_list() -> None:
    device = Device("https://pretix.example/", "house", 7, KEY)
    held = gate_credentials(device, ListPath("house", "evening", 3))
    assert held.event == "//pretix.example/organizers/house/events/evening/checkinlists/3"
    assert read_list_path(held.event) == ListPath("house", "evening", 3)
    assert (held.api, held.key, held.code) == ("https://pretix.example/", KEY, "")
    assert (held.number, held.platform) == (7, "pretix")


@pytest.mark.parametrize(
    ("profile", "warned"),
    [("pretixscan", False), ("full", False), ("", False), ("pretixscan_online_noorders", True)],
)
def test_a_profile_without_orders_is_warned_of(profile: str, warned: bool) -> None:
    warning = profile_warning(Device("https://pretix.example/", "house", 7, KEY, "", profile))
    assert (warning is not None) is warned
    if warning:
        assert warning.code is SetupWarning.PROFILE
