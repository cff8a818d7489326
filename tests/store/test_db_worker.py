import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.store import journal
from scanner.store.checkpoint import Checkpoint, checkpoint_file, read_checkpoint
from scanner.store.database import open_cache, open_database, transaction
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
    with pytest.raises(BrokenDatabase, match=r"store\.damaged"):
        writer.now(lambda _: None)


def test_after_the_end_nothing_is_done_now(file: Path) -> None:
    writer = Writer(file)
    writer.close()
    with pytest.raises(StoreError, match=r"store\.closed"):
        writer.now(lambda _: None)


def test_the_checkpoint_knows_a_commit_as_soon_as_its_work_is_done(
    file: Path, writer: Writer
) -> None:
    def present(conn: sqlite3.Connection) -> tuple[int, bytes]:
        with transaction(conn):
            journal.append(conn, scan())
            return journal.head(conn)

    row, digest = writer.now(present)
    assert read_checkpoint(file) == Checkpoint(row, digest, 0)
    row, digest = writer.submit(_present_nobody).result(LIMIT)
    assert read_checkpoint(file) == Checkpoint(row, digest, 0)


def _present_nobody(conn: sqlite3.Connection) -> tuple[int, bytes]:
    with transaction(conn):
        journal.append(conn, scan(None))
        return journal.head(conn)


def test_a_checkpoint_that_is_half_written_leaves_the_one_before(
    file: Path, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.now(_present_nobody)
    before = read_checkpoint(file)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        writer.now(_present_nobody)
    assert read_checkpoint(file) == before


def test_a_checkpoint_that_cannot_be_written_stops_nobody(file: Path, writer: Writer) -> None:
    checkpoint_file(file).with_name(f"{file.name}.last.new").mkdir()
    assert writer.now(_present_nobody)[0] == 1
    assert read_checkpoint(file) is None


def test_a_cache_is_opened_with_its_ledger_for_reading(file: Path) -> None:
    whole = open_database(file)
    fill(whole)
    whole.close()
    conn = open_cache(file)
    assert conn.execute("SELECT event FROM session").fetchone() == ("/events/1",)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        conn.execute("DELETE FROM session")
    conn.close()
