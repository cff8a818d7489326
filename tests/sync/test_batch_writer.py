from pathlib import Path

import pytest

from scanner.store import ticket_writes, tickets
from scanner.store.ticket_writes import PullPosition
from scanner.store.writer import Writer
from scanner.sync import batch_writer
from scanner.sync.batch_writer import BatchWriter
from tests.store.worlds import filled, row

PAGE = 10


def page(number: int) -> list[tickets.TicketRow]:
    return [row(f"DAWIER-BACK{number * PAGE + each:08}") for each in range(PAGE)]


def position(number: int) -> PullPosition:
    return PullPosition(1, number + 1, PAGE, 100, None)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "gate.sqlite3"
    filled(file).close()
    return file


async def test_what_was_added_before_a_failure_is_kept_and_gone_on_from(file: Path) -> None:
    with Writer(file) as writer:
        with pytest.raises(ConnectionError):
            async with BatchWriter(writer, 1) as batches:
                for number in range(3):
                    await batches.add(page(number), then=position(number))
                raise ConnectionError
        assert await writer.run(tickets.count_tickets) == 3 * PAGE
        assert await writer.run(ticket_writes.read_position) == position(2)


async def test_position_and_tickets_never_part(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_writer, "_SMALLEST", 2 * PAGE)
    with Writer(file) as writer:
        async with BatchWriter(writer, 1) as batches:
            for number in range(7):
                await batches.add(page(number), then=position(number))
                found = await writer.run_on_cache(ticket_writes.read_position)
                count = await writer.run_on_cache(tickets.count_tickets)
                assert count == (found.page * PAGE if found else 0)
        assert await writer.run(tickets.count_tickets) == 7 * PAGE


async def test_a_write_that_fails_is_said_at_the_next_page_or_at_the_end(file: Path) -> None:
    with Writer(file) as writer:
        batches = BatchWriter(writer, 1)
        writer._cache.close()
        with pytest.raises(Exception, match="closed"):
            async with batches:
                await batches.add(page(0))
