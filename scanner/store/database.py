"""Opens the ledger with its cache attached; transactions.

The ledger is the main database, and the cache is attached as `cache`. No two tables share a name,
so that one statement reads both. A presentation writes the ledger and reads the cache; a pull
writes the cache and reads the ledger; neither waits for the other.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import structlog

from scanner.facts import Fact
from scanner.store import locks, schema
from scanner.store.checkpoint import forget_checkpoint, read_checkpoint
from scanner.store.errors import (
    Damage,
    FolderUnusable,
    StoreFault,
    damaged,
    require_room,
    store_error,
)
from scanner.store.journal import KeyedConnection
from scanner.store.migrate import cache_file, make_cache, make_ledger, recognise, recognise_cache
from scanner.store.quarantine import quarantine

SqlConnection = sqlite3.Connection
SqlError = sqlite3.Error
"""What work on the database is given, and what it raises: other rooms import no SQLite."""

_CACHE_KIB = 16_384
_WAL_PAGES = 1500
"""SQLite copies the log into the ledger at this many pages: after some 600 presentations."""


class _Connection(KeyedConnection):
    """A connection that holds a share in the lock of its database until it is closed."""

    lock: locks.OpenLock | None = None

    def close(self) -> None:
        """Close the connection, then free the lock."""
        super().close()
        if self.lock:
            self.lock.release()


def open_database(file: Path) -> sqlite3.Connection:
    """Open both for writing, created or migrated where needed; a migration keeps a backup.

    The connection is in autocommit mode (use `transaction`), WAL, `synchronous=FULL`: a commit
    has reached the disk when it returns.

    Raises:
        StoreError: one of its kinds, see `scanner.store.errors`.
    """
    return _open(file, cache_mode="rw")


def open_ledger(file: Path) -> sqlite3.Connection:
    """Open the ledger for writing and the cache for reading, else like `open_database`."""
    return _open(file, cache_mode="ro")


def open_cache(file: Path) -> sqlite3.Connection:
    """Open the cache of a ledger for writing, and the ledger for reading, attached as `ledger`.

    Both must exist: `open_ledger` creates them.

    Raises:
        StoreError: one of its kinds, see `scanner.store.errors`.
    """
    conn = _connect(file, cache_file(file), "rw")
    with _closed_on_failure(conn, file):
        _attach(conn, file, "ro", "ledger")
        _set_up(conn)
        conn.execute("PRAGMA temp_store = MEMORY")  # what is sorted in goes to the disk once
    return conn


def open_reader(file: Path) -> sqlite3.Connection:
    """Open an existing database for reading only; it never waits for the writer (WAL).

    The cache is there only if it was made: not beside a ledger that is to be migrated.
    """
    conn = _connect(file, file, "ro")
    with _closed_on_failure(conn, file):
        recognise(conn, file)
        if cache_file(file).exists():
            _attach(conn, cache_file(file), "ro", "cache")
    return conn


class transaction:  # noqa: N801 - it reads as what it does, as those of contextlib do
    """All inside commits together, or nothing does; the write lock is taken at the start."""

    __slots__ = ("_conn",)

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    def __enter__(self) -> sqlite3.Connection:
        self._conn.execute("BEGIN IMMEDIATE")
        return self._conn

    def __exit__(self, failure: object, *_: object) -> None:
        try:
            if failure is None:
                self._conn.execute("COMMIT")
        finally:
            if self._conn.in_transaction:
                self._conn.execute("ROLLBACK")


@contextlib.contextmanager
def unsynced(conn: sqlite3.Connection) -> Iterator[None]:
    """Let the ledger's commits inside return before they have reached the disk.

    They outlive the process. A loss of power may take them, until the next commit outside has
    reached the disk. Not to be called inside a transaction.
    """
    conn.execute("PRAGMA main.synchronous = NORMAL")
    try:
        yield
    finally:
        conn.execute("PRAGMA main.synchronous = FULL")


def stop_syncing(conn: sqlite3.Connection) -> None:
    """Let commits return before they have reached the disk; for files that can be made again."""
    for name, _ in files_of(conn):
        conn.execute(f"PRAGMA {name}.synchronous = OFF")


def ping(conn: sqlite3.Connection) -> None:
    """Have the database answer.

    Raises:
        sqlite3.Error: it can't.
    """
    conn.execute("SELECT 1").fetchone()


@contextlib.contextmanager
def snapshot(conn: sqlite3.Connection) -> Iterator[None]:
    """Read all inside as the database is now, whatever is committed meanwhile."""
    conn.execute("BEGIN")
    try:
        yield
    finally:
        if conn.in_transaction:
            conn.execute("ROLLBACK")


def data_version(conn: sqlite3.Connection) -> tuple[int, ...]:
    """Return what changes when another connection commits to either file."""
    return tuple(
        int(conn.execute(f"PRAGMA {name}.data_version").fetchone()[0]) for name, _ in files_of(conn)
    )


def files_of(conn: sqlite3.Connection) -> list[tuple[str, Path]]:
    """Return the name and the place of each file that a connection has open."""
    listed = conn.execute("PRAGMA database_list").fetchall()
    return [(name, Path(path)) for _, name, path in listed if path]


def _refuse_shortened(file: Path) -> None:
    """Refuse a database that has lost commits, while its log is as it was found.

    A connection that may write folds what is readable of a log into the database when it closes,
    and deletes the rest.
    """
    if not file.exists():
        forget_checkpoint(file)  # somebody has moved the database away, to start with a new one
        return
    if (checkpoint := read_checkpoint(file)) is None:
        return
    with contextlib.closing(open_reader(file)) as conn:
        try:
            problem = checkpoint.contradicts(conn)
        except sqlite3.Error as error:
            problem = Fact(Damage.UNREADABLE, {"said": str(error)})
    if problem:
        structlog.get_logger("store").error("the database has lost commits", problem=str(problem))
        raise damaged(file, quarantine(file))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise FolderUnusable(
            StoreFault.FOLDER_NOT_MADE, folder=folder, why=error.strerror or ""
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FolderUnusable(StoreFault.FOLDER_NOT_WRITABLE, folder=folder)


def _open(file: Path, *, cache_mode: str) -> sqlite3.Connection:
    _make_folder(file.parent)
    require_room(file)
    _refuse_shortened(file)
    _make_file(file)
    conn = _connect(file, file, "rw")
    with _closed_on_failure(conn, file):
        if _is_to_be_made(conn, file):
            with locks.only_maker(file):
                make_cache(file)
                make_ledger(conn, file)
        _attach(conn, cache_file(file), cache_mode, "cache")
        if recognise_cache(conn, file) < schema.CACHE_CURRENT:
            raise damaged(file)
        _set_up(conn)
    return conn


def _is_to_be_made(conn: sqlite3.Connection, file: Path) -> bool:
    """Tell whether a file is missing, new or old; a file that is not ours is refused."""
    if recognise(conn, file) < schema.CURRENT or not cache_file(file).exists():
        return True
    with contextlib.closing(_connect(file, cache_file(file), "ro")) as cache:
        version = cache.execute("PRAGMA user_version").fetchone()[0]
    return bool(version < schema.CACHE_CURRENT)


def _make_file(file: Path) -> None:
    try:
        if not file.exists():
            file.touch(mode=0o600)
    except OSError as error:
        raise FolderUnusable(StoreFault.NOT_MADE, file=file, why=error.strerror or "") from error


def _connect(file: Path, part: Path, mode: str) -> _Connection:
    """Connect to a part of the database, its ledger or its cache, with a share in its lock."""
    lock = locks.share(file, make=mode == "rw")
    try:
        with _errors_named(file):
            conn = sqlite3.connect(
                _uri(part, mode),
                uri=True,
                isolation_level=None,
                timeout=locks.BUSY_MS / 1000,
                check_same_thread=False,
                factory=_Connection,
            )
    except BaseException:
        if lock:
            lock.release()
        raise
    conn.lock = lock
    return conn


def _attach(conn: sqlite3.Connection, file: Path, mode: str, name: str) -> None:
    conn.execute(f"ATTACH ? AS {name}", (_uri(file, mode),))


def _uri(file: Path, mode: str) -> str:
    return f"{file.resolve().as_uri()}?mode={mode}"


def _set_up(conn: sqlite3.Connection) -> None:
    for name, _ in files_of(conn):
        conn.execute(f"PRAGMA {name}.synchronous = FULL")
        conn.execute(f"PRAGMA {name}.cache_size = -{_CACHE_KIB}")
    conn.execute("PRAGMA foreign_keys = ON")
    conn.execute("PRAGMA recursive_triggers = ON")  # so that REPLACE counts as a deletion
    conn.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")


@contextlib.contextmanager
def _errors_named(file: Path) -> Iterator[None]:
    """Raise a `StoreError` in the place of SQLite's errors."""
    try:
        yield
    except sqlite3.Error as error:
        raise store_error(error, file) from error
    except UnicodeDecodeError as error:  # SQLite's own message quotes what is damaged
        raise damaged(file) from error


@contextlib.contextmanager
def _closed_on_failure(conn: sqlite3.Connection, file: Path) -> Iterator[None]:
    try:
        with _errors_named(file):
            yield
    except BaseException:
        conn.close()
        raise
