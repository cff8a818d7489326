"""Version 1: session, cache, ledger.

The ledger's promises are kept by the database itself: no row of it can be removed, the journal
can't be changed, and an admission moves only along the permitted transitions, each one recorded.
"""

from sqlite_utils import Database

from scanner.store.schema import run

ADMISSION_COLUMNS = """\
    event TEXT NOT NULL, section TEXT NOT NULL, redeemer TEXT NOT NULL, device TEXT NOT NULL,
    at TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'queued',
    attempts INTEGER NOT NULL DEFAULT 0,
    sent TEXT,              -- the server's time of the first sending
    last_sent TEXT,         -- the server's time of the last sending
    answered INTEGER NOT NULL DEFAULT 0,    -- whether nothing of the last sending is outstanding
    outstanding TEXT,       -- the server's time of an earlier sending that was never answered
    faults INTEGER NOT NULL DEFAULT 0,      -- faults in a row while it was sent alone
    reason TEXT, settled TEXT
"""
"""What an admission is, beside its serial and its presentation: the same in every version."""

ADMISSION_FIXED = """\
CREATE TRIGGER admission_fixed BEFORE UPDATE OF serial, journal, event, section, redeemer,
    device, at ON admission BEGIN SELECT RAISE(ABORT, 'an admission is not changed'); END;
CREATE TRIGGER admission_stays BEFORE DELETE ON admission
    BEGIN SELECT RAISE(ABORT, 'an admission is not removed'); END;
"""

WITHHELD_FIXED = """\
CREATE TRIGGER withheld_fixed BEFORE UPDATE ON withheld
    BEGIN SELECT RAISE(ABORT, 'what was withheld is not changed'); END;
CREATE TRIGGER withheld_stays BEFORE DELETE ON withheld
    BEGIN SELECT RAISE(ABORT, 'what was withheld stays so'); END;
"""

TRANSITION_FIXED = """\
CREATE TRIGGER transition_fixed BEFORE UPDATE ON transition
    BEGIN SELECT RAISE(ABORT, 'a transition is not changed'); END;
"""
"""What is dropped with its table, or to change it, is made again by a later version."""

_SCHEMA = f"""
CREATE TABLE session (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    api TEXT NOT NULL, event TEXT NOT NULL, title TEXT NOT NULL,
    name TEXT NOT NULL, device TEXT NOT NULL, opened TEXT NOT NULL,
    synced TEXT,            -- the gate's time of the last complete pull
    whole TEXT,             -- the gate's time of the last pull of the whole list
    watermark TEXT,         -- the server's time at the start of that pull
    invalid TEXT,           -- since when the token is known to be invalid
    server_offset REAL,     -- seconds that the server's clock is ahead of the gate's
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

CREATE TABLE event_part (part TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE other_admission (
    serial TEXT PRIMARY KEY, redeemer TEXT, device TEXT, admitted TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE pull (
    one INTEGER PRIMARY KEY CHECK (one = 1), pass INTEGER NOT NULL, page INTEGER NOT NULL,
    records INTEGER NOT NULL, total INTEGER, watermark TEXT
) STRICT;

CREATE TABLE journal (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, event TEXT, redeemer TEXT, device TEXT,
    source TEXT NOT NULL, payload TEXT NOT NULL, serial TEXT, kind TEXT NOT NULL,
    reason TEXT NOT NULL, evidence TEXT NOT NULL, hash BLOB NOT NULL
) STRICT;
CREATE TABLE journal_head (
    one INTEGER PRIMARY KEY CHECK (one = 1), id INTEGER NOT NULL, hash BLOB NOT NULL
) STRICT;
INSERT INTO journal_head VALUES (1, 0, zeroblob(32));

CREATE TABLE admission (
    serial TEXT PRIMARY KEY, journal INTEGER NOT NULL UNIQUE REFERENCES journal (id),
{ADMISSION_COLUMNS}) STRICT;
CREATE INDEX admission_state ON admission (state, faults, journal);

CREATE TABLE withheld (    -- admissions whose green light was never shown: the API said no first
    serial TEXT PRIMARY KEY REFERENCES admission (serial), reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE transition (
    id INTEGER PRIMARY KEY, serial TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
    reason TEXT, at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ'))
) STRICT;

CREATE TRIGGER admission_moves AFTER UPDATE OF state ON admission WHEN old.state <> new.state
BEGIN
    SELECT RAISE(ABORT, 'an admission can''t move so')
    WHERE (old.state, new.state) NOT IN (VALUES
        ('queued', 'sending'), ('sending', 'queued'), ('sending', 'confirmed'),
        ('sending', 'conflict'), ('sending', 'refused'));
    INSERT INTO transition (serial, before, after, reason)
    VALUES (new.serial, old.state, new.state, new.reason);
END;
{ADMISSION_FIXED}CREATE TRIGGER journal_fixed BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is not changed'); END;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is not shortened'); END;
{WITHHELD_FIXED}{TRANSITION_FIXED}CREATE TRIGGER transition_stays BEFORE DELETE ON transition
    BEGIN SELECT RAISE(ABORT, 'a transition is not removed'); END;
"""


def apply(db: Database) -> None:
    """Make the tables; runs inside the migration's transaction."""
    run(db, _SCHEMA)
    db.conn.execute("PRAGMA user_version = 1")
