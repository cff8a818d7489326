"""The one-time token is used once, and the device that came of it is kept at once."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from scanner.desk.device_setup import (
    Caution,
    Wanted,
    Which,
    cautions,
    choose,
    kept_device,
    set_up,
)
from scanner.desk.errors import ChoiceFault, NoDevice, Unclear
from scanner.facts import Fact
from scanner.keystore import KeyStoreError, KeyStoreFault
from scanner.platform.errors import Unreachable
from scanner.pretix.choices import Choices, ListChoice
from scanner.pretix.errors import SetupError
from scanner.pretix.resources import Device, ListPath
from scanner.pretix.setup import NewDevice
from tests.pretix.stand_in import Asked, StandIn, Told, standing_in
from tests.pretix.test_choices import HOUSE, check_in_list, event, question, serve

KEY, TOKEN = "k" * 64, "7uq32axn0ir3ivhe"


class FakeKeys:
    """Secrets in memory; writing fails where it is told to."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}
        self.shut = False

    def get(self, name: str) -> str | None:
        return self.secrets.get(name)

    def set(self, name: str, secret: str) -> None:
        if self.shut:
            raise KeyStoreError(KeyStoreFault.SHUT)
        self.secrets[name] = secret


@pytest.fixture
def pretix() -> Iterator[StandIn]:
    with standing_in() as served:
        yield served


@pytest.fixture
def keys() -> FakeKeys:
    return FakeKeys()


def device_of(number: int) -> dict[str, Any]:
    return {"organizer": "house", "device_id": number, "api_token": KEY, "name": "north"}


def takes_once(pretix: StandIn) -> None:
    used: list[str] = []

    def told(asked: Asked) -> Told:
        if asked.body["token"] in used:
            return Told(400, {"token": ["This initialization token has already been used."]})
        used.append(asked.body["token"])
        return Told(200, device_of(len(used)))

    pretix.routes["POST device/initialize"] = told


async def test_a_token_is_used_once_and_goes_on_with_the_device_that_is_kept(
    pretix: StandIn, keys: FakeKeys
) -> None:
    takes_once(pretix)
    new = NewDevice(pretix.url, TOKEN)
    with pytest.raises(NoDevice):
        kept_device(keys)
    device = await set_up(new, keys)
    assert (device.number, device.key) == (1, KEY)
    assert kept_device(keys) == device
    assert await set_up(new, keys) == device
    assert len(pretix.of("device/initialize")) == 1
    another = await set_up(new._replace(token="kvd550phb1208lsl"), keys)
    assert another.number == 2
    assert kept_device(keys) == another
    with pytest.raises(SetupError):
        await set_up(new, keys)
    assert kept_device(keys) == another
    assert TOKEN not in "".join(keys.secrets.values())


async def test_a_key_store_that_takes_nothing_costs_no_token(
    pretix: StandIn, keys: FakeKeys
) -> None:
    takes_once(pretix)
    keys.shut = True
    with pytest.raises(KeyStoreError):
        await set_up(NewDevice(pretix.url, TOKEN), keys)
    assert pretix.asked == []
    keys.shut = False
    assert (await set_up(NewDevice(pretix.url, TOKEN), keys)).number == 1


async def test_a_server_that_is_away_leaves_the_device_before_as_it_was(
    pretix: StandIn, keys: FakeKeys
) -> None:
    takes_once(pretix)
    device = await set_up(NewDevice(pretix.url, TOKEN), keys)
    with pytest.raises(Unreachable):
        await set_up(NewDevice("http://127.0.0.1:1", "kvd550phb1208lsl"), keys)
    assert kept_device(keys) == device


@pytest.mark.parametrize("kept", ["", "[]", "{", '{"device": "{}"}', '{"device": 3}', "null"])
def test_what_no_version_wrote_is_no_device(keys: FakeKeys, kept: str) -> None:
    keys.secrets["pretix device"] = kept
    with pytest.raises(NoDevice):
        kept_device(keys)


@pytest.fixture
def house(pretix: StandIn) -> StandIn:
    pretix.routes[f"GET {HOUSE}/events/"] = [event("evening"), event("late-show"), event("bare")]
    serve(pretix, "evening", [check_in_list(1, name="All"), check_in_list(2, name="VIP")], [])
    late = [check_in_list(3, name="All"), check_in_list(4, name="Balcony", rules={"and": []})]
    serve(pretix, "late-show", late, [question(1, [7])])
    serve(pretix, "bare", [], [])
    return pretix


def choices(pretix: StandIn) -> Choices:
    return Choices(Device(f"{pretix.url}/", "house", 7, KEY))


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (Wanted("evening", "all"), 1),
        (Wanted("EVENING", "2"), 2),
        (Wanted("late", "balc"), 4),
        (Wanted(list="vip"), 2),
        (Wanted(list="late-show/3"), 3),
        (Wanted(list="3"), 3),
        (Wanted(list="all", here="late-show"), 3),
        (Wanted(list="vip", here="late-show"), 2),
    ],
)
async def test_a_list_is_meant_by_name_or_id_and_the_open_gates_event_goes_first(
    house: StandIn, wanted: Wanted, number: int
) -> None:
    async with choices(house) as found:
        assert (await choose(found, wanted)).path.number == number


@pytest.mark.parametrize(
    ("wanted", "fault", "known"),
    [
        (Wanted(), ChoiceFault.SEVERAL_EVENTS, "Evening, Late-Show, Bare"),
        (Wanted("nowhere"), ChoiceFault.NO_SUCH_EVENT, "Evening, Late-Show, Bare"),
        (Wanted("evening"), ChoiceFault.SEVERAL_LISTS, "All (evening/1), VIP (evening/2)"),
        (Wanted(list="all"), ChoiceFault.SEVERAL_LISTS, "All (evening/1), All (late-show/3)"),
        (Wanted("evening", "x"), ChoiceFault.NO_SUCH_LIST, "All (evening/1), VIP (evening/2)"),
        (Wanted("bare"), ChoiceFault.NO_LISTS, None),
    ],
)
async def test_what_is_not_clear_is_said_with_what_there_is(
    house: StandIn, wanted: Wanted, fault: ChoiceFault, known: str | None
) -> None:
    async with choices(house) as found:
        with pytest.raises(Unclear) as raised:
            await choose(found, wanted)
    assert raised.value.fact.code is fault
    assert raised.value.fact.params.get("known") == known


async def test_a_person_is_asked_where_there_are_several(house: StandIn) -> None:
    asked: list[tuple[Which, list[str]]] = []

    def ask(which: Which, labels: Any) -> int:
        asked.append((which, list(labels)))
        return 1

    async with choices(house) as found:
        chosen = await choose(found, Wanted(), ask)
    assert chosen.path.number == 4
    assert asked == [
        (Which.EVENT, ["Evening", "Late-Show", "Bare"]),
        (Which.LIST, ["All (late-show/3)", "Balcony (late-show/4)"]),
    ]
    assert [each.code for each in cautions(chosen)] == [Caution.RULES, Caution.QUESTIONS]


def test_a_list_that_finds_add_ons_by_their_tickets_is_cautioned_about() -> None:
    found = ListChoice(ListPath("house", "evening", 3), "Workshops", 1, False, frozenset())
    assert cautions(found) == []
    assert cautions(replace(found, takes_addons=True)) == [Fact(Caution.ADDONS)]


async def test_a_single_event_and_list_are_taken_and_none_is_said(pretix: StandIn) -> None:
    pretix.routes[f"GET {HOUSE}/events/"] = [event("evening")]
    serve(pretix, "evening", [check_in_list(1)], [])
    async with choices(pretix) as found:
        assert (await choose(found, Wanted())).path.number == 1
        pretix.routes[f"GET {HOUSE}/events/"] = []
        with pytest.raises(Unclear):
            await choose(found, Wanted())
