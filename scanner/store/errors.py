"""What can go wrong with the database.

StoreError
├── FolderUnusable    the data folder can't be made or written
├── NewerDatabase     a later version of the program made it
├── BrokenDatabase    it is damaged, or no database at all
│   └── ForeignDatabase   it is another program's
├── DatabaseBusy      another process holds it
└── DiskFull          nothing more can be recorded
"""

import errno
import os
import sqlite3
import tempfile
from pathlib import Path

from scanner.errors import ScannerError
from scanner.facts import Code


class StoreFault(Code):
    """Why the database can't be used."""

    DAMAGED = "store.damaged"
    DAMAGED_AND_COPIED = "store.damaged_and_copied"
    FULL = "store.full"
    HELD = "store.held"
    READ_ONLY = "store.read_only"
    FAILED = "store.failed"
    CLOSED = "store.closed"
    FOLDER_NOT_MADE = "store.folder_not_made"
    FOLDER_NOT_WRITABLE = "store.folder_not_writable"
    NOT_MADE = "store.not_made"
    FOREIGN = "store.foreign"
    NEWER = "store.newer"
    BEING_MADE = "store.being_made"
    BEING_RECOVERED = "store.being_recovered"
    NOT_MIGRATED = "store.not_migrated"
    NO_ROOM_FOR_BACKUP = "store.no_room_for_backup"
    NO_DATABASE = "store.no_database"
    IN_USE = "store.in_use"
    RECOVERY_NOT_WRITTEN = "store.recovery_not_written"
    NOT_RECOVERED = "store.not_recovered"
    NOTHING_TO_ACKNOWLEDGE = "store.nothing_to_acknowledge"


class Damage(Code):
    """What is wrong in a damaged database, as a check found it."""

    LOST_ROWS = "store.lost_rows"
    OTHER_ROW = "store.other_row"
    LOST_TRANSITIONS = "store.lost_transitions"
    NO_TABLES = "store.no_tables"
    PAGE_CUT = "store.page_cut"
    STRUCTURE = "store.structure"
    UNREADABLE = "store.unreadable"
    VERSION = "store.version"
    NEWER_NUMBER = "store.newer_number"
    NOT_WAL = "store.not_wal"
    SCHEMA_UNLIKE = "store.schema_unlike"
    ROW_MISSING = "store.row_missing"
    ROW_CHANGED = "store.row_changed"
    END_MISSING = "store.end_missing"
    ADMISSION_UNLIKE = "store.admission_unlike"
    SECTION_UNLIKE = "store.section_unlike"
    ADMISSION_MISSING = "store.admission_missing"
    NEVER_MOVED = "store.never_moved"
    STRAY_TRANSITION = "store.stray_transition"
    NO_JOURNAL_ROW = "store.no_journal_row"
    UNKNOWN_STATE = "store.unknown_state"
    PASSAGE_UNLIKE = "store.passage_unlike"
    PASSAGE_MISSING = "store.passage_missing"
    PASSAGE_NEVER_MOVED = "store.passage_never_moved"


class StoreError(ScannerError):
    """The local database can't be used."""


class FolderUnusable(StoreError):
    """The data folder can't be made or written."""


class NewerDatabase(StoreError):
    """The database was made by a later version of the program."""


class BrokenDatabase(StoreError):
    """The database is damaged."""


class ForeignDatabase(BrokenDatabase):
    """It is whole, and another program's."""


class DatabaseBusy(StoreError):
    """Another process holds the database."""


class DiskFull(StoreError):
    """The disk has no room for another record."""


def damaged(file: Path, copy: Path | None = None) -> BrokenDatabase:
    """Make the error of a damaged database; `copy` is where it was copied to."""
    if copy is None:
        return BrokenDatabase(StoreFault.DAMAGED, file=file)
    return BrokenDatabase(StoreFault.DAMAGED_AND_COPIED, file=file, copy=copy.name)


def require_room(file: Path) -> None:
    """Refuse to begin on a full disk: what SQLite can't make there looks like damage.

    Raises:
        DiskFull: it takes no more.
    """
    if not has_room(file.parent):
        raise DiskFull(StoreFault.FULL, file=file)


def store_error(error: sqlite3.Error, file: Path) -> StoreError:
    """Turn SQLite's error into this room's."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "decode to UTF-8" in str(error):
        return damaged(file)
    # SQLite maps files into memory too, and calls a lack of room for that an input/output error.
    maybe_full = code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
    if code == sqlite3.SQLITE_FULL or (maybe_full and not has_room(file.parent)):
        return DiskFull(StoreFault.FULL, file=file)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DatabaseBusy(StoreFault.HELD, file=file)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return FolderUnusable(StoreFault.READ_ONLY, file=file)
    return StoreError(StoreFault.FAILED, file=file, error=str(error))


NEEDED = 128 * 1024
"""Bytes that a gate takes at its start for SQLite's logs and their indexes."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""No space left; or a quota, or a limit of the process, leaves none."""


def has_room(folder: Path) -> bool:
    """Tell whether a folder's disk takes what a gate needs; another fault is no lack of room.

    It is reserved in a file without a name, which is gone at once.
    """
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, NEEDED)
            else:
                file.write(bytes(NEEDED))
                file.flush()
    except OSError as error:
        return error.errno not in _FULL
    return True
