import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.store import ledger, migrate
from scanner.store.checkpoint import Checkpoint, read_checkpoint
from scanner.store.database import open_cache, open_database, open_ledger, transaction
from scanner.store.errors import BrokenDatabase, StoreError
from scanner.store.writer import Writer
from tests.store.worlds import fill, scan

LIMIT = 10


@pytest.fixture
def writer(file: Path) -> Iterator[Writer]:
    with Writer(file) as opened:
        yield opened


def test_work_done_now_is_done_in_the_callers_thread(writer: Writer) -> None:
    assert writer.now(lambda _: threading.get_ident()) == threading.get_ident()


def test_work_done_now_waits_for_the_piece_in_hand_and_for_no_other(writer: Writer) -> None:
    done: list[str] = []
    go, started = threading.Event(), threading.Event()

    def hold(_: sqlite3.Connection) -> None:
        started.set()
        assert go.wait(LIMIT)

    writer.submit(hold)
    assert started.wait(LIMIT)
    rest = [writer.submit(lambda _, n=n: done.append(f"replay {n}")) for n in range(3)]  # type: ignore[misc] # mypy can't type a default
    waiting = threading.Thread(target=lambda: writer.now(lambda _: done.append("scan")))
    waiting.start()
    while not writer._ledger._next.locked():  # it stands in line
        assert waiting.is_alive()
    go.set()
    waiting.join(LIMIT)
    for each in rest:
        each.result(LIMIT)
    assert done == ["scan", "replay 0", "replay 1", "replay 2"]


def test_work_on_the_cache_holds_up_none_on_the_ledger(writer: Writer) -> None:
    go, started = threading.Event(), threading.Event()

    def pull(conn: sqlite3.Connection) -> None:
        with transaction(conn):
            conn.execute("INSERT INTO event_part VALUES ('AAAAAA')")
            started.set()
            assert go.wait(LIMIT)

    pulling = writer.submit_to_cache(pull)
    assert started.wait(LIMIT)

    def present(conn: sqlite3.Connection) -> list[tuple[str]]:
        with transaction(conn):
            return conn.execute("SELECT part FROM event_part").fetchall()

    assert writer.now(present) == []
    go.set()
    pulling.result(LIMIT)
    assert writer.now(present) == [("AAAAAA",)]


def test_each_lane_writes_its_own_file_alone(writer: Writer) -> None:
    with pytest.raises(StoreError):
        writer.now(lambda conn: conn.execute("INSERT INTO event_part VALUES ('AAAAAA')"))
    to_cache = writer.submit_to_cache(lambda conn: conn.execute("DELETE FROM session"))
    assert isinstance(to_cache.exception(LIMIT), StoreError)


def test_damage_met_in_the_cache_ends_all_work_on_the_ledger_too(writer: Writer) -> None:
    def fail(_: sqlite3.Connection) -> None:
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    assert isinstance(writer.submit_to_cache(fail).exception(LIMIT), BrokenDatabase)
    with pytest.raises(BrokenDatabase, match="nobody can be admitted"):
        writer.now(lambda _: None)


def test_after_the_end_nothing_is_done_now(file: Path) -> None:
    writer = Writer(file)
    writer.close()
    with pytest.raises(StoreError, match="closed"):
        writer.now(lambda _: None)


def test_the_witness_knows_a_row_that_it_was_told_of(file: Path, writer: Writer) -> None:
    writer.now(lambda conn: writer.note_row(conn, 7, b"\x01" * 32))  # the first is read instead
    assert read_checkpoint(file) == Checkpoint(0, bytes(32), 0)
    writer.now(lambda conn: writer.note_row(conn, 8, b"\x02" * 32))
    assert read_checkpoint(file) == Checkpoint(8, b"\x02" * 32, 0)


def test_a_gates_log_is_as_long_from_the_start_as_it_will_become(file: Path) -> None:
    open_database(file).close()
    log = Path(f"{file}-wal")
    conn = open_ledger(file)
    try:
        length = log.stat().st_size
        assert length > 1000 * migrate.LEDGER_PAGE
        with transaction(conn):
            ledger.append(conn, scan())
        assert log.stat().st_size == length
        assert ledger.head(conn)[0] == 1
    finally:
        conn.close()
    again = open_database(file)
    assert ledger.head(again)[0] == 1
    again.close()


def test_a_cache_is_opened_with_its_ledger_for_reading(file: Path) -> None:
    whole = open_database(file)
    fill(whole)
    whole.close()
    conn = open_cache(file)
    assert conn.execute("SELECT event FROM session").fetchone() == ("/events/1",)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        conn.execute("DELETE FROM session")
    conn.close()
