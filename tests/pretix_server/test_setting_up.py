import pytest

from scanner.admission.door import Unjudged
from scanner.pretix.choices import Choices
from scanner.pretix.errors import SetupError, SetupFault
from scanner.pretix.resources import Device
from scanner.pretix.setup import NewDevice, initialize, profile_warning, read_new_device
from tests.pretix_server.conftest import House


async def _set_up(house: House, name: str, **fields: str) -> Device:
    made = house.evening.organiser.device(name, **fields)
    new = read_new_device(made.handshake)
    assert new
    return await initialize(new)


async def test_a_computer_becomes_a_device_by_what_pretix_shows(house: House) -> None:
    made = house.evening.organiser.device("north")
    new = read_new_device(made.handshake)
    assert new
    device = await initialize(new)
    assert (device.number, device.name) == (made.number, "north")
    assert device.organizer == house.evening.organiser.slug
    assert profile_warning(device) is None
    with pytest.raises(SetupError) as again:
        await initialize(new)
    assert again.value.fact.code is SetupFault.TOKEN_USED


async def test_a_token_of_nobody_is_told_so(house: House) -> None:
    with pytest.raises(SetupError) as told:
        await initialize(NewDevice(house.evening.organiser.url, "0123456789abcdef"))
    assert told.value.fact.code is SetupFault.TOKEN_UNKNOWN


async def test_a_device_without_orders_is_warned_about(house: House) -> None:
    device = await _set_up(house, "online only", profile="pretixscan_online_noorders")
    assert profile_warning(device) is not None


async def test_lists_are_offered_with_what_a_gate_cannot_judge_there(house: House) -> None:
    evening = house.evening
    evening.question("Which name is on the badge?", [house.lounge])
    rules = {">": [{"var": "minutes_since_first_entry"}, 1]}
    limited = evening.check_in_list("Floor", [house.floor])
    ruled = evening.check_in_list("Ruled", [house.floor, house.balcony], rules=rules)
    device = await _set_up(house, "chooser")
    async with Choices(device) as choices:
        (event,) = [each for each in await choices.events() if each.slug == evening.slug]
        offered = await choices.lists_of(event)
        named = await choices.named(f"{evening.slug}/{limited}")
    assert event.title == "Evening"
    assert {each.name: (each.products, each.unjudged) for each in offered.lists} == {
        "Everybody": (None, frozenset({Unjudged.QUESTIONS})),
        "Floor": (1, frozenset()),
        "Ruled": (2, frozenset({Unjudged.RULES})),
    }
    assert named in offered.lists
    assert ruled in [each.path.number for each in offered.lists]
