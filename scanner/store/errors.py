"""What can go wrong with the database, worded for a person.

StoreError
├── FolderUnusable    the data folder can't be made or written
├── NewerDatabase     a later version of the program made it
├── BrokenDatabase    it is damaged, or no database at all
│   └── ForeignDatabase   it is another program's
├── DatabaseBusy      another process held it too long
└── DiskFull          nothing more can be recorded
"""

import sqlite3
from pathlib import Path

from scanner.errors import ScannerError


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
    """Another process held the database for too long."""


class DiskFull(StoreError):
    """The disk has no room for another record."""


def damaged(file: Path, copy: Path | None = None) -> BrokenDatabase:
    """Say that a database is damaged, where its copy is if there is one, and what to do."""
    kept = f" (a copy is in {copy.name})" if copy else ""
    return BrokenDatabase(
        f"The database {file} is damaged{kept}: nobody can be admitted; "
        "run `scanner recover` to save its admissions."
    )


def worded(error: sqlite3.Error, file: Path) -> StoreError:
    """Turn SQLite's error into the sentence that fits it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "decode to UTF-8" in str(error):
        return damaged(file)
    if code == sqlite3.SQLITE_FULL:
        return DiskFull(f"The disk of {file} is full: nobody can be admitted; free some space.")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DatabaseBusy(f"The database {file} is held by another program; close it, try again.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return FolderUnusable(f"The database {file} can't be written; check the folder's owner.")
    return StoreError(f"The database {file} failed ({error}); details are in the log.")
