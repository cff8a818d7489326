"""Whether the cache keeps owners' names, and forgetting patrons' data without a trace.

The cache itself keeps the switch: while it is off, no pull of any process writes a name, whatever
it was told before. A cache that was never told keeps none.
"""

import sqlite3

import structlog

from scanner.paths import search_file
from scanner.store import journal
from scanner.store.database import files_of, transaction
from scanner.store.journal import JournalNote
from scanner.store.ledger import UNSETTLED

KEPT = "(SELECT kept FROM owner_names)"
"""SQL: 1 where names are kept."""


def keep_names(conn: sqlite3.Connection, wanted: bool) -> None:
    """Keep owners' names from now on, or forget those that are there; work for the cache.

    Names are forgotten in the file and in its log, free space included. Where another program
    reads on or writes meanwhile, what is left of them goes at the next call.
    """
    row = conn.execute("SELECT kept, settled FROM owner_names").fetchone()
    if row and row[0] == wanted and (wanted or row[1]):
        return
    with transaction(conn):
        conn.execute("INSERT OR REPLACE INTO owner_names VALUES (1, ?, 0)", (wanted,))
        if not wanted:
            conn.execute("UPDATE ticket SET name = NULL WHERE name IS NOT NULL")
    if not wanted and without_traces(conn):
        _settle(conn)


def names_are_awaited(conn: sqlite3.Connection) -> bool:
    """Tell whether names are kept since the last whole reading, which brought none."""
    row = conn.execute("SELECT kept AND NOT settled FROM owner_names").fetchone()
    return bool(row and row[0])


def note_names_read(conn: sqlite3.Connection) -> None:
    """Note that a whole reading has brought the names."""
    if names_are_awaited(conn):
        _settle(conn)


def _settle(conn: sqlite3.Connection) -> None:
    with transaction(conn):
        conn.execute("UPDATE owner_names SET settled = 1")


def without_traces(conn: sqlite3.Connection) -> bool:
    """Write the file anew, and empty its log; tells whether both were possible."""
    try:
        conn.execute("PRAGMA temp_store = DEFAULT")  # the copy is as large as the cache
        conn.execute("VACUUM main")
        busy, *_ = conn.execute("PRAGMA main.wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        structlog.get_logger("store").warning("traces of names are left", reason=str(error))
        return False
    finally:
        conn.execute("PRAGMA temp_store = MEMORY")
    return not busy


def may_forget(conn: sqlite3.Connection, event: str) -> bool:
    """Tell whether every record of an event was settled, or exported since; reads the ledger."""
    exported = max((row for row, _ in journal.notes(conn, JournalNote.EXPORTED)), default=0)
    left = conn.execute(
        f"SELECT 1 FROM {UNSETTLED} WHERE event = ? AND journal > ? LIMIT 1", (event, exported)
    ).fetchone()
    return left is None


def forget_position(conn: sqlite3.Connection) -> None:
    """Have nobody admitted before the next pull has read everything; work for the ledger."""
    with transaction(conn):
        conn.execute("UPDATE session SET watermark = NULL, whole = NULL, synced = NULL")


def forget_patrons(conn: sqlite3.Connection) -> None:
    """Remove tickets, owners, names and orders, in the file, its log and the search text.

    Work for the cache. Where another program reads meanwhile, traces go at the next call.
    """
    search_file(dict(files_of(conn))["ledger"]).unlink(missing_ok=True)
    if not conn.execute("SELECT 1 FROM ticket LIMIT 1").fetchone():
        return
    with transaction(conn):
        for table in ("ticket", "detail", "former_owner", "pull"):
            conn.execute(f"DELETE FROM {table}")
    without_traces(conn)
