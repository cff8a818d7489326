"""The cache's version 1: what the API knows of one event, as far as it was pulled."""

from sqlite_utils import Database

from scanner.store.schema import run

_SCHEMA = """
CREATE TABLE origin (           -- whose copy this is
    one INTEGER PRIMARY KEY CHECK (one = 1), api TEXT NOT NULL, event TEXT NOT NULL,
    pass INTEGER NOT NULL DEFAULT 0         -- the last full pull that was begun
) STRICT;

CREATE TABLE section (
    id INTEGER PRIMARY KEY, uri TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    capacity INTEGER, permitted INTEGER NOT NULL
) STRICT;

CREATE TABLE ticket (
    id INTEGER PRIMARY KEY, serial TEXT NOT NULL UNIQUE,
    section INTEGER NOT NULL REFERENCES section (id),
    status TEXT NOT NULL, redeemed TEXT, owner TEXT, name TEXT,
    fingerprint INTEGER,    -- the digest's first eight bytes; the whole is computed to compare
    pass INTEGER NOT NULL,  -- the last full pull that listed it
    listed INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX ticket_fingerprint ON ticket (fingerprint);

CREATE TABLE former_owner (
    serial TEXT NOT NULL, owner TEXT NOT NULL, fingerprint INTEGER NOT NULL,
    PRIMARY KEY (serial, owner)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_owner_fingerprint ON former_owner (fingerprint);

CREATE TRIGGER ticket_changes_hands AFTER UPDATE OF owner ON ticket
WHEN old.owner IS NOT NULL AND old.owner IS NOT new.owner
BEGIN           -- an OR IGNORE in here would give way to what the statement outside says
    INSERT INTO former_owner SELECT old.serial, old.owner, old.fingerprint
    WHERE NOT EXISTS (
        SELECT 1 FROM former_owner WHERE serial = old.serial AND owner = old.owner);
END;

CREATE TABLE event_part (part TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE other_admission (
    serial TEXT PRIMARY KEY, redeemer TEXT, device TEXT, admitted TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE pull (             -- how far a full pull came that is not at its end
    one INTEGER PRIMARY KEY CHECK (one = 1), pass INTEGER NOT NULL, page INTEGER NOT NULL,
    records INTEGER NOT NULL, total INTEGER, watermark TEXT
) STRICT;
"""


def apply(db: Database) -> None:
    """Make the tables; runs inside the migration's transaction."""
    run(db, _SCHEMA)
    db.conn.execute("PRAGMA user_version = 1")
