"""The cache's version 3: what only some platforms tell of a ticket, the door's rules, and exits.

A ticket without such details has no row in `detail`, and no door's rules are those of one entry.
"""

from sqlite_utils import Database

from scanner.store.schema import run

_SCHEMA = """
CREATE TABLE detail (
    serial TEXT PRIMARY KEY,
    key TEXT,               -- the platform's own id of the right, which outlives its serial
    party TEXT,             -- what was ordered together
    valid_from TEXT, valid_until TEXT,
    attention INTEGER NOT NULL,
    notice TEXT,            -- what the door is to be told
    unjudged TEXT           -- what a device can't judge by itself, its names with blanks between
) STRICT, WITHOUT ROWID;
CREATE INDEX detail_key ON detail (key) WHERE key IS NOT NULL;
CREATE INDEX detail_party ON detail (party) WHERE party IS NOT NULL;

CREATE TABLE door (
    one INTEGER PRIMARY KEY CHECK (one = 1), multiple_entries INTEGER NOT NULL,
    entry_after_exit INTEGER NOT NULL, custom_rules INTEGER NOT NULL
) STRICT;

CREATE TABLE other_exit (       -- each ticket's last exit by another gate
    serial TEXT PRIMARY KEY, redeemer TEXT, device TEXT, at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""


def apply(db: Database) -> None:
    """Make the tables; runs inside the migration's transaction."""
    run(db, _SCHEMA)
    db.conn.execute("PRAGMA user_version = 3")
