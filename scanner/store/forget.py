"""Forgetting patrons' data once a token is dead and nothing of the evening is left to deliver."""

import sqlite3

from scanner.paths import search_file
from scanner.store import journal
from scanner.store.database import files_of, transaction
from scanner.store.journal import JournalNote
from scanner.store.names import without_traces


def may_forget(conn: sqlite3.Connection, event: str) -> bool:
    """Tell whether every admission to an event was settled, or exported since; reads the ledger."""
    exported = max((row for row, _ in journal.notes(conn, JournalNote.EXPORTED)), default=0)
    left = conn.execute(
        "SELECT 1 FROM admitted WHERE state IN ('queued', 'sending') AND event = ?"
        " AND journal > ? LIMIT 1",
        (event, exported),
    ).fetchone()
    return left is None


def forget_position(conn: sqlite3.Connection) -> None:
    """Have nobody admitted before the next pull has read everything; work for the ledger."""
    with transaction(conn):
        conn.execute("UPDATE session SET watermark = NULL, whole = NULL, synced = NULL")


def forget_patrons(conn: sqlite3.Connection) -> None:
    """Remove tickets, owners and names, in the file, its log and the search text.

    Work for the cache. Where another program reads meanwhile, traces go at the next call.
    """
    search_file(dict(files_of(conn))["ledger"]).unlink(missing_ok=True)
    if not conn.execute("SELECT 1 FROM ticket LIMIT 1").fetchone():
        return
    with transaction(conn):
        for table in ("ticket", "former_owner", "pull"):
            conn.execute(f"DELETE FROM {table}")
    without_traces(conn)
