"""The database: its tables, and how a file is opened, recognised or refused."""

import sqlite3
from pathlib import Path

from scanner.mock.errors import StartFailure

VERSION = 1
MARK = 0x54694B54
"""The database's application_id, which marks a file as this server's."""

LOCK_SECONDS = 1

FIRST_ID = 16993717817996
"""The contract's identifiers are long integers; each table counts up from here."""

TABLES = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE account (
  id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT NOT NULL UNIQUE,
  username TEXT NOT NULL UNIQUE COLLATE NOCASE, email TEXT NOT NULL COLLATE NOCASE,
  administrator INTEGER NOT NULL DEFAULT 0, password TEXT, region INTEGER, body TEXT NOT NULL);
CREATE TABLE api_key (
  key TEXT PRIMARY KEY, account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  session INTEGER, started TEXT, ended INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE document (
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
  UNIQUE (kind, name));
CREATE TABLE host_administrator (
  host INTEGER NOT NULL REFERENCES document ON DELETE CASCADE,
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  PRIMARY KEY (host, account)) WITHOUT ROWID;
CREATE TABLE event (
  id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL UNIQUE,
  host INTEGER NOT NULL, category INTEGER NOT NULL, venue INTEGER NOT NULL,
  status TEXT NOT NULL, published TEXT NOT NULL, popularity INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE section (
  id INTEGER PRIMARY KEY AUTOINCREMENT, event INTEGER NOT NULL REFERENCES event ON DELETE CASCADE,
  name TEXT NOT NULL, description TEXT NOT NULL, price REAL NOT NULL,
  sales_start TEXT NOT NULL, sales_end TEXT NOT NULL, active INTEGER NOT NULL DEFAULT 1,
  capacity INTEGER NOT NULL, sold INTEGER NOT NULL DEFAULT 0);
CREATE TABLE token (
  id INTEGER PRIMARY KEY AUTOINCREMENT, event INTEGER NOT NULL REFERENCES event ON DELETE CASCADE,
  code TEXT NOT NULL UNIQUE, key TEXT NOT NULL UNIQUE, global INTEGER NOT NULL);
CREATE TABLE token_section (
  token INTEGER NOT NULL REFERENCES token ON DELETE CASCADE, position INTEGER NOT NULL,
  section INTEGER NOT NULL REFERENCES section ON DELETE CASCADE,
  PRIMARY KEY (token, section)) WITHOUT ROWID;
CREATE TABLE ticket (
  id INTEGER PRIMARY KEY AUTOINCREMENT, event INTEGER NOT NULL REFERENCES event ON DELETE CASCADE,
  section INTEGER NOT NULL REFERENCES section ON DELETE CASCADE, serial TEXT NOT NULL UNIQUE,
  owner INTEGER NOT NULL REFERENCES account, status TEXT NOT NULL,
  issued TEXT NOT NULL, redeemed TEXT NOT NULL, modified INTEGER NOT NULL, booking INTEGER);
CREATE TABLE admission (
  id INTEGER PRIMARY KEY AUTOINCREMENT, event INTEGER NOT NULL REFERENCES event ON DELETE CASCADE,
  section INTEGER NOT NULL REFERENCES section ON DELETE CASCADE, serial TEXT NOT NULL UNIQUE,
  patron INTEGER NOT NULL REFERENCES account,
  redeemer TEXT NOT NULL, device TEXT NOT NULL, admitted TEXT NOT NULL);
CREATE TABLE booking (
  id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT NOT NULL UNIQUE,
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE, placed TEXT NOT NULL);
"""

INDEXES = """
CREATE INDEX account_email ON account (email);
CREATE INDEX section_event ON section (event);
CREATE INDEX token_event ON token (event);
CREATE INDEX token_section_section ON token_section (section);
CREATE INDEX ticket_listing ON ticket (event, status, id, section);
CREATE INDEX ticket_modified ON ticket (event, modified);
CREATE INDEX ticket_section ON ticket (section);
CREATE INDEX ticket_owner ON ticket (owner);
CREATE INDEX ticket_booking ON ticket (booking) WHERE booking IS NOT NULL;
CREATE INDEX admission_device ON admission (event, device);
CREATE INDEX admission_section ON admission (section);
CREATE INDEX admission_patron ON admission (patron);
"""

_COUNTED = ("account", "document", "event", "section", "token", "ticket", "admission", "booking")


def open_world(path: Path | None) -> sqlite3.Connection:
    """Open the database in the file `path`, or in memory; `is_new` tells whether it is empty.

    Raises StartFailure when the file cannot be used.
    """
    try:
        world = sqlite3.connect(
            ":memory:" if path is None else path, timeout=LOCK_SECONDS, isolation_level=None
        )
        is_ours = _is_ours(world)
        if is_ours:
            _set_up(world)
    except sqlite3.OperationalError as failure:
        raise StartFailure(
            f"The state file {path} cannot be opened ({failure}): "
            "end the server that uses it, or name another file."
        ) from failure
    except sqlite3.DatabaseError as failure:
        raise StartFailure(
            f"The file {path} is no state of this server: name another file with --state."
        ) from failure
    if not is_ours:
        world.close()
        raise StartFailure(
            f"The state file {path} was not written by this version of the server: "
            "name another file with --state."
        )
    return world


def _is_ours(world: sqlite3.Connection) -> bool:
    """Tell whether the database is empty, or written by this version of the server."""
    if _pragma(world, "application_id") == MARK:
        return _pragma(world, "user_version") == VERSION
    return int(world.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]) == 0


def _pragma(world: sqlite3.Connection, name: str) -> int:
    return int(world.execute(f"PRAGMA {name}").fetchone()[0])


def _set_up(world: sqlite3.Connection) -> None:
    world.row_factory = sqlite3.Row
    # One server owns the file. With a write-ahead log, committed data survives SIGKILL without a
    # sync per request.
    world.execute("PRAGMA locking_mode = EXCLUSIVE")
    world.execute("PRAGMA journal_mode = WAL")
    world.execute("PRAGMA synchronous = NORMAL")
    world.execute("PRAGMA foreign_keys = ON")
    world.execute("BEGIN IMMEDIATE")
    world.execute("COMMIT")


def is_new(world: sqlite3.Connection) -> bool:
    """Tell whether the database has no data yet."""
    return _pragma(world, "application_id") != MARK


def create_tables(world: sqlite3.Connection) -> None:
    """Create the tables, inside the caller's transaction."""
    for statement in TABLES.split(";"):
        world.execute(statement)
    world.executemany(
        "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
        [(name, FIRST_ID + place * 10_000_000_000) for place, name in enumerate(_COUNTED)],
    )
    world.execute(f"PRAGMA user_version = {VERSION}")
    world.execute(f"PRAGMA application_id = {MARK}")


def create_indexes(world: sqlite3.Connection) -> None:
    """Create the indexes; that is faster after the data is inserted."""
    for statement in INDEXES.split(";"):
        world.execute(statement)


def setting(world: sqlite3.Connection, name: str) -> str:
    """Return a value stored when the data was created."""
    row = world.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return str(row["value"])


def keep_setting(world: sqlite3.Connection, name: str, value: str) -> None:
    """Store a value for `setting`."""
    world.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (name, value))
