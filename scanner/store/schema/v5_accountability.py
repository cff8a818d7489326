"""Version 5: who admitted, whose records these are, and what can be proven about them."""

from sqlite_utils import Database

from scanner.store.schema.statements import run

_SCHEMA = """
"""


def apply(db: Database) -> None:
    """Make the changes; runs inside the migration's transaction."""
    run(db, _SCHEMA)
    db.conn.execute("PRAGMA user_version = 5")
