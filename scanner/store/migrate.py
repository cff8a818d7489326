"""Creates the ledger's and the cache's file, and migrates older ones to the current schema."""

import contextlib
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.store import schema
from scanner.store.errors import (
    ForeignDatabase,
    NewerDatabase,
    StoreError,
    StoreFault,
    damaged,
)

if TYPE_CHECKING:
    from sqlite_utils.migrations import Migrations

_LEDGER_ID, _CACHE_ID = 0x7363_616E, 0x7363_6163
"""`scan` and `scac` in ASCII: mark the files as this program's (SQLite's application_id)."""

_LEDGER_TABLES, _CACHE_TABLES = {"journal", "admission"}, {"origin", "ticket"}
"""What has these is this program's, whatever its mark says."""

_WITH_TICKETS = 1
"""The ledger's version that had the list of tickets in its own file."""

LEDGER_PAGE = 4096
"""Bytes; SQLite's own. A verdict writes some two of them."""


def cache_file(file: Path) -> Path:
    """Return the place of a ledger's cache, beside it."""
    return file.with_name(f"{file.stem}.cache{file.suffix}")


def recognise(conn: sqlite3.Connection, file: Path) -> int:
    """Return the version of the ledger's schema, 0 for a new file; refuse what can't be used.

    Raises:
        BrokenDatabase, ForeignDatabase, NewerDatabase: why it can't.
    """
    return _version(conn, "main", file, schema.CURRENT)


def recognise_cache(conn: sqlite3.Connection, file: Path) -> int:
    """Return the version of the cache that is attached as `cache`."""
    return _version(conn, "cache", file, schema.CACHE_CURRENT)


def make_ledger(conn: sqlite3.Connection, file: Path) -> None:
    """Create the ledger's tables in a new file, or migrate an old one after a backup of it.

    The cache's file must exist: a migration may move tables into it.
    """
    version = recognise(conn, file)
    if not version:
        conn.execute(f"PRAGMA page_size = {LEDGER_PAGE}")
    # Kept in the file, so once is enough; two programs that switch at once would fail.
    conn.execute("PRAGMA journal_mode = WAL")
    if version == schema.CURRENT:
        return
    if version:
        _back_up(conn, file, version)
        conn.execute("ATTACH ? AS cache", (str(cache_file(file)),))
    _apply(conn, file, schema.migrations(), _LEDGER_ID, schema.CURRENT)
    if version:
        conn.execute("DETACH cache")
        _compact(conn)


def make_cache(file: Path) -> None:
    """Create an empty cache beside a ledger, or migrate an old one."""
    target = cache_file(file)
    target.touch(mode=0o600)
    with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as conn:
        version = _version(conn, "main", file, schema.CACHE_CURRENT)
        conn.execute("PRAGMA journal_mode = WAL")
        if version < schema.CACHE_CURRENT:
            _apply(conn, file, schema.cache_migrations(), _CACHE_ID, schema.CACHE_CURRENT)


def _version(conn: sqlite3.Connection, part: str, file: Path, current: int) -> int:
    version = int(conn.execute(f"PRAGMA {part}.user_version").fetchone()[0])
    owner = conn.execute(f"PRAGMA {part}.application_id").fetchone()[0]
    tables = {name for (name,) in conn.execute(f"SELECT name FROM {part}.sqlite_master")}
    if tables and owner not in (_LEDGER_ID, _CACHE_ID):
        if tables >= _LEDGER_TABLES or tables >= _CACHE_TABLES:
            raise damaged(file)
        raise ForeignDatabase(StoreFault.FOREIGN, file=file)
    if version > current:
        raise NewerDatabase(StoreFault.NEWER, file=file, version=version, current=current)
    return version


def _apply(
    conn: sqlite3.Connection, file: Path, migrations: "Migrations", mark: int, version: int
) -> None:
    import sqlite_utils

    conn.execute(f"PRAGMA application_id = {mark}")
    migrations.apply(sqlite_utils.Database(conn))
    conn.isolation_level = None
    reached = conn.execute("PRAGMA user_version").fetchone()[0]
    if reached != version:
        raise StoreError(StoreFault.NOT_MIGRATED, file=file)


def _back_up(conn: sqlite3.Connection, file: Path, version: int) -> None:
    """Copy the database before its schema changes, without the owners' names of version 1."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    target = file.with_name(f"{file.name}.v{version}.{stamp}.backup")
    if shutil.disk_usage(file.parent).free < file.stat().st_size * 2:
        raise StoreError(StoreFault.NO_ROOM_FOR_BACKUP, file=file)
    with contextlib.closing(sqlite3.connect(target)) as copy:
        conn.backup(copy)
        if version == _WITH_TICKETS:
            copy.execute("UPDATE ticket SET name = NULL")
            copy.commit()
            copy.execute("VACUUM")
    target.chmod(0o600)


def _compact(conn: sqlite3.Connection) -> None:
    """Give back the space of what a migration moved away; write pages of the ledger's size."""
    with contextlib.suppress(sqlite3.OperationalError):  # another reads it: it stays large
        conn.execute("PRAGMA journal_mode = DELETE")
        conn.execute(f"PRAGMA page_size = {LEDGER_PAGE}")
        conn.execute("VACUUM")
    conn.execute("PRAGMA journal_mode = WAL")
