"""Whole gates at a real pretix: ledger, list and background work, each in a folder of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from scanner.admission.rules import Exit, Reentry, Word
from scanner.admission.verdict import Kind, Reason, Verdict
from scanner.app.platforms import provider_of
from scanner.gate import Gate
from scanner.platform.access import Request
from scanner.platform.errors import Restricted, Revoked
from scanner.pretix.errors import PretixRefusal
from scanner.pretix.resources import ListPath
from scanner.pretix.setup import initialize, read_new_device
from scanner.store import differences, encounters, ledger, passages
from scanner.store.differences import DifferenceKind
from scanner.store.ledger import State
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.engine import Engine, Pace
from scanner.sync.opening import check_name, open_gate
from tests.pretix_server.conftest import House
from tests.pretix_server.filling import MadeDevice, Sold
from tests.sync.house import MemoryKeys

_NUMBERS = count(1)
_HOUR = timedelta(hours=1)


class Door:
    """One gate with its own ledger; nothing goes to pretix but by `sync`."""

    def __init__(self, writer: Writer, keys: MemoryKeys, made: MadeDevice) -> None:
        self.writer = writer
        self.made = made
        pace = Pace(_HOUR, _HOUR)
        self.engine = Engine(writer, keys, utc_now, provider_of("pretix").connect, pace)

    async def present(self, sold: Sold, word: Word | None = None) -> Verdict:
        presented = Gate(self.writer).present(sold.secret, datetime.now(UTC), "test", word)
        return (await asyncio.wrap_future(presented)).verdict

    async def sync(self, *, whole: bool = False) -> None:
        assert await self.engine.replay()
        await self.engine.pull(whole=whole)

    async def state(self, sold: Sold) -> tuple[State, str | None]:
        (found,) = await self.writer.run(lambda conn: ledger.by_serial(conn, [sold.secret]))
        return found.state, str(found.reason.code) if found.reason else None

    async def differences(self) -> list[tuple[str, DifferenceKind]]:
        found = await self.writer.run_on_cache(differences.read)
        return [(each.serial, each.kind) for each in found]

    async def passages(self) -> list[tuple[Kind, State]]:
        found = await self.writer.run(passages.in_state)
        return [(each.kind, each.state) for each in found]


Doors = Callable[[], Awaitable[Door]]


@pytest.fixture
async def doors(house: House, tmp_path: Path) -> AsyncIterator[Doors]:
    """Opens gates at a check-in list."""
    async with AsyncExitStack() as stack:

        async def opened() -> Door:
            number = next(_NUMBERS)
            made = house.evening.organiser.device(f"door {number}")
            new = read_new_device(made.handshake)
            assert new
            device = await initialize(new)
            path = ListPath(device.organizer, house.evening.slug, house.everybody)
            request = Request(
                device.url,
                "",
                "Lee",
                f"door {number}",
                device.key,
                event=path.at(device.url),
                names=True,
            )
            folder = tmp_path / str(number)
            folder.mkdir()
            writer = stack.enter_context(Writer(folder / "gate.sqlite3"))
            keys = MemoryKeys()
            await open_gate(request, provider_of("pretix"), writer, keys, utc_now)
            await check_name(request, provider_of("pretix"), set())
            door = Door(writer, keys, made)
            stack.push_async_callback(door.engine.close)
            return door

        yield opened


async def test_a_ticket_enters_once_among_gates_that_hear_of_each_other(
    house: House, doors: Doors
) -> None:
    (sold,) = house.evening.order([house.floor])
    here, there = await doors(), await doors()
    assert (await here.present(sold)).reason is Reason.VALID
    await here.sync()
    assert await here.state(sold) == (State.CONFIRMED, None)
    assert (await there.present(sold)).admits  # it has not heard yet
    await there.sync()
    state, reason = await there.state(sold)
    assert (state, reason) == (State.CONFLICT, "sync.admitted_before")
    await here.sync()
    assert await here.differences() == [(sold.secret, DifferenceKind.ADMITTED_TWICE)]
    (own,) = house.evening.check_ins(successful="true")
    assert own["position"] == sold.position
    await there.sync(whole=True)
    assert await there.differences() == []


async def test_a_gate_that_hears_in_time_refuses(house: House, doors: Doors) -> None:
    (sold,) = house.evening.order([house.floor])
    here, there = await doors(), await doors()
    await here.present(sold)
    await here.sync()
    await there.sync()
    verdict = await there.present(sold)
    assert verdict.reason is Reason.ADMITTED_ELSEWHERE
    assert verdict.first
    assert verdict.first.device == f"#{here.made.number}"
    assert await there.writer.run(encounters.current) == []


async def test_patrons_leave_by_one_gate_and_come_back_by_another(
    house: House, doors: Doors
) -> None:
    (sold,) = house.evening.order([house.floor])
    here, there = await doors(), await doors()
    await here.present(sold)
    assert (await here.present(sold, Exit())).kind is Kind.EXITED
    await here.sync()
    await there.sync()
    back = await there.present(sold)
    assert (back.kind, back.reason) == (Kind.REENTRY, Reason.BACK_AFTER_EXIT)
    await there.sync()
    assert await there.passages() == [(Kind.REENTRY, State.CONFIRMED)]
    await here.sync()
    assert (await here.present(sold)).kind is Kind.ALREADY_ADMITTED
    for each in (here, there):
        await each.sync(whole=True)
        assert await each.differences() == []
        assert await each.writer.run(encounters.current) == []
    kinds = [each["type"] for each in house.evening.check_ins(ordering="datetime")]
    assert kinds == ["entry", "exit", "entry", "entry"]  # the last one failed


async def test_a_supervisors_word_lets_in_again_and_is_nobodys_copy(
    house: House, doors: Doors
) -> None:
    (sold,) = house.evening.order([house.floor])
    here, there = await doors(), await doors()
    await here.present(sold)
    await here.sync()
    await there.sync()
    assert (await there.present(sold, Reentry("lost her bag"))).reason is Reason.REENTRY
    await there.sync(whole=True)
    assert await there.passages() == [(Kind.REENTRY, State.CONFIRMED)]
    assert await there.differences() == []
    assert await there.writer.run(encounters.current) == []


async def test_what_changes_at_pretix_is_known_at_the_door(house: House, doors: Doors) -> None:
    evening = house.evening
    changed, blocked, gone, _ = evening.order([house.floor] * 4)
    door = await doors()
    (late,) = evening.order([house.balcony])
    anew = evening.reissue(changed)
    evening.block(blocked)
    evening.cancel(gone)
    assert (await door.present(late)).reason is Reason.NOT_ON_LIST
    await door.sync()
    reasons = [(await door.present(each)).reason for each in (late, changed, blocked, gone, anew)]
    assert reasons == [
        Reason.VALID,
        Reason.FORMER_CODE,
        Reason.BLOCKED,
        Reason.CANCELLED,
        Reason.VALID,
    ]
    await door.sync(whole=True)
    assert await door.differences() == []


async def test_what_pretix_refuses_later_is_told_as_such(house: House, doors: Doors) -> None:
    (sold,) = house.evening.order([house.floor])
    door = await doors()
    await door.present(sold)
    house.evening.block(sold)
    await door.sync()
    assert await door.state(sold) == (State.REFUSED, str(PretixRefusal.BLOCKED))


async def test_a_revoked_device_keeps_its_queue(house: House, doors: Doors) -> None:
    (sold,) = house.evening.order([house.floor])
    door = await doors()
    await door.present(sold)
    house.evening.organiser.revoke(door.made)
    with pytest.raises((Revoked, Restricted)):
        await door.engine.replay()
    assert (await door.state(sold))[0] is State.QUEUED
