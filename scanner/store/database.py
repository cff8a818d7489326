"""Opening the one database file, and its unit of work."""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import structlog

from scanner.store import schema
from scanner.store.aside import set_aside
from scanner.store.errors import (
    DatabaseBusy,
    FolderUnusable,
    ForeignDatabase,
    NewerDatabase,
    StoreError,
    damaged,
    worded,
)
from scanner.store.witness import forget_witness, read_witness

_BUSY_MS = 10_000
_CACHE_KIB = 32_768
_APPLICATION_ID = 0x7363_616E
"""`scan` in ASCII: marks the file as this program's (SQLite's application_id)."""

_OWN_TABLES = {"journal", "journal_head", "admission"}
"""What has these is this program's, whatever its mark says."""


def open_database(file: Path) -> sqlite3.Connection:
    """Open the database, made or migrated where needed; a copy is kept before a migration.

    The connection is in autocommit mode (use `transaction`), WAL, `synchronous=FULL`: a commit
    has reached the disk when it returns.

    Raises:
        StoreError: one of its kinds, see `scanner.store.errors`.
    """
    _make_folder(file.parent)
    _refuse_shortened(file)
    conn = _connect(file)
    try:
        _prepare(conn, file)
    except BaseException:
        conn.close()
        raise
    return conn


def open_reader(file: Path) -> sqlite3.Connection:
    """Open an existing database for reading only; it never waits for the writer (WAL)."""
    try:
        conn = sqlite3.connect(
            f"{file.resolve().as_uri()}?mode=ro",
            uri=True,
            isolation_level=None,
            timeout=_BUSY_MS / 1000,
            check_same_thread=False,
        )
    except sqlite3.Error as error:
        raise worded(error, file) from error
    try:
        _recognise(conn, file)
    except sqlite3.Error as error:
        conn.close()
        raise worded(error, file) from error
    except BaseException:
        conn.close()
        raise
    return conn


@contextlib.contextmanager
def transaction(conn: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All inside commits together, or nothing does; the write lock is taken at the start."""
    conn.execute("BEGIN IMMEDIATE")
    try:
        yield conn
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


def _refuse_shortened(file: Path) -> None:
    """Refuse a database that has lost commits, while its log is as it was found.

    A connection that may write folds what is readable of a log into the database when it closes,
    and deletes the rest.
    """
    if not file.exists():
        forget_witness(file)  # somebody has moved the database away, to begin anew
        return
    if (witness := read_witness(file)) is None:
        return
    with contextlib.closing(open_reader(file)) as conn:
        try:
            problem = witness.contradicts(conn)
        except sqlite3.Error as error:
            problem = str(error)
    if problem:
        structlog.get_logger("store").error("the database has lost commits", problem=problem)
        raise damaged(file, set_aside(file))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise FolderUnusable(
            f"The data folder {folder} can't be made ({error.strerror}); "
            "choose another with SCANNER_HOME."
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FolderUnusable(
            f"The data folder {folder} can't be written; choose another with SCANNER_HOME."
        )


def _connect(file: Path) -> sqlite3.Connection:
    try:
        if not file.exists():
            file.touch(mode=0o600)
        return sqlite3.connect(
            file, isolation_level=None, timeout=_BUSY_MS / 1000, check_same_thread=False
        )
    except OSError as error:
        raise FolderUnusable(
            f"The database {file} can't be made ({error.strerror}); "
            "free some space, or choose another folder with SCANNER_HOME."
        ) from error
    except sqlite3.Error as error:
        raise worded(error, file) from error


def _prepare(conn: sqlite3.Connection, file: Path) -> None:
    """Set the connection up; a file that is not ours is refused before anything changes it."""
    try:
        if _recognise(conn, file) < schema.CURRENT:
            with alone(file):
                _bring_up_to_date(conn, file)
        conn.execute("PRAGMA synchronous = FULL")
        conn.execute("PRAGMA foreign_keys = ON")
        conn.execute("PRAGMA recursive_triggers = ON")  # so that REPLACE counts as a deletion
        conn.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    except sqlite3.Error as error:
        raise worded(error, file) from error


@contextlib.contextmanager
def alone(file: Path) -> Iterator[None]:
    """Keep other programs from making or migrating the same database at the same time."""
    import filelock

    lock = filelock.FileLock(f"{file}.lock", timeout=_BUSY_MS / 1000, mode=0o600)
    try:
        with lock:
            yield
    except filelock.Timeout as error:
        raise DatabaseBusy(
            f"The database {file} is being made or migrated by another program; try again."
        ) from error


def _bring_up_to_date(conn: sqlite3.Connection, file: Path) -> None:
    version = _recognise(conn, file)
    # Kept in the file, so once is enough; two programs that switch at once would fail.
    conn.execute("PRAGMA journal_mode = WAL")
    if version < schema.CURRENT:
        _migrate(conn, file, version)


def _recognise(conn: sqlite3.Connection, file: Path) -> int:
    """Return the version of the file's shape, 0 for a new file; refuse what can't be used."""
    version = int(conn.execute("PRAGMA user_version").fetchone()[0])
    owner = conn.execute("PRAGMA application_id").fetchone()[0]
    tables = {name for (name,) in conn.execute("SELECT name FROM sqlite_master")}
    if tables and owner != _APPLICATION_ID:
        if tables >= _OWN_TABLES:
            raise damaged(file)
        raise ForeignDatabase(f"The file {file} is not a scanner's database; move it away.")
    if version > schema.CURRENT:
        raise NewerDatabase(
            f"The database {file} was made by a newer scanner (its version {version}, "
            f"this one's {schema.CURRENT}); upgrade this scanner."
        )
    return version


def _migrate(conn: sqlite3.Connection, file: Path, version: int) -> None:
    import sqlite_utils

    if version:
        _back_up(conn, file, version)
    conn.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    schema.migrations().apply(sqlite_utils.Database(conn))
    conn.isolation_level = None
    reached = conn.execute("PRAGMA user_version").fetchone()[0]
    if reached != schema.CURRENT:
        raise StoreError(f"The database {file} could not be brought up to date; see the log.")


def _back_up(conn: sqlite3.Connection, file: Path, version: int) -> None:
    """Copy the database aside, whole, before its shape changes."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    target = file.with_name(f"{file.name}.v{version}.{stamp}.backup")
    if shutil.disk_usage(file.parent).free < file.stat().st_size * 2:
        raise StoreError(f"The disk has no room for a copy of {file}; free some space.")
    with contextlib.closing(sqlite3.connect(target)) as copy:
        conn.backup(copy)
    target.chmod(0o600)
