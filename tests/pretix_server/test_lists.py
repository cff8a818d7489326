"""One device that goes from one check-in list of an event to another, at a real pretix."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.admission.rules import Exit
from scanner.admission.verdict import Reason
from scanner.app.platforms import provider_of
from scanner.platform.access import Request
from scanner.pretix.resources import ListPath
from scanner.pretix.setup import initialize, read_new_device
from scanner.store import encounters, ledger, passages
from scanner.store.ledger import State
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.opening import open_gate
from tests.pretix_server.conftest import House
from tests.pretix_server.test_gates import Door
from tests.sync.house import MemoryKeys


class Roamer:
    """A device with its ledger; `goes_to` opens it at a list, and nothing is sent but by `sync`."""

    def __init__(self, house: House, writer: Writer, request: Request, door: Door) -> None:
        self.house = house
        self.request = request
        self.writer = writer
        self.keys = MemoryKeys()
        self.door = door

    async def goes_to(self, check_in_list: int) -> None:
        await self.door.engine.close()
        path = ListPath(self.house.evening.organiser.slug, self.house.evening.slug, check_in_list)
        request = replace(self.request, event=path.at(self.request.api))
        await open_gate(request, provider_of("pretix"), self.writer, self.keys, utc_now)
        self.door = Door(self.writer, self.keys, self.door.made)

    async def open_records(self) -> int:
        counts = await self.writer.run(ledger.counts)
        return sum(counts[each] for each in State if each is not State.CONFIRMED)


@pytest.fixture
async def roamer(house: House, tmp_path: Path) -> AsyncIterator[Roamer]:
    async with AsyncExitStack() as stack:
        made = house.evening.organiser.device("roamer")
        new = read_new_device(made.handshake)
        assert new
        device = await initialize(new)
        request = Request(device.url, "", "Lee", "roamer", device.key, names=True)
        writer = stack.enter_context(Writer(tmp_path / "gate.sqlite3"))
        roaming = Roamer(house, writer, request, Door(writer, MemoryKeys(), made))
        yield roaming
        await roaming.door.engine.close()


def at(house: House, check_in_list: int) -> list[str]:
    found = house.evening.check_ins(list=check_in_list, successful="true", ordering="datetime")
    return [str(each["type"]) for each in found]


async def test_a_ticket_is_checked_in_once_at_each_list(house: House, roamer: Roamer) -> None:
    (sold,) = house.evening.order([house.floor])
    main = house.everybody
    area = house.evening.check_in_list("Area", allow_entry_after_exit=False)
    await roamer.goes_to(main)
    assert (await roamer.door.present(sold)).reason is Reason.VALID
    await roamer.goes_to(area)  # the entry at the main door waits
    assert (await roamer.door.present(sold)).reason is Reason.OTHER_DOOR
    assert (await roamer.door.present(sold)).reason is Reason.ADMITTED_HERE
    await roamer.door.sync(whole=True)
    assert (at(house, main), at(house, area)) == ([], ["entry"])
    await roamer.door.present(sold, Exit())
    assert (await roamer.door.present(sold)).reason is Reason.ADMITTED_HERE
    await roamer.door.sync(whole=True)
    assert await roamer.door.differences() == []
    await roamer.goes_to(main)
    again = await roamer.door.present(sold)
    assert again.reason is Reason.LIGHT_NOT_SHOWN  # nobody noted it: it stays this door's doubt
    await roamer.door.sync(whole=True)
    assert await roamer.door.differences() == []
    assert (at(house, main), at(house, area)) == (["entry"], ["entry", "exit"])
    assert await roamer.open_records() == 0
    assert await roamer.writer.run(encounters.current) == []
    sent = await roamer.writer.run(passages.in_state)
    assert [each.state for each in sent] == [State.CONFIRMED, State.CONFIRMED]
