"""A ledger that was put back or rewritten is found by the other gates, and by its own."""

import json
import shutil
import zlib
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from nats.aio.client import Client

from scanner.admission.verdict import Closed
from scanner.facts import Fact
from scanner.store import journal, sessions, venue_heads
from scanner.store.anchor import Head
from scanner.store.database import SqlConnection
from scanner.store.journal import JournalNote
from scanner.store.venue_heads import HeadFault
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.venue.carrying.heads import Heads, Told, compare
from scanner.venue.carrying.line import Here
from scanner.venue.members.membership import Membership
from scanner.venue.sealing import VenueKey
from tests.store.worlds import SERIALS, admit, filled
from tests.venue.gates import NoLine, connected
from tests.venue.nodes import Nodes

KNOWN = Head(10, b"ten")


@pytest.mark.parametrize(
    ("head", "before", "fault"),
    [
        (Head(10, b"ten"), None, None),
        (Head(12, b"twelve"), KNOWN, None),
        (Head(12, b"twelve"), None, None),
        (Head(12, b"twelve"), Head(11, b"eleven"), None),
        (Head(9, b"nine"), None, HeadFault.WENT_BACK),
        (Head(10, b"other"), None, HeadFault.OTHER_ROW),
        (Head(12, b"twelve"), Head(10, b"other"), HeadFault.REWRITTEN),
    ],
)
def test_a_head_fits_the_one_before_or_says_how_it_does_not(
    head: Head, before: Head | None, fault: HeadFault | None
) -> None:
    assert compare(KNOWN, Told("north", head, before)) is fault


class Gate:
    """A gate's ledger, and its part in telling heads; started anew by making another."""

    def __init__(self, writer: Writer, membership: Membership, nc: Client) -> None:
        key = VenueKey(membership.secret)
        self.writer, self.js = writer, nc.jetstream(timeout=20)
        self.heads = Heads(Here(key, membership.public, writer, NoLine(), utc_now), membership.gate)

    async def tell(self) -> None:
        await self.heads.tell(self.js)

    async def look(self) -> list[Fact]:
        await self.heads.look(self.js)
        return await self.writer.run(venue_heads.findings)


def let_in(file: Path, *serials: str) -> None:
    with Writer(file) as writer:
        for each in serials:
            writer.submit(partial(admit, serial=each, at=utc_now())).result()


async def test_a_ledger_that_was_put_back_closes_its_gate_and_is_found_by_another(
    one_node: Nodes, tmp_path: Path
) -> None:
    north, south = (tmp_path / name / "gate.sqlite3" for name in ("north", "south"))
    for file in (north, south):
        file.parent.mkdir()
        filled(file).close()
    members = [one_node.membership("north"), one_node.membership("south")]
    clients = [await connected(each) for each in members]
    let_in(north, SERIALS[0])
    shutil.copytree(north.parent, tmp_path / "copy")
    let_in(north, *SERIALS[1:3])

    with Writer(south) as there:
        finder = Gate(there, members[1], clients[1])
        with Writer(north) as here:
            await Gate(here, members[0], clients[0]).tell()
        assert await finder.look() == []
        assert [each.name for each in finder.heads.seen.values()] == ["north"]
        await finder.tell()

        shutil.rmtree(north.parent)
        shutil.copytree(tmp_path / "copy", north.parent)
        with Writer(north) as here:
            first = Gate(here, members[0], clients[0])
            await first.tell()
            assert (await here.run(sessions.read_standing)).closed is Closed.PUT_BACK
            await Gate(here, members[0], clients[0]).tell()
            missing = await here.run(lambda conn: list(notes(conn)))
            assert len(missing) == 1

        (found,) = await finder.look()
        assert found.code == HeadFault.WENT_BACK
        assert (found.params["gate"], found.params["row"]) == ("north", 3)
        assert await finder.look() == [found]
        assert finder.heads.found == (found,)
        assert (await there.run(sessions.read_standing)).closed is None
    for client in clients:
        await client.close()


def notes(conn: SqlConnection) -> list[tuple[int, Fact]]:
    return list(journal.notes(conn, JournalNote.HEAD_MISSING))


async def test_a_ledger_that_grows_on_is_found_by_nobody(one_node: Nodes, tmp_path: Path) -> None:
    file, other = tmp_path / "a" / "gate.sqlite3", tmp_path / "b" / "gate.sqlite3"
    for each in (file, other):
        each.parent.mkdir()
        with closing(filled(each)):
            pass
    members = [one_node.membership("grows"), one_node.membership("looks")]
    clients = [await connected(each) for each in members]
    with Writer(file) as here, Writer(other) as there:
        gate, finder = Gate(here, members[0], clients[0]), Gate(there, members[1], clients[1])
        for serial in SERIALS[:3]:
            await here.run(partial(admit, serial=serial, at=utc_now()))
            await gate.tell()
            assert await finder.look() == []
        assert finder.heads.seen[members[0].public].head.row == 3
    for client in clients:
        await client.close()


async def test_a_head_that_nobody_can_keep_stops_nothing(one_node: Nodes, tmp_path: Path) -> None:
    file = tmp_path / "gate.sqlite3"
    with closing(filled(file)):
        pass
    members = [one_node.membership("wrong"), one_node.membership("finds")]
    clients = [await connected(each) for each in members]
    js, subject = clients[0].jetstream(timeout=20), f"heads.{members[0].public}"
    with Writer(file) as there:
        finder = Gate(there, members[1], clients[1])
        head = {"name": "wrong", "row": 3, "hash": "ab", "before": None}
        for change in ({"row": 1 << 70}, {"name": "\ud800"}, {"hash": 5}, {"before": [1]}, {}):
            told = json.dumps(head | change).encode()
            sealed = one_node.key.seal(zlib.compress(told), subject)
            await js.publish(subject, sealed)
        assert await finder.look() == []
        assert finder.heads.seen[members[0].public].head.row == 3
    for client in clients:
        await client.close()
