import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from scanner.store import journal, locks
from scanner.store.database import open_database, transaction
from scanner.store.errors import DatabaseBusy, StoreError
from scanner.store.writer import Writer
from tests.store.worlds import SERIALS, scan

LIMIT = 10


@pytest.fixture
def writer(file: Path) -> Iterator[Writer]:
    with Writer(file) as opened:
        yield opened


class Held:
    """Keeps the writer's thread at one piece of work until it is let go."""

    def __init__(self, writer: Writer) -> None:
        self._go = threading.Event()
        started = threading.Event()

        def hold(_: sqlite3.Connection) -> bool:
            started.set()
            return self._go.wait(LIMIT)

        self.done = writer.submit(hold)
        assert started.wait(LIMIT)

    def let_go(self) -> None:
        self._go.set()


def test_work_runs_on_the_database_and_gives_its_result(writer: Writer) -> None:
    def count(conn: sqlite3.Connection) -> int:
        return int(conn.execute("SELECT count(*) FROM journal").fetchone()[0])

    assert writer.submit(count).result(LIMIT) == 0


def test_all_work_is_done_by_one_thread_that_is_not_the_callers(writer: Writer) -> None:
    threads = {writer.submit(lambda _: threading.get_ident()).result(LIMIT) for _ in range(5)}
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_presentations_go_first_and_each_kind_keeps_its_order(writer: Writer) -> None:
    done: list[str] = []
    held = Held(writer)
    ordinary = [writer.submit(lambda _, n=n: done.append(f"pull {n}")) for n in range(3)]  # type: ignore[misc] # mypy can't type a default
    urgent = [writer.submit(lambda _, n=n: done.append(f"scan {n}"), urgent=True) for n in range(3)]  # type: ignore[misc] # likewise
    held.let_go()
    for future in (*ordinary, *urgent):
        future.result(LIMIT)
    assert done == ["scan 0", "scan 1", "scan 2", "pull 0", "pull 1", "pull 2"]


def test_what_the_database_refuses_is_worded_and_its_cause_is_kept(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "BUSY_MS", 20)

    def write(conn: sqlite3.Connection) -> None:
        with transaction(conn):
            journal.append(conn, scan(None))

    with Writer(file) as writer:
        other = open_database(file)
        try:
            with transaction(other):
                error = writer.submit(write).exception(LIMIT)
        finally:
            other.close()
        assert isinstance(error, DatabaseBusy)
        assert isinstance(error.__cause__, sqlite3.OperationalError)
        assert str(file) in str(error)
        assert writer.submit(write).exception(LIMIT) is None


def test_the_works_own_errors_come_to_whoever_handed_it_in_and_the_thread_lives(
    writer: Writer,
) -> None:
    def fail(_: sqlite3.Connection) -> None:
        raise KeyError("mine")

    assert isinstance(writer.submit(fail).exception(LIMIT), KeyError)
    assert writer.submit(lambda _: 5).result(LIMIT) == 5


def test_what_was_cancelled_in_the_queue_is_not_done(writer: Writer) -> None:
    done: list[int] = []
    held = Held(writer)
    cancelled = writer.submit(lambda _: done.append(1))
    assert cancelled.cancel()
    kept = writer.submit(lambda _: done.append(2))
    held.let_go()
    kept.result(LIMIT)
    assert done == [2]
    with pytest.raises(CancelledError):
        cancelled.result(LIMIT)


def test_what_the_journal_has_got_is_enqueued_now_and_then(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner.store.writer.ENQUEUE_EVERY", 2)

    def present(conn: sqlite3.Connection, serial: str) -> None:
        with transaction(conn):
            journal.append(conn, scan(serial))

    def count(conn: sqlite3.Connection) -> int:
        return int(conn.execute("SELECT count(*) FROM admission").fetchone()[0])

    enqueued = []
    for serial in SERIALS[:3]:
        writer.now(lambda conn, serial=serial: present(conn, serial))  # type: ignore[misc] # mypy can't type a default
        enqueued.append(writer.submit(count).result(LIMIT))
    assert enqueued == [0, 2, 2]


def test_closing_finishes_what_was_handed_in(file: Path) -> None:
    def write(conn: sqlite3.Connection, payload: str) -> None:
        with transaction(conn):
            journal.append(conn, scan(None, payload=payload))

    writer = Writer(file)
    held = Held(writer)
    futures = [writer.submit(lambda conn, n=n: write(conn, f"PART{n:02}")) for n in range(20)]  # type: ignore[misc] # mypy can't type a default
    closer = threading.Thread(target=writer.close)
    closer.start()
    held.let_go()
    closer.join(LIMIT)
    assert not closer.is_alive()
    assert all(future.done() for future in futures)
    conn = open_database(file)
    assert conn.execute("SELECT count(*) FROM journal").fetchone() == (20,)
    conn.close()


@pytest.mark.parametrize("urgent", [False, True])
def test_work_that_comes_after_the_end_fails_and_never_hangs(file: Path, urgent: bool) -> None:
    writer = Writer(file)
    writer.close()
    writer.close()
    with pytest.raises(StoreError, match=r"store\.closed"):
        writer.submit(lambda _: 1, urgent=urgent).result(LIMIT)


async def test_the_event_loop_runs_on_while_the_writer_is_busy(writer: Writer) -> None:
    held = Held(writer)
    work = asyncio.ensure_future(writer.run(lambda _: 5))
    await asyncio.sleep(0)
    assert not work.done()
    held.let_go()
    assert await asyncio.wait_for(work, LIMIT) == 5


async def test_an_error_comes_through_the_event_loop_too(writer: Writer) -> None:
    with pytest.raises(StoreError, match=r"store\.failed"):
        await asyncio.wait_for(writer.run(lambda conn: conn.execute("SELECT nothing")), LIMIT)
