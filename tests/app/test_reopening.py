"""A gate that stands is opened for another check-in list, or as a new device."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.app.platforms import provider_of
from scanner.app.reopening import Reopening
from scanner.config import Config
from scanner.desk.device_setup import kept_device, request_at, set_up
from scanner.desk.errors import NoDevice, Unclear
from scanner.keystore import KeyStore
from scanner.platform.access import Request
from scanner.platform.errors import WrongCode
from scanner.pretix.setup import NewDevice
from scanner.store import journal
from scanner.store.journal import JournalNote
from scanner.store.sessions import read_session
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.credentials import load
from scanner.sync.errors import NoSession, OtherEvent, OtherPlatform
from scanner.sync.opening import open_gate
from tests.mock.server import mock_server
from tests.pretix.evening import BASE, KEY, PATH, SECRET, order, position, serve
from tests.pretix.stand_in import Asked, StandIn, Told, standing_in

NINE = PATH._replace(number=9)
TOKEN = "7uq32axn0ir3ivhe"


@pytest.fixture
def pretix() -> Iterator[StandIn]:
    with standing_in() as served:
        serve(served, order("ABC", position(secret=SECRET)))
        served.device_key = None
        served.routes["GET organizers/house/events/"] = [
            {"slug": "evening", "name": {"en": "Evening"}, "date_from": None}
        ]
        served.routes[f"GET {BASE}/checkinlists/9/positions/"] = []

        def initialize(asked: Asked) -> Told:
            number = 7 if asked.body["token"] == TOKEN else 8
            body = {"organizer": "house", "device_id": number, "name": "north"}
            return Told(200, body | {"api_token": KEY[:-1] + str(number)})

        def info(asked: Asked) -> Told:
            key = asked.headers["Authorization"]
            body = {"organizer": "house", "device_id": int(key[-1]), "api_token": KEY}
            return Told(200, {"device": body})

        served.routes |= {"POST device/initialize": initialize, "GET device/info": info}
        yield served


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    with Writer(tmp_path / "gate.sqlite3") as found:
        yield found


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path, file_only=True)


@pytest.fixture
def reopening(tmp_path: Path, writer: Writer, keys: KeyStore) -> Reopening:
    return Reopening(Config(home=tmp_path), writer, keys)


async def _open(reopening: Reopening, pretix: StandIn) -> None:
    """Open the gate for list 3 as device 7."""
    writer, keys, config = reopening.writer, reopening.keys, reopening.config
    device = await set_up(NewDevice(pretix.url, TOKEN), keys)
    request = request_at(device, PATH.at(pretix.url), config, name="Lee", own_name="north")
    await open_gate(request, provider_of("pretix"), writer, keys, utc_now)


@pytest.fixture
def opened(reopening: Reopening, pretix: StandIn) -> Reopening:
    asyncio.run(_open(reopening, pretix))
    return reopening


def test_the_lists_of_the_device_are_offered_and_the_open_one_is_marked(
    opened: Reopening, pretix: StandIn
) -> None:
    assert opened.chooses()
    found = opened.lists()
    assert [(each.code, each.is_open) for each in found] == [
        (NINE.at(pretix.url), False),
        (PATH.at(pretix.url), True),
    ]
    assert {(each.event, each.name) for each in found} == {("Evening", "Door")}


def test_events_of_one_title_are_told_apart_by_their_short_names(
    opened: Reopening, pretix: StandIn
) -> None:
    named = {"name": {"en": "Evening"}, "date_from": None}
    events = [{"slug": slug, **named} for slug in ("evening", "late")]
    pretix.routes["GET organizers/house/events/"] = events
    for path in ("checkinlists/", "questions/"):
        route = pretix.routes.get(f"GET {BASE}/{path}", [])
        pretix.routes[f"GET {BASE.replace('evening', 'late')}/{path}"] = route
    assert {each.event for each in opened.lists()} == {"Evening", "Evening (late)"}


def test_another_list_is_asked_about_and_then_noted(
    opened: Reopening, pretix: StandIn, writer: Writer
) -> None:
    nine = NINE.at(pretix.url)
    with pytest.raises(OtherEvent) as asked:
        opened(nine, False)
    assert asked.value.fact.params == {"event": "Evening, Door"}
    before = writer.submit(read_session).result()
    assert before is not None
    assert before.event == PATH.at(pretix.url)
    session = opened(nine, True).session
    assert (session.event, session.name, session.device) == (nine, "Lee", "north")
    noted = writer.submit(lambda conn: list(journal.notes(conn, JournalNote.SESSION))).result()
    assert len(noted) == 1
    assert opened(nine, False).session.event == nine  # the same one is no question


def test_a_new_device_goes_on_at_the_list_and_knows_the_number_before(
    opened: Reopening, pretix: StandIn, keys: KeyStore
) -> None:
    text = f'{{"handshake_version": 1, "url": "{pretix.url}", "token": "kvd550phb1208lsl"}}'
    session = opened(text, False).session
    assert session.event == PATH.at(pretix.url)
    held = load(keys, session)
    assert held is not None
    assert (held.number, held.former) == (8, (7,))
    assert kept_device(keys).number == 8
    with pytest.raises(OtherEvent):
        opened(f"{pretix.url} kvd550phb1208lsl evening/9", False)
    assert len(pretix.of("device/initialize")) == 2
    with pytest.raises(OtherPlatform):
        opened("A0F9GG8D", True)


def test_a_device_of_another_organiser_is_asked_for_its_list(
    opened: Reopening, pretix: StandIn
) -> None:
    body = {"organizer": "other", "device_id": 2, "api_token": "x" * 64}
    pretix.routes["POST device/initialize"] = body
    pretix.routes["GET organizers/other/events/"] = []
    with pytest.raises(Unclear):
        opened(f"{pretix.url} kvd550phb1208lsl", True)


def test_a_gate_of_a_token_chooses_no_list_and_stays_with_its_server(
    reopening: Reopening, writer: Writer, keys: KeyStore
) -> None:
    assert not reopening.chooses()
    with pytest.raises(NoSession):
        reopening("A0F9GG8D", False)
    with mock_server(tickets=12, sections=3) as server:
        request = Request(
            server.url, server.tokens[0].code, "Lee", "north", application=server.api_key
        )
        request = replace(request, key=server.api_key)
        asyncio.run(open_gate(request, provider_of(), writer, keys, utc_now))
        assert not reopening.chooses()
        with pytest.raises(NoDevice):
            reopening.lists()
        with pytest.raises(WrongCode):
            reopening("WRONGONE", False)
        again = reopening(server.tokens[1].code, False)
        with pytest.raises(OtherPlatform):
            reopening(f"{server.url} {TOKEN}", True)
    assert again.session.api == server.url
