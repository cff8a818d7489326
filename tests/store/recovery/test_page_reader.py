import io
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.store.recovery.page_reader import Row, read_files, read_records

PATIENT = settings(max_examples=40, deadline=None)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
VALUES = (
    st.none()
    | INTEGERS
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8"), max_size=40)
    | st.binary(max_size=40)
)
ROWS = st.lists(
    st.tuples(st.just("mark"), *[VALUES] * 3), min_size=1, max_size=30, unique_by=lambda _: object()
)


def marked(row: Row) -> bool:
    return row.values[:1] == ("mark",)


def read(file: Path) -> list[tuple[object, ...]]:
    return [row.values for row in read_files(file, marked)]


def same(found: list[tuple[object, ...]], made: list[tuple[object, ...]]) -> bool:
    """Compare; SQLite keeps a whole float as an integer on disk."""
    return sorted(map(repr, map(_plain, found))) == sorted(map(repr, map(_plain, made)))


def _plain(row: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(float(each) if isinstance(each, int) else each for each in row)


def new(folder: str | Path, rows: list[tuple[object, ...]], page: int = 4096) -> Path:
    file = Path(folder) / "some.sqlite3"
    with closing(sqlite3.connect(file)) as conn, conn:
        conn.execute(f"PRAGMA page_size = {page}")
        conn.execute("CREATE TABLE kept (a, b, c, d)")
        conn.executemany("INSERT INTO kept VALUES (?, ?, ?, ?)", rows)
    return file


@PATIENT
@given(ROWS, st.sampled_from([512, 1024, 4096, 65536]))
def test_every_row_that_sqlite_writes_is_read(rows: list[tuple[object, ...]], page: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert same(read(new(folder, rows, page)), rows)


@pytest.mark.parametrize("length", [3000, 4053, 4061, 4062, 5000, 20_000, 100_000])
def test_a_long_row_is_put_together_from_its_overflow_pages(tmp_path: Path, length: int) -> None:
    text = "".join(chr(0x61 + number % 23) for number in range(length))
    rows: list[tuple[object, ...]] = [("mark", 1, text, None), ("mark", 2, "short", b"x")]
    assert read(new(tmp_path, rows)) == rows


def test_rows_are_numbered_and_negative_numbers_too(tmp_path: Path) -> None:
    file = new(tmp_path, [])
    with closing(sqlite3.connect(file)) as conn, conn:
        for number in (-5, 1, 127, 128, 2**40, 2**62):
            conn.execute("INSERT INTO kept (rowid, a) VALUES (?, 'mark')", (number,))
    assert [row.rowid for row in read_files(file, marked)] == [-5, 1, 127, 128, 2**40, 2**62]


def test_tables_without_rowid_are_read_from_all_their_pages(tmp_path: Path) -> None:
    file = tmp_path / "some.sqlite3"
    made = [("mark", number, "x" * 50) for number in range(1000)]
    with closing(sqlite3.connect(file)) as conn, conn:
        conn.execute("CREATE TABLE kept (a, b, c, PRIMARY KEY (a, b)) WITHOUT ROWID")
        conn.executemany("INSERT INTO kept VALUES (?, ?, ?)", made)
    rows = read_files(file, marked)
    assert sorted(row.values for row in rows) == sorted(made)
    assert {row.rowid for row in rows} == {None}


def test_what_is_only_in_the_log_is_read_once_it_is_committed(tmp_path: Path) -> None:
    file = new(tmp_path, [("mark", 1, "old", None)])
    with closing(sqlite3.connect(file, isolation_level=None)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA cache_size = 1")
        conn.execute("UPDATE kept SET c = 'new'")
        conn.execute("BEGIN")
        for _ in range(2000):
            conn.execute("INSERT INTO kept VALUES ('mark', 2, ?, NULL)", ("uncommitted" * 20,))
        assert Path(f"{file}-wal").stat().st_size > 10 * 4096
        rows = read_files(file, marked)
        newest = max(rows, key=lambda row: row.frame)
        conn.execute("ROLLBACK")
    assert {row.values[2] for row in rows} == {"old", "new"}
    assert newest.values[2] == "new"


def test_frames_of_an_earlier_round_of_the_log_are_left_out(tmp_path: Path) -> None:
    file = new(tmp_path, [])
    with closing(sqlite3.connect(file, isolation_level=None)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        for number in range(20):
            conn.execute("INSERT INTO kept VALUES ('mark', ?, NULL, NULL)", (number,))
        conn.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()
        conn.execute("UPDATE kept SET b = -1")
        frames = [row.frame for row in read_files(file, marked)]
    assert max(frames) == 1  # one frame of this round, and nineteen stale ones behind it


@PATIENT
@given(st.binary(max_size=20_000), st.none() | st.binary(max_size=10_000))
def test_nothing_is_too_damaged_to_be_looked_at(whole: bytes, log: bytes | None) -> None:
    rows = read_records(io.BytesIO(whole), io.BytesIO(log) if log is not None else None, marked)
    assert all(isinstance(row, Row) for row in rows)


@PATIENT
@given(st.data())
def test_a_flipped_byte_costs_the_rows_of_its_page_at_most(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows: list[tuple[object, ...]] = [("mark", number, "x" * 60, None) for number in range(300)]
        file = new(folder, rows)
        raw = bytearray(file.read_bytes())
        at = data.draw(st.integers(100, len(raw) - 1))
        raw[at] ^= data.draw(st.integers(1, 255))
        page = at // 4096
        untouched = b"".join(
            bytes(raw[n * 4096 : n * 4096 + 4096]) for n in range(len(raw) // 4096) if n != page
        )
        file.write_bytes(raw)
        found = read(file)
        expected = untouched.count(b"mark")
        assert len(set(found) & set(rows)) >= expected
