"""The cache's version 2: where the API and the ledger differ, what of the API's lists could not be
read, which readings are doubted, and whether owners' names were ever kept.
"""

from sqlite_utils import Database

from scanner.store.schema import run

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

CREATE TABLE left_out (         -- of the API's lists, as far as they could not be read
    source TEXT NOT NULL, field TEXT NOT NULL, problem TEXT NOT NULL,
    kept INTEGER NOT NULL,      -- the entries were kept without the field
    count INTEGER NOT NULL, PRIMARY KEY (source, field, problem, kept)
) STRICT, WITHOUT ROWID;

CREATE TABLE doubt (            -- readings of the ticket list that are doubted
    kind TEXT PRIMARY KEY,
    pass INTEGER NOT NULL,      -- the first full pull that said so
    at TEXT NOT NULL,           -- the server's time of it
    missing INTEGER NOT NULL, known INTEGER NOT NULL,
    accepted INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE owner_names (      -- without its row, no owner's name is written
    one INTEGER PRIMARY KEY CHECK (one = 1), kept INTEGER NOT NULL,
    settled INTEGER NOT NULL    -- all names were read; or, where none are kept, no trace is left
) STRICT;
"""


def apply(db: Database) -> None:
    """Make the tables; runs inside the migration's transaction."""
    run(db, _SCHEMA)
    db.conn.execute("PRAGMA user_version = 2")
