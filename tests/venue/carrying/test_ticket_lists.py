"""One gate's pull serves the others: whole lists, never an older one, never a torn one."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from scanner.admission.verdict import Closed
from scanner.store import sessions, tickets
from scanner.store.database import SqlConnection, transaction
from scanner.venue.carrying import ticket_lists
from scanner.venue.carrying.ticket_lists import TicketLists
from scanner.venue.subjects import event_name, section_name
from tests.mock.server import Ready, mock_server
from tests.sync.house import House, house_at, until
from tests.venue.gates import VenueGate, venue_gate
from tests.venue.nodes import Nodes


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Nodes]:
    """A venue of a test's own: every event of the server's stand-in has the same name."""
    with Nodes(tmp_path / "node") as nodes:
        yield nodes


@pytest.fixture(scope="module")
def server() -> Iterator[Ready]:
    with mock_server(tickets=90) as ready:
        yield ready


@pytest.fixture
def houses(server: Ready, tmp_path: Path) -> Iterator[tuple[House, House]]:
    (tmp_path / "north").mkdir()
    (tmp_path / "south").mkdir()
    with (
        house_at(server, tmp_path / "north") as north,
        house_at(server, tmp_path / "south") as south,
    ):
        north.open(server.tokens[0].code)
        south.open(server.tokens[1].code, device="south")
        yield north, south


def never_synced(house: House) -> None:
    """Leave a gate as it is when its token is known, and no list could be read."""

    def forget(conn: SqlConnection) -> None:
        with transaction(conn):
            conn.execute("UPDATE session SET synced = NULL, whole = NULL, watermark = NULL")

    def empty(conn: SqlConnection) -> None:
        with transaction(conn):
            conn.execute("DELETE FROM ticket")

    house.writer.submit(forget).result()
    house.writer.submit_to_cache(empty).result()
    house.cable.cut()


def count(house: House) -> int:
    return house.writer.submit(tickets.count_tickets).result()


def closed(house: House) -> Closed | None:
    return house.writer.submit(sessions.read_standing).result().closed


async def published(gate: VenueGate) -> TicketLists:
    await until(lambda: gate.engine.status().link.online, 60)
    lists = TicketLists(gate.here)
    await lists.publish(gate.js)
    return lists


async def test_a_gate_that_was_never_synced_opens_by_another_gates_pull(
    node: Nodes, houses: tuple[House, House]
) -> None:
    north, south = houses
    serial, elsewhere = south.tickets(0)[0], south.tickets(1)[0]
    never_synced(south)
    async with venue_gate(node, north, "n1") as a, venue_gate(node, south, "s1") as b:
        await published(a)
        assert closed(south) is Closed.NEVER_SYNCED
        await TicketLists(b.here).take(b.js)
        assert closed(south) is None
    assert count(south) == 30
    assert south.present(serial).verdict.admits
    assert not south.present(elsewhere).verdict.admits


async def test_a_list_that_is_older_or_torn_is_not_taken(
    node: Nodes, houses: tuple[House, House], monkeypatch: pytest.MonkeyPatch
) -> None:
    north, south = houses
    monkeypatch.setattr(ticket_lists, "_CHUNK", 10)
    south.cable.cut()
    async with venue_gate(node, north, "n2") as a, venue_gate(node, south, "s2") as b:
        await published(a)

        async def take() -> None:
            await TicketLists(b.here).take(b.js)

        def set_watermark(conn: SqlConnection, *, older: bool) -> None:
            session = sessions.read_session(conn)
            assert session
            assert session.watermark
            by = timedelta(days=1 if older else -1)
            with transaction(conn):
                told = (session.watermark - by).isoformat()
                conn.execute("UPDATE session SET watermark = ?", (told,))

        def lose_some(conn: SqlConnection) -> None:
            with transaction(conn):
                conn.execute("DELETE FROM ticket WHERE id % 5 = 0")

        south.writer.submit_to_cache(lose_some).result()
        before = count(south)
        assert before < 30
        south.writer.submit(lambda conn: set_watermark(conn, older=False)).result()
        await take()
        assert count(south) == before

        south.writer.submit(lambda conn: set_watermark(conn, older=True)).result()
        south.writer.submit(lambda conn: set_watermark(conn, older=True)).result()
        key, uri = a.here.key, south.server.tokens[1].sections[0]
        session = await south.writer.run(sessions.read_session)
        assert session
        base = f"tickets.{event_name(key, session.event)}.{section_name(key, uri)}"
        await a.js.publish(f"{base}.1", b"torn")
        await take()
        assert count(south) == before

        lists = TicketLists(a.here)
        lists._unsure.add(base)
        await until(lambda: a.engine.status().link.online, 60)
        await lists.publish(a.js)
        await take()
        assert count(south) == 30


async def test_a_second_gate_with_as_new_a_list_does_not_publish_it_again(
    node: Nodes, houses: tuple[House, House]
) -> None:
    north, south = houses
    async with venue_gate(node, north, "n3") as a, venue_gate(node, south, "s3") as b:
        first = await published(a)
        key, uri = a.here.key, south.server.tokens[1].sections[0]
        session = await south.writer.run(sessions.read_session)
        assert session
        base = f"tickets.{event_name(key, session.event)}.{section_name(key, uri)}"
        head, sequence = await first._head(a.js, base)
        await published(b)
        assert await first._head(a.js, base) == (head, sequence)


async def test_a_list_that_says_it_is_of_years_to_come_is_replaced(
    node: Nodes, houses: tuple[House, House]
) -> None:
    north, south = houses
    async with venue_gate(node, north, "n4") as a, venue_gate(node, south, "s4") as b:
        key, uri = a.here.key, south.server.tokens[1].sections[0]
        session = await south.writer.run(sessions.read_session)
        assert session
        base = f"tickets.{event_name(key, session.event)}.{section_name(key, uri)}"
        wrong = {
            "list": "f" * 16, "place": 0, "chunks": 0, "count": 0,
            "watermark": "8000-01-01T00:00:00+00:00", "section": [uri, "Gone"],
        }  # fmt: skip
        await TicketLists(b.here)._write(b.js, f"{base}.head", wrong)
        first = await published(a)
        head, _ = await first._head(a.js, base)
        assert head
        assert head.watermark.year < 8000
        assert head.tickets
