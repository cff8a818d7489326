import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from scanner.sync import status
from scanner.sync.status import Status, StatusFeed
from tests.store.worlds import filled

LIMIT = 10


@pytest.mark.parametrize("passages", [False, True])
def test_a_gate_of_a_platform_with_passages_is_open_for_a_list(
    tmp_path: Path, passages: bool
) -> None:
    conn = filled(tmp_path / "gate.sqlite3")
    conn.execute("UPDATE session SET passages = ?", (passages,))
    assert status.read_status(conn).at_list is passages
    conn.close()


async def test_a_feed_that_is_stopped_lets_the_read_under_way_end_before_it_closes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    read: list[tuple[int, ...]] = []

    def slow(conn: sqlite3.Connection, before: Status) -> Status:
        begun.set()
        assert go_on.wait(LIMIT)
        read.extend(conn.execute("SELECT 1"))
        return before

    monkeypatch.setattr(status, "read_status", slow)
    filled(tmp_path / "gate.sqlite3").close()
    feeding = asyncio.create_task(StatusFeed(tmp_path / "gate.sqlite3").run())
    assert await asyncio.to_thread(begun.wait, LIMIT)
    feeding.cancel()
    ended, _ = await asyncio.wait([feeding], timeout=0.1)
    assert not ended
    go_on.set()
    async with asyncio.timeout(LIMIT):
        with pytest.raises(asyncio.CancelledError):
            await feeding
    assert read == [(1,)]
