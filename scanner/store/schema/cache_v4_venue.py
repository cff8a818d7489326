"""Version 4 of the cache: what the gates of a venue tell one another.

All of it can be fetched again: the venue's engine has the claims, and each gate its own admissions.
"""

from sqlite_utils import Database

from scanner.store.schema import run

_TABLES = """
CREATE TABLE venue_claim (
    key TEXT PRIMARY KEY,                   -- the engine's, a keyed hash
    serial TEXT NOT NULL, state TEXT NOT NULL, revision INTEGER NOT NULL,
    own INTEGER NOT NULL,                   -- whether this gate is among the entrants
    redeemer TEXT, device TEXT, at TEXT,    -- who holds it, or held it last
    left_redeemer TEXT, left_device TEXT, left_at TEXT,
    claim TEXT NOT NULL                     -- the whole, as JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX venue_claim_serial ON venue_claim (serial);
CREATE TABLE venue_position (
    name TEXT PRIMARY KEY,                  -- of a stream, as far as it was read or told
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE carried (
    nonce TEXT PRIMARY KEY,                 -- of the admission's journal row at its gate
    gate TEXT NOT NULL,                     -- the venue's key of that gate; results go there
    journal INTEGER NOT NULL,               -- that row; with it the nonce can be computed
    serial TEXT NOT NULL, event TEXT NOT NULL, section TEXT NOT NULL,
    redeemer TEXT NOT NULL, device TEXT NOT NULL, at TEXT NOT NULL,
    override INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued', faults INTEGER NOT NULL DEFAULT 0,
    sent TEXT, last_sent TEXT, outstanding TEXT, answered INTEGER NOT NULL DEFAULT 0,
    reason TEXT, other TEXT,                -- who was first, as JSON
    told INTEGER NOT NULL DEFAULT 0         -- whether its gate was sent the outcome
) STRICT, WITHOUT ROWID;
CREATE INDEX carried_state ON carried (state, faults, at);
CREATE INDEX carried_serial ON carried (serial);
CREATE TABLE venue_head (                   -- the last head that each gate's journal is known by
    gate TEXT PRIMARY KEY, name TEXT NOT NULL, row INTEGER NOT NULL, hash TEXT NOT NULL,
    seen TEXT NOT NULL                      -- when it came, by this gate's clock
) STRICT, WITHOUT ROWID;
"""


def apply(db: Database) -> None:
    """Make the tables; runs inside the migration's transaction."""
    run(db, _TABLES)
    db.conn.execute("PRAGMA user_version = 4")
