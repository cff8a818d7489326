import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import pytest

from scanner.facts import Fact
from scanner.store import ledger, locks, schema
from scanner.store.database import open_database, open_reader, transaction
from scanner.store.errors import (
    BrokenDatabase,
    DatabaseBusy,
    DiskFull,
    FolderUnusable,
    NewerDatabase,
    StoreError,
    StoreFault,
    store_error,
)
from scanner.wording.sentences import in_english
from tests.store.worlds import SERIALS, admit, fill, row

if TYPE_CHECKING:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def pragma(conn: sqlite3.Connection, name: str) -> object:
    return conn.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_new_database_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "folder" / "gate.sqlite3"
    before = os.umask(0o022)
    try:
        with closing(open_database(file)) as conn:
            fill(conn)
            assert mode(file.parent) == 0o700
            assert {each.name for each in file.parent.iterdir()} >= {file.name, f"{file.name}-wal"}
            assert {mode(each) for each in file.parent.iterdir()} == {0o600}
    finally:
        os.umask(before)


def test_a_commit_has_reached_the_disk_and_readers_never_wait(conn: sqlite3.Connection) -> None:
    assert pragma(conn, "journal_mode") == "wal"
    assert pragma(conn, "synchronous") == 2  # FULL
    assert pragma(conn, "foreign_keys") == 1
    assert pragma(conn, "user_version") == schema.CURRENT
    assert conn.isolation_level is None


def test_what_was_written_is_there_after_opening_again(file: Path) -> None:
    with closing(open_database(file)) as conn:
        fill(conn, [row(SERIALS[0])])
    with closing(open_database(file)) as conn:
        assert conn.execute("SELECT serial FROM ticket").fetchall() == [(SERIALS[0],)]


OPEN_WHEN_TOLD = """
import sys
from pathlib import Path
import sqlite_utils.migrations
from scanner.store.database import open_database
print("ready", flush=True)
sys.stdin.readline()
open_database(Path(sys.argv[1])).close()
"""


def test_two_programs_that_open_a_new_database_at_once_both_get_it(file: Path) -> None:
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_WHEN_TOLD, str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for program in programs:
        assert program.stdout
        assert program.stdout.readline() == b"ready\n"
    for program in programs:
        assert program.stdin
        program.stdin.write(b"now\n")
        program.stdin.flush()
    assert [program.communicate(timeout=30)[1] for program in programs] == [b"", b""]
    assert [program.returncode for program in programs] == [0, 0]


def test_a_database_that_another_program_is_making_is_waited_for_with_a_limit(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "BUSY_MS", 20)
    with filelock.FileLock(f"{file}.lock"), pytest.raises(DatabaseBusy, match=r"store\.being_made"):
        open_database(file)


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(file: Path) -> None:
    file.write_bytes(b"This is a shopping list.\n" * 100)
    before = file.read_bytes()
    with pytest.raises(BrokenDatabase, match=r"store\.damaged"):
        open_database(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("version", [0, schema.CURRENT, schema.CURRENT + 7])
def test_another_programs_database_is_refused_and_left_as_it_is(file: Path, version: int) -> None:
    with closing(sqlite3.connect(file)) as foreign:
        foreign.execute("CREATE TABLE recipe (name TEXT)")
        foreign.execute(f"PRAGMA user_version = {version}")
        foreign.commit()
    before = file.read_bytes()
    with pytest.raises(BrokenDatabase, match=r"store\.foreign"):
        open_database(file)
    assert file.read_bytes() == before
    with pytest.raises(BrokenDatabase, match=r"store\.foreign"):
        open_reader(file)


def test_a_database_of_a_newer_version_is_refused_with_both_versions_named(file: Path) -> None:
    with closing(open_database(file)) as conn:
        conn.execute("PRAGMA user_version = 99")
    for opener in (open_database, open_reader):
        with pytest.raises(NewerDatabase) as refused:
            opener(file)
        found = {"file": file, "version": 99, "current": schema.CURRENT}
        assert refused.value.fact.code == StoreFault.NEWER
        assert refused.value.fact.params == found


def test_a_folder_that_cannot_be_made_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FolderUnusable, match=r"store\.folder_not_made"):
        open_database(tmp_path / "file" / "home" / "gate.sqlite3")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write any folder")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(FolderUnusable, match=r"store\.folder_not_writable"):
            open_database(tmp_path / "gate.sqlite3")
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_in_the_files_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(FolderUnusable, match=r"store\.read_only"):
        open_database(tmp_path)


def test_a_file_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(FolderUnusable, match=r"store\.not_made .*No space left on device"):
        open_database(tmp_path / "gate.sqlite3")


def test_all_of_a_transaction_is_kept_or_nothing(conn: sqlite3.Connection) -> None:
    with transaction(conn):
        conn.execute("INSERT INTO event_part VALUES ('AAAAAA')")
    with pytest.raises(KeyError), transaction(conn):
        conn.execute("INSERT INTO event_part VALUES ('BBBBBB')")
        raise KeyError
    parts = {part for (part,) in conn.execute("SELECT part FROM event_part")}
    assert parts == {"DAWIER", "AAAAAA"}
    assert not conn.in_transaction


def test_a_transaction_that_the_database_refuses_leaves_nothing_behind(
    conn: sqlite3.Connection,
) -> None:
    with pytest.raises(sqlite3.IntegrityError), transaction(conn):
        conn.execute("INSERT INTO event_part VALUES ('BBBBBB')")
        conn.execute("INSERT INTO event_part VALUES ('DAWIER')")
    assert conn.execute("SELECT part FROM event_part").fetchall() == [("DAWIER",)]


def test_a_transaction_takes_the_write_lock_at_its_start(
    file: Path, conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "BUSY_MS", 20)
    with closing(open_database(file)) as other, transaction(conn):
        with pytest.raises(sqlite3.OperationalError) as refused, transaction(other):
            pass
        assert isinstance(store_error(refused.value, file), DatabaseBusy)


def test_a_reader_sees_what_is_committed_while_another_writes(
    file: Path, conn: sqlite3.Connection
) -> None:
    with closing(open_reader(file)) as reader, transaction(conn):
        conn.execute("INSERT INTO event_part VALUES ('AAAAAA')")
        assert reader.execute("SELECT part FROM event_part").fetchall() == [("DAWIER",)]


def test_a_reader_cannot_write(file: Path, conn: sqlite3.Connection) -> None:
    with closing(open_reader(file)) as reader, pytest.raises(sqlite3.OperationalError) as refused:
        reader.execute("INSERT INTO event_part VALUES ('AAAAAA')")
    assert isinstance(store_error(refused.value, file), FolderUnusable)


def test_a_reader_opens_when_nobody_writes(file: Path) -> None:
    with closing(open_database(file)) as conn:
        fill(conn)
    with closing(open_reader(file)) as reader:
        assert reader.execute("SELECT event FROM session").fetchall() == [("/events/1",)]


def test_a_reader_makes_no_database(file: Path) -> None:
    with pytest.raises(StoreError):
        open_reader(file)
    assert not file.exists()


def test_a_full_disk_is_said_to_stop_admissions(file: Path, conn: sqlite3.Connection) -> None:
    pages = pragma(conn, "page_count")
    conn.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError) as refused:
        for number in range(1000):
            admit(conn, f"QWERTY-FULL{number:08}")
    error = store_error(refused.value, file)
    assert isinstance(error, DiskFull)
    assert error.fact == Fact(StoreFault.FULL, {"file": file})


def test_a_damaged_database_names_the_way_to_save_its_admissions(file: Path) -> None:
    with closing(open_database(file)) as conn:
        fill(conn, [row(f"DAWIER-BACK{number:08}") for number in range(2000)])
    raw = bytearray(file.read_bytes())
    raw[4096 * 2 :] = b"\xa5" * (len(raw) - 4096 * 2)
    file.write_bytes(raw)
    with closing(sqlite3.connect(file)) as conn:
        with pytest.raises(sqlite3.DatabaseError) as refused:
            conn.execute("SELECT * FROM ticket").fetchall()
        error = store_error(refused.value, file)
    assert isinstance(error, BrokenDatabase)
    assert error.fact == Fact(StoreFault.DAMAGED, {"file": file})


def two_versions(breaking: bool = False) -> "Migrations":
    """The migrations as they are, and one more."""
    found = schema.migrations()

    def more(db: "Database") -> None:
        db.conn.execute("CREATE TABLE added (x TEXT)")
        if breaking:
            db.conn.execute("CREATE TABLE added (x TEXT)")
        db.conn.execute(f"PRAGMA user_version = {schema.CURRENT}")

    found(name="v_next")(more)
    return found


def test_a_copy_is_kept_before_a_migration(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_database(file)) as conn:
        fill(conn, [row(SERIALS[0])])
        admit(conn, SERIALS[0])
        ledger.enqueue(conn)
    old = schema.CURRENT
    migrations = two_versions()
    monkeypatch.setattr(schema, "CURRENT", old + 1)
    monkeypatch.setattr(schema, "migrations", lambda: migrations)
    with closing(open_database(file)) as conn:
        assert pragma(conn, "user_version") == old + 1
        assert conn.execute("SELECT serial FROM admission").fetchall() == [(SERIALS[0],)]
        assert conn.isolation_level is None
    (copy,) = file.parent.glob("*.backup")
    assert copy.name.startswith(f"{file.name}.v{old}.")
    assert mode(copy) == 0o600
    with closing(sqlite3.connect(copy)) as kept:
        assert pragma(kept, "user_version") == old
        assert pragma(kept, "integrity_check") == "ok"
        assert kept.execute("SELECT serial FROM admission").fetchall() == [(SERIALS[0],)]


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_database(file)) as conn:
        fill(conn, [row(SERIALS[0])])
    old = schema.CURRENT
    migrations = two_versions(breaking=True)
    with monkeypatch.context() as changed:
        changed.setattr(schema, "CURRENT", old + 1)
        changed.setattr(schema, "migrations", lambda: migrations)
        with pytest.raises(StoreError):
            open_database(file)
    with closing(open_database(file)) as conn:
        assert pragma(conn, "user_version") == old
        assert conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'added'").fetchall() == []
        assert conn.execute("SELECT serial FROM ticket").fetchall() == [(SERIALS[0],)]


def test_without_room_for_the_copy_nothing_is_migrated(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_database(file).close()
    monkeypatch.setattr(schema, "CURRENT", schema.CURRENT + 1)
    full = type("Usage", (), {"free": 0})
    monkeypatch.setattr("shutil.disk_usage", lambda _: full)
    with pytest.raises(StoreError, match=r"store\.no_room_for_backup"):
        open_database(file)
    assert list(file.parent.glob("*.backup")) == []


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_CORRUPT, BrokenDatabase),
        (sqlite3.SQLITE_CORRUPT_VTAB, BrokenDatabase),
        (sqlite3.SQLITE_NOTADB, BrokenDatabase),
        (sqlite3.SQLITE_FULL, DiskFull),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, DatabaseBusy),
        (sqlite3.SQLITE_LOCKED, DatabaseBusy),
        (sqlite3.SQLITE_READONLY_DBMOVED, FolderUnusable),
        (sqlite3.SQLITE_CANTOPEN, FolderUnusable),
        (sqlite3.SQLITE_PERM, FolderUnusable),
        (sqlite3.SQLITE_IOERR_FSYNC, StoreError),
    ],
)
def test_each_of_sqlites_failures_has_its_error(code: int, kind: type[StoreError]) -> None:
    error = sqlite3.OperationalError("it failed")
    error.sqlite_errorcode = code
    said = store_error(error, Path("gate.sqlite3"))
    assert type(said) is kind
    assert said.fact.params["file"] == Path("gate.sqlite3")
    assert in_english(said.fact).endswith(".")
