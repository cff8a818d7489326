"""The cache's version 2: where the API's admissions and the ledger's differ."""

from sqlite_utils import Database

from scanner.store.schema.statements import run

_SCHEMA = """
CREATE TABLE difference (       -- of the last comparison
    serial TEXT PRIMARY KEY, kind TEXT NOT NULL,
    since TEXT NOT NULL,        -- the gate's time at which it was first seen
    redeemer TEXT, device TEXT, admitted TEXT       -- the API's account of it, where it has one
) STRICT, WITHOUT ROWID;

CREATE TABLE comparison (       -- the last one
    one INTEGER PRIMARY KEY CHECK (one = 1), at TEXT NOT NULL,
    total INTEGER NOT NULL,     -- admissions that the API listed
    known INTEGER NOT NULL      -- admissions that were known here, after it
) STRICT;
"""


def apply(db: Database) -> None:
    """Make the tables; runs inside the migration's transaction."""
    run(db, _SCHEMA)
    db.conn.execute("PRAGMA user_version = 2")
