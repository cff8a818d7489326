import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from scanner.gate import Gate
from scanner.store import ledger, schema
from scanner.store.checkpoint import checkpoint_file, read_checkpoint
from scanner.store.database import open_database, transaction
from scanner.store.errors import BrokenDatabase, ForeignDatabase, NewerDatabase
from scanner.store.integrity import expected_shape, find_damage, shape_digest, verify
from scanner.store.writer import Writer
from tests.store import wrecks
from tests.store.worlds import NOW, scan

LIMIT = 10.0
QUICK_SECONDS = 5.0
"""Ten times what 20,000 rows take on a slow machine."""


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("evening") / "gate.sqlite3"
    with wrecks.evening(file):
        pass
    return file


@pytest.fixture
def file(evening: Path, tmp_path: Path) -> Path:
    return wrecks.copied(evening, tmp_path / "copy")


def tamper(file: Path, statement: str) -> None:
    """Change a row, and leave the tables and triggers as they were made."""
    with closing(sqlite3.connect(file, isolation_level=None)) as conn:
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = conn.execute(query).fetchall()
        for name, _ in triggers:
            conn.execute(f"DROP TRIGGER {name}")
        conn.execute(statement)
        for _, sql in triggers:
            conn.execute(sql)


def test_a_gates_database_is_whole(file: Path) -> None:
    assert find_damage(file) is None
    verify(file)


def test_one_that_is_not_there_yet_is_whole(tmp_path: Path) -> None:
    verify(tmp_path / "gate.sqlite3")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE journal SET reason = 'x' WHERE id = 5", "row 5 of the journal, or the row before"),
        ("UPDATE journal SET hash = zeroblob(32) WHERE id = 7", "row 7 of the journal"),
        ("DELETE FROM journal WHERE id = 9", "row 9 of the journal is missing"),
        ("UPDATE admission SET device = 'x' WHERE journal = 1", "not what its journal row says"),
        ("UPDATE admission SET at = 'x' WHERE journal = 1", "not what its journal row says"),
        ("UPDATE admission SET section = 'x' WHERE journal = 1", "for another section"),
        ("UPDATE admission SET journal = 999 WHERE journal = 1", "its admission is missing"),
        ("UPDATE admission SET state = 'sent' WHERE journal = 1", "never moved to"),
        ("UPDATE admission SET state = 'refused' WHERE state = 'confirmed'", "never moved to"),
        ("UPDATE admission SET reason = 'x' WHERE state = 'conflict'", "never moved to"),
        ("UPDATE transition SET serial = 'x' WHERE id = 1", "is"),
        ("UPDATE admission SET settled = 'x' WHERE settled IS NOT NULL", "Invalid isoformat"),
        ("DROP INDEX admission_state", "the index admission_state is not as it was made"),
        ("PRAGMA user_version = 0", "its version can't be 0"),
    ],
)
def test_what_was_changed_is_found(file: Path, statement: str, problem: str) -> None:
    checkpoint_file(file).unlink()
    tamper(file, statement)
    assert problem in (find_damage(file) or "")
    with pytest.raises(BrokenDatabase, match="scanner recover"):
        Writer.verified(file)


def test_a_higher_version_asks_for_an_upgrade_and_a_recovery_looks_closer(file: Path) -> None:
    tamper(file, "PRAGMA user_version = 99")
    with pytest.raises(NewerDatabase, match="upgrade"):
        Writer.verified(file)
    assert "its version number is damaged" in (find_damage(file) or "")


def test_a_trigger_that_is_gone_is_found(file: Path) -> None:
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("DROP TRIGGER journal_stays")
    assert find_damage(file) == "the trigger journal_stays is not as it was made"


def test_another_programs_database_and_a_newer_one_are_no_damage(tmp_path: Path) -> None:
    file = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("CREATE TABLE stamps (country TEXT)")
    with pytest.raises(ForeignDatabase, match="move it away"):
        verify(file)
    newer = tmp_path / "gate.sqlite3"
    with closing(open_database(newer)) as conn:
        conn.execute("CREATE TABLE of_tomorrow (x TEXT)")
        conn.execute("PRAGMA user_version = 99")
    with pytest.raises(NewerDatabase):
        verify(newer)
    assert not list(tmp_path.glob("*.damaged.*"))


def test_the_damaged_file_is_copied_aside_once_and_stays(file: Path) -> None:
    wrecks.blank(file, 5)
    before = file.read_bytes()
    for _ in range(3):
        with pytest.raises(BrokenDatabase, match=r"a copy is in gate.sqlite3.damaged.\d{8}T"):
            verify(file)
    (copy,) = file.parent.glob("*.damaged.2*Z")
    assert copy.read_bytes() == before == file.read_bytes()
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_database_that_lost_commits_is_refused_by_every_command_and_kept(
    evening: Path, tmp_path: Path
) -> None:
    old, later = (wrecks.copied(evening, tmp_path / name) for name in ("old", "later"))
    with Writer(later) as writer:
        gate = Gate(writer)
        gate.present(wrecks.TICKETS[55], NOW, "camera").result(LIMIT)
    shutil.copy(checkpoint_file(later), checkpoint_file(old))
    with pytest.raises(BrokenDatabase, match="nobody can be admitted"):
        open_database(old)
    assert len(list(old.parent.glob("*.damaged.2*Z"))) == 1


def test_a_cut_log_is_not_folded_in_by_whoever_looks(tmp_path: Path) -> None:
    file = tmp_path / "gate.sqlite3"
    with wrecks.evening(file):
        copy = wrecks.copied(file, tmp_path / "copy")
    log = Path(f"{copy}-wal")
    wrecks.cut(log, log.stat().st_size - 5000)
    left = log.read_bytes()
    with pytest.raises(BrokenDatabase):
        open_database(copy)
    assert log.read_bytes() == left


def test_a_database_that_was_moved_away_is_begun_anew(file: Path) -> None:
    file.unlink()
    assert read_checkpoint(file)
    with closing(open_database(file)):
        assert read_checkpoint(file) is None


@pytest.mark.parametrize(
    "spoil",
    [lambda _: b"", lambda it: it[:40], lambda it: it.replace(b"1", b"2"), lambda _: b"\xff"],
)
def test_a_spoilt_witness_says_nothing(file: Path, spoil: Callable[[bytes], bytes]) -> None:
    place = checkpoint_file(file)
    place.write_bytes(spoil(place.read_bytes()))
    assert read_checkpoint(file) is None
    assert find_damage(file) is None


def test_twenty_thousand_rows_are_checked_quickly(tmp_path: Path) -> None:
    file = tmp_path / "gate.sqlite3"
    with closing(open_database(file)) as conn, transaction(conn):
        for number in range(20_000):
            ledger.append(conn, scan(f"DAWIER-BACK{number:08}"))
        ledger.enqueue(conn)
    began = time.perf_counter()
    assert find_damage(file) is None
    assert time.perf_counter() - began < QUICK_SECONDS


def test_damage_that_shows_at_work_ends_all_work_and_is_copied(file: Path) -> None:
    with Writer(file) as writer:
        gate = Gate(writer)

        def fail(_: sqlite3.Connection) -> None:
            error = sqlite3.DatabaseError("database disk image is malformed")
            error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise error

        with pytest.raises(BrokenDatabase, match="a copy is in"):
            writer.submit(fail).result(LIMIT)
        with pytest.raises(BrokenDatabase, match="nobody can be admitted"):
            gate.present(wrecks.TICKETS[55], NOW, "camera").result(LIMIT)
    assert len(list(file.parent.glob("*.damaged.2*Z"))) == 1
    assert wrecks.TICKETS[55] not in wrecks.read(file).serials()


def test_the_digests_of_the_shapes_are_those_of_what_the_migrations_make() -> None:
    assert shape_digest(expected_shape(schema.migrations())) == schema.SHAPE
    assert shape_digest(expected_shape(schema.cache_migrations())) == schema.CACHE_SHAPE
