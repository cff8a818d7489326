import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from scanner.gate import Gate
from scanner.store import journal, ledger, schema
from scanner.store.checkpoint import checkpoint_file, read_checkpoint
from scanner.store.database import open_database, transaction
from scanner.store.errors import BrokenDatabase, Damage, ForeignDatabase, NewerDatabase, StoreFault
from scanner.store.integrity import expected_shape, find_damage, shape_digest, verify
from scanner.store.writer import Writer
from tests.store import wrecks
from tests.store.worlds import NOW, scan

LIMIT = 10.0
FIRST = f"serial={wrecks.ADMITTED[0]}"
WITHHELD = f"serial={wrecks.WITHHELD[0]}"
OTHER = '{"code":"text","params":{"text":"already redeemee"}}'
QUICK_SECONDS = 5.0
"""Ten times what 20,000 rows take on a slow machine."""


@pytest.fixture
def file(evening: Path, tmp_path: Path) -> Path:
    return wrecks.copied(evening, tmp_path / "copy")


def tamper(file: Path, statement: str) -> None:
    """Change a row, and leave the tables and triggers as they were made."""
    with closing(sqlite3.connect(file, isolation_level=None)) as conn:
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = conn.execute(query).fetchall()
        if "TRIGGER" not in statement:
            for name, _ in triggers:
                conn.execute(f"DROP TRIGGER {name}")
        conn.execute(statement)
        if "TRIGGER" not in statement:
            for _, sql in triggers:
                conn.execute(sql)


def test_a_gates_database_is_whole(file: Path) -> None:
    assert find_damage(file) is None
    verify(file)


def test_one_that_is_not_there_yet_is_whole(tmp_path: Path) -> None:
    verify(tmp_path / "gate.sqlite3")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE journal SET reason = 'x' WHERE id = 5", "row_changed row=5"),
        ("UPDATE journal SET hash = zeroblob(32) WHERE id = 7", "row_changed row=7"),
        ("DELETE FROM journal WHERE id = 9", "row_missing row=9"),
        ("UPDATE admission SET device = 'x' WHERE journal = 1", f"admission_unlike {FIRST}"),
        ("UPDATE admission SET at = 'x' WHERE journal = 1", f"admission_unlike {FIRST}"),
        ("UPDATE admission SET section = 'x' WHERE journal = 1", f"section_unlike {FIRST}"),
        ("UPDATE admission SET journal = 999 WHERE journal = 1", "admission_missing row=1"),
        ("UPDATE admission SET state = 'sent' WHERE journal = 1", f"never_moved {FIRST}"),
        ("UPDATE admission SET state = 'refused' WHERE state = 'confirmed'", "never_moved"),
        ("UPDATE admission SET reason = 'x' WHERE state = 'conflict'", "never_moved"),
        ("UPDATE transition SET serial = 'x' WHERE id = 1", "stray_transition transition=1"),
        ("UPDATE admission SET settled = 'x' WHERE settled IS NOT NULL", "unreadable"),
        (f"UPDATE withheld SET reason = '{OTHER}'", f"admission_unlike {WITHHELD}"),
        ("UPDATE withheld SET reason = 'spoilt'", f"admission_unlike {WITHHELD}"),
        ("INSERT INTO withheld SELECT 1, reason FROM withheld LIMIT 1", "admission_unlike"),
        ("DROP INDEX admission_state", "schema_unlike kind=index name=admission_state"),
        ("DROP TRIGGER journal_stays", "schema_unlike kind=trigger name=journal_stays"),
        ("PRAGMA user_version = 0", "version version=0"),
    ],
)
def test_what_was_changed_is_found(file: Path, statement: str, found: str) -> None:
    checkpoint_file(file).unlink()
    tamper(file, statement)
    assert str(find_damage(file)).startswith(f"store.{found}")
    with pytest.raises(BrokenDatabase, match=r"store\.damaged_and_copied"):
        Writer.verified(file)


def test_a_higher_version_asks_for_an_upgrade_and_a_recovery_looks_closer(file: Path) -> None:
    tamper(file, "PRAGMA user_version = 99")
    with pytest.raises(NewerDatabase, match=r"store\.newer"):
        Writer.verified(file)
    found = find_damage(file)
    assert found
    assert found.code == Damage.NEWER_NUMBER


def test_another_programs_database_and_a_newer_one_are_no_damage(tmp_path: Path) -> None:
    file = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("CREATE TABLE stamps (country TEXT)")
    with pytest.raises(ForeignDatabase, match=r"store\.foreign"):
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
        with pytest.raises(BrokenDatabase) as refused:
            verify(file)
        assert refused.value.fact.code == StoreFault.DAMAGED_AND_COPIED
    (copy,) = file.parent.glob("*.damaged.2*Z")
    assert refused.value.fact.params["copy"] == copy.name
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
    with pytest.raises(BrokenDatabase, match=r"store\.damaged"):
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
def test_a_spoilt_checkpoint_says_nothing(file: Path, spoil: Callable[[bytes], bytes]) -> None:
    place = checkpoint_file(file)
    place.write_bytes(spoil(place.read_bytes()))
    assert read_checkpoint(file) is None
    assert find_damage(file) is None


def test_twenty_thousand_rows_are_checked_quickly(tmp_path: Path) -> None:
    file = tmp_path / "gate.sqlite3"
    with closing(open_database(file)) as conn, transaction(conn):
        for number in range(20_000):
            journal.append(conn, scan(f"DAWIER-BACK{number:08}"))
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

        with pytest.raises(BrokenDatabase, match=r"store\.damaged_and_copied"):
            writer.submit(fail).result(LIMIT)
        with pytest.raises(BrokenDatabase, match=r"store\.damaged"):
            gate.present(wrecks.TICKETS[55], NOW, "camera").result(LIMIT)
    assert len(list(file.parent.glob("*.damaged.2*Z"))) == 1
    assert wrecks.TICKETS[55] not in wrecks.read(file).serials()


def test_the_digests_of_the_shapes_are_those_of_what_the_migrations_make() -> None:
    assert shape_digest(expected_shape(schema.migrations())) == schema.SHAPE
    assert shape_digest(expected_shape(schema.cache_migrations())) == schema.CACHE_SHAPE
