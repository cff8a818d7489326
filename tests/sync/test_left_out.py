"""What of the API's lists can't be read is counted by field, for the reading that met it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.admission.verdict import Kind
from scanner.app.platforms import provider_of
from scanner.gate import Gate
from scanner.platform.access import Request
from scanner.platform.server_time import ServerTime
from scanner.store.left_out import LeftOut, read_left_out
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.left_out import LeftOutNote, facts
from scanner.sync.opening import Opened, open_gate
from scanner.sync.pull import Pull
from scanner.sync.status import read_status
from scanner.ticketing.client import TickeTing
from tests.contract_server import CODE, KEY, World, contract_server, serial, ticket
from tests.sync.house import MemoryKeys
from tests.sync.wired import platform_over

ODD = [
    ticket(1, redeemed="0000-00-00 00:00:00"),
    ticket(2, redeemed=0),
    ticket(3, owner="/accounts/AZ-00000003"),
    ticket(4, owner=[], section="/sections/11"),
    ticket(5, owner={"number": "AZ-00000005", "firstName": "x" * 600}),
    ticket(6, section={"self": "https://api.example/v3/events/16993717817996/sections/11"}),
    ticket(7, section={"self": 11, "name": ["Floor"]}),
]
GAPS = {
    LeftOut("tickets", "redeemed", "ticketing.field_no_time", kept=True, count=2),
    LeftOut("tickets", "owner", "ticketing.field_no_object", kept=True, count=1),
    LeftOut("tickets", "owner.firstName", "ticketing.field_too_long", kept=True, count=1),
    LeftOut("tickets", "section.name", "ticketing.field_no_text", kept=True, count=1),
}
NO_STATUS = LeftOut("tickets", "status", "ticketing.field_missing", kept=False, count=1)


@pytest.fixture
def world() -> World:
    return World(tickets=[*ODD])


@pytest.fixture
def url(world: World) -> Iterator[str]:
    with contract_server(world) as address:
        yield address


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    with Writer(tmp_path / "gate.sqlite3") as opened:
        yield opened


def opened_at(url: str, writer: Writer) -> Opened:
    request = Request(url, CODE, "Lee", "north", KEY)
    return asyncio.run(open_gate(request, provider_of(), writer, MemoryKeys(), utc_now))


def pulled(url: str, writer: Writer, opened: Opened, *, whole: bool) -> set[LeftOut]:
    async def work() -> None:
        async with TickeTing(url, KEY) as api:
            pull = Pull(platform_over(api, opened.session.event), writer, ServerTime(utc_now))
            await (pull.everything if whole else pull.changes)(opened.session)
            await pull.others(opened.session)

    asyncio.run(work())
    return set(writer.submit(read_left_out).result())


def test_every_ticket_with_serial_section_and_status_admits(url: str, writer: Writer) -> None:
    opened = opened_at(url, writer)
    assert opened.tickets == len(ODD)
    gate = Gate(writer)
    for number in range(1, len(ODD) + 1):
        judged = gate.present_and_wait(serial(number), utc_now(), "test")
        assert judged.verdict.kind is Kind.ADMITTED, number


def test_what_was_left_out_is_told_at_the_opening_and_in_the_state(
    url: str, world: World, writer: Writer
) -> None:
    world.tickets.append({"serial": "EVENIN-FLOO00000099", "section": "/sections/11"})
    told = opened_at(url, writer).warnings
    assert [fact.code for fact in told] == [LeftOutNote.ENTRIES, LeftOutNote.FIELDS]
    assert told[0].params == {"count": 1, "fields": "tickets.status 1"}
    assert told[1].params["count"] == 5
    found = writer.submit(lambda conn: read_status(conn).left_out).result()
    assert set(found) == GAPS | {NO_STATUS}


def test_the_next_whole_reading_counts_for_itself_alone(
    url: str, world: World, writer: Writer
) -> None:
    opened = opened_at(url, writer)
    world.tickets[:] = [ticket(1), {**ticket(2), "status": None}]
    assert pulled(url, writer, opened, whole=True) == {NO_STATUS}
    world.tickets[:] = [ticket(1)]
    assert pulled(url, writer, opened, whole=True) == set()


def test_a_reading_of_changes_adds_and_takes_nothing_away(
    url: str, world: World, writer: Writer
) -> None:
    opened = opened_at(url, writer)
    assert pulled(url, writer, opened, whole=False) == GAPS
    world.admissions.append({"ticket": serial(1), "admitted": {}, "device": ["north"]})
    found = pulled(url, writer, opened, whole=False)
    assert found - GAPS == {
        LeftOut("admissions", "admitted", "ticketing.field_no_time", kept=True, count=1),
        LeftOut("admissions", "device", "ticketing.field_no_text", kept=True, count=1),
    }


def test_odd_sections_of_the_event_are_counted_too(url: str, world: World, writer: Writer) -> None:
    world.tickets.clear()
    world.sections = [{"self": 11, "name": {}}, {"name": "Nowhere"}, 7]
    opened = opened_at(url, writer)
    assert opened.sections == ("11",)
    (told,) = opened.warnings
    assert told.params == {"count": 2, "fields": "event.sections.name 1, event.sections.self 1"}


def test_the_same_field_is_said_once_whatever_is_wrong_with_it() -> None:
    found = [
        LeftOut("tickets", "owner", "ticketing.field_no_object", kept=True, count=2),
        LeftOut("tickets", "owner", "ticketing.field_missing", kept=True, count=3),
    ]
    (fact,) = facts(found)
    assert fact.params == {"count": 5, "fields": "tickets.owner 5"}
    assert facts(()) == []
