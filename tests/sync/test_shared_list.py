"""A list that another gate has pulled is taken as a pull of this gate's own, doubts and all."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from scanner.platform.resources import Listed, Page
from scanner.priority import Priority
from scanner.store import doubts, sessions, tickets
from scanner.store.doubts import DoubtKind
from scanner.store.tickets import TicketRow
from scanner.store.writer import Writer
from scanner.sync import shared_list
from scanner.sync.shared_list import SharedList
from tests.store.worlds import NOW, filled, row

ROWS = [row(f"DAWIER-BACK{number:08}") for number in range(30)]
LATER = NOW + timedelta(hours=1)


class Told:
    """What another gate lists."""

    def __init__(self, rows: Sequence[TicketRow]) -> None:
        self.rows = rows

    async def tickets(
        self, *, page: int = 1, records: int = 500, modified_since: datetime | None = None
    ) -> Page[Listed]:
        return Page(len(self.rows), page, records, tuple(self.rows) if page == 1 else ())


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    file = tmp_path / "gate.sqlite3"
    filled(file, ROWS).close()
    with Writer(file) as opened:
        yield opened


async def take(
    writer: Writer,
    rows: Sequence[TicketRow],
    watermark: datetime = LATER,
    *,
    whole: bool = True,
    at: datetime = LATER,
) -> bool:
    shared = SharedList(Told(rows), watermark, whole)
    return await shared_list.take(shared, writer, lambda: at, Priority())


async def test_what_a_whole_newer_list_lacks_is_withdrawn_and_a_pull_goes_on_from_there(
    writer: Writer,
) -> None:
    assert await take(writer, ROWS[1:])
    assert await writer.run(tickets.count_tickets) == 29
    session = await writer.run(sessions.read_session)
    assert session
    assert (session.watermark, session.synced, session.whole) == (LATER, LATER, LATER)


async def test_a_list_as_old_as_this_gates_own_is_not_taken(writer: Writer) -> None:
    assert not await take(writer, ROWS[1:], NOW)
    assert await writer.run(tickets.count_tickets) == 30


async def test_a_list_that_lacks_much_is_doubted_as_a_pull_is(writer: Writer) -> None:
    assert await take(writer, ROWS[:5])
    assert await writer.run(tickets.count_tickets) == 30
    (doubt,) = await writer.run(doubts.read_doubts)
    assert doubt.kind is DoubtKind.SHRUNK
    later = LATER + timedelta(minutes=2)
    assert await take(writer, ROWS[:5], later, at=later)
    assert await writer.run(tickets.count_tickets) == 5


async def test_a_list_of_some_sections_adds_and_takes_nothing_away(writer: Writer) -> None:
    new = row("DAWIER-BACK99999999")
    assert await take(writer, [new], whole=False)
    assert await writer.run(tickets.count_tickets) == 31
    session = await writer.run(sessions.read_session)
    assert session
    assert session.watermark == NOW
