"""A queue goes from gate to gate by hand: sealed, signed, counted, and twice without harm."""

import asyncio
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from scanner.store import carried
from scanner.store.ledger import State
from scanner.sync.clock import utc_now
from scanner.sync.deliveries import replay_lock
from scanner.venue.carrying import queue_file
from scanner.venue.carrying.stick import Stick
from scanner.venue.errors import VenueError, VenueFault
from scanner.venue.members import authority
from scanner.venue.members.membership import Membership
from scanner.venue.sealing import VenueKey
from tests.sync.house import House, two_houses

HERE = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
WRITTEN = Path("north.queue")


def members(venue: str, *gates: str) -> list[Membership]:
    made = authority.make_venue(venue, 1, (), HERE)
    return [authority.join(made, each, HERE) for each in gates]


NORTH, SOUTH = members("Arena", "north", "south")
(STRANGER,) = members("Elsewhere", "stranger")


@pytest.fixture(scope="module")
def server_and_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House]]:
    with two_houses(tmp_path_factory.mktemp("stick"), tickets=60, south_token=1) as houses:
        yield houses


Held = Callable[[], AbstractContextManager[bool]]


def stick(house: House, own: Membership, held: Held | None = None) -> Stick:
    return Stick(own, house.writer, utc_now, held or partial(replay_lock, house.writer.file))


def counts(house: House) -> dict[State, int]:
    return house.writer.submit_to_cache(carried.counts).result()


def test_a_queue_on_a_stick_is_delivered_elsewhere_and_the_outcomes_come_back_on_one(
    server_and_folder: tuple[House, House], tmp_path: Path
) -> None:
    north, south = server_and_folder
    here, elsewhere = north.tickets(0)[:3], north.tickets(1)[:2]
    for serial in (*here, *elsewhere):
        assert north.present(serial).verdict.admits
    out, back = tmp_path / "out", tmp_path / "back"

    first = stick(north, NORTH).export()
    out.write_bytes(first.content)
    assert (first.number, first.admissions, first.outcomes) == (1, 5, 0)
    assert stick(south, SOUTH).take_in(out).taken == (5, 0, 2)
    assert stick(south, SOUTH).take_in(out).taken == (0, 5, 2)

    async def replay() -> None:
        engine = south.engine()
        try:
            assert await engine.replay()
        finally:
            await engine.close()

    asyncio.run(replay())
    assert counts(south) == {State.CONFIRMED: 3, State.QUEUED: 2}
    second = stick(south, SOUTH).export()
    back.write_bytes(second.content)
    assert (second.number, second.admissions, second.outcomes) == (1, 0, 3)
    brought = stick(north, NORTH).take_in(back)
    assert (brought.taken, len(brought.applied.moved)) == ((0, 0, 0), 3)
    assert stick(north, NORTH).take_in(back).applied.moved == []
    states = north.states()
    assert {states[each] for each in here} == {State.CONFIRMED}
    assert {states[each] for each in elsewhere} == {State.QUEUED}

    third = stick(north, NORTH).export()
    assert (third.number, third.admissions) == (2, 2)
    newer = tmp_path / "newer"
    newer.write_bytes(third.content)
    stick(south, SOUTH).take_in(newer)
    with pytest.raises(VenueError, match=VenueFault.OLDER):
        stick(south, SOUTH).take_in(out)
    with pytest.raises(VenueError, match=VenueFault.OWN):
        stick(north, NORTH).take_in(newer)


def test_while_the_gate_delivers_nothing_is_exported_or_imported(
    server_and_folder: tuple[House, House], tmp_path: Path
) -> None:
    north, _ = server_and_folder
    file = tmp_path / "file"
    file.write_bytes(queue_file.write(SOUTH, 9, (), {}))
    busy = stick(north, NORTH, lambda: nullcontext(False))
    for work in (busy.export, partial(busy.take_in, file)):
        with pytest.raises(VenueError, match=VenueFault.BUSY):
            work()


def refused(content: bytes) -> str:
    with pytest.raises(VenueError) as error:
        queue_file.read(SOUTH, content, WRITTEN)
    return error.value.fact.code


def resealed(change: Callable[[bytes], bytes]) -> bytes:
    """Return a file whose signed content was changed by somebody who has the venue's key."""
    head, _, sealed = queue_file.write(NORTH, 1, (), {}).partition(b"\n")
    key = VenueKey(NORTH.secret)
    plain = key.open(sealed, "queue-file")
    again = key.seal(plain[:64] + change(plain[64:]), "queue-file")
    kind, venue, _ = head.split(b" ")
    return b"%s %s %d\n" % (kind, venue, len(again)) + again


def test_a_file_that_is_not_a_whole_unchanged_one_of_this_venue_is_refused() -> None:
    whole = queue_file.write(NORTH, 1, (), {})
    assert queue_file.read(SOUTH, whole, WRITTEN).gate == NORTH.public
    assert refused(queue_file.write(STRANGER, 1, (), {})) == VenueFault.OTHER_VENUES
    assert refused(b"\x89PNG") == VenueFault.NO_QUEUE_FILE
    assert refused(b"") == VenueFault.NO_QUEUE_FILE
    assert refused(whole.replace(b"QUEUE-1", b"QUEUE-2", 1)) == VenueFault.NEWER_QUEUE_FILE
    assert {refused(whole[:end]) for end in (-1, -100, 60)} == {VenueFault.NOT_WHOLE}
    assert refused(whole + b"\n") == VenueFault.CHANGED
    for at in range(whole.index(b"\n") + 1, len(whole), 37):
        assert refused(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]) == VenueFault.CHANGED


def test_a_file_that_its_gate_has_not_signed_is_refused() -> None:
    def other_number(content: bytes) -> bytes:
        return zlib.compress(zlib.decompress(content).replace(b'"number": 1', b'"number": 2'))

    assert refused(resealed(other_number)) == VenueFault.CHANGED


def test_a_file_that_unfolds_to_more_than_any_queue_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queue_file, "_LARGEST_CONTENT", 1000)
    assert refused(resealed(lambda _: zlib.compress(bytes(10_000)))) == VenueFault.TOO_LARGE
    monkeypatch.setattr(queue_file, "_LARGEST_FILE", 1000)
    assert refused(queue_file.write(NORTH, 1, (), {})) == VenueFault.TOO_LARGE


def test_a_gate_that_no_node_has_registered_exports_nothing() -> None:
    from dataclasses import replace

    with pytest.raises(VenueError, match=VenueFault.NOT_REGISTERED):
        queue_file.write(replace(NORTH, jwt=None), 1, (), {})
