"""Running a script of several statements within a migration's transaction."""

import sqlite3

from sqlite_utils import Database


def run(db: Database, script: str) -> None:
    """Run the statements one by one; `executescript` would commit the transaction."""
    current = ""
    for line in script.splitlines(keepends=True):
        current += line
        if sqlite3.complete_statement(current):
            db.conn.execute(current)
            current = ""
