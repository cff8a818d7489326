"""Version 4: the journal records a reason as a code and its parameters.

Rows of earlier versions keep their sentence and their hash, and have no parameters. Where an
admission, a transition or a withheld green light has a reason, it is a fact as JSON from now on.
"""

from sqlite_utils import Database


def apply(db: Database) -> None:
    """Add the column; runs inside the migration's transaction."""
    db.conn.execute("ALTER TABLE journal ADD COLUMN params TEXT")
    db.conn.execute("PRAGMA user_version = 4")
