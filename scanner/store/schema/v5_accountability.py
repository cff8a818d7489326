"""Version 5: who admitted, whose records these are, and what can be proven about them."""

from sqlite_utils import Database

from scanner.store.schema import run
from scanner.store.schema.v1_first import ADMISSION_FIXED, TRANSITION_FIXED, WITHHELD_FIXED
from scanner.store.schema.v2_cache_apart import (
    ADMISSION_IS_ITS_PRESENTATIONS,
    remake_admissions,
)

_BEFORE = """
DROP TRIGGER journal_admits_once;
DROP INDEX journal_admitted;
CREATE TABLE kept AS SELECT journal, withheld.reason FROM withheld JOIN admission USING (serial);
DROP TABLE withheld;

DROP TRIGGER transition_fixed;
ALTER TABLE transition ADD COLUMN journal INTEGER;
UPDATE transition SET journal = (SELECT journal FROM admission WHERE serial = transition.serial);

ALTER TABLE journal ADD COLUMN mac BLOB;     -- of its hash, where the journal's key was there

ALTER TABLE session ADD COLUMN behind TEXT;  -- since when this ledger is known to lack records
"""

_ADMISSION_RULES = f"""
CREATE INDEX admission_state ON admission (state, faults, journal);
CREATE UNIQUE INDEX admission_stands ON admission (serial) WHERE state <> 'undone';

CREATE TRIGGER admission_moves AFTER UPDATE OF state ON admission WHEN old.state <> new.state
BEGIN
    SELECT RAISE(ABORT, 'an admission can''t move so')
    WHERE NOT (old.state = 'queued' AND new.state = 'sending' OR old.state = 'sending'
        AND new.state IN ('queued', 'confirmed', 'conflict', 'refused')
        OR old.state = 'confirmed' AND new.state = 'undone'
        OR old.state IN ('conflict', 'refused') AND new.state = 'undone'
            AND (EXISTS (SELECT 1 FROM withheld WHERE journal = old.journal)
                OR NOT EXISTS (SELECT 1 FROM shown WHERE journal = old.journal)));
    INSERT INTO transition (serial, before, after, reason, journal)
    VALUES (new.serial, old.state, new.state, new.reason, new.journal);
END;
{ADMISSION_IS_ITS_PRESENTATIONS}{ADMISSION_FIXED}"""

_AFTER = f"""
CREATE TABLE withheld (     -- admissions whose green light was never shown: the API said no first
    journal INTEGER PRIMARY KEY REFERENCES admission (journal), reason TEXT NOT NULL
) STRICT;
INSERT INTO withheld SELECT journal, reason FROM kept;
DROP TABLE kept;
{WITHHELD_FIXED}
{TRANSITION_FIXED}
CREATE INDEX journal_admitted ON journal (serial) WHERE kind = 'admitted';
CREATE TRIGGER journal_admits_once BEFORE INSERT ON journal     -- again where it was undone
WHEN new.kind = 'admitted' AND (
    new.serial IS NULL OR new.event IS NULL OR new.redeemer IS NULL OR new.device IS NULL
    OR EXISTS (SELECT 1 FROM admission
        WHERE serial = new.serial AND state <> 'undone' AND journal < new.id)
    OR EXISTS (SELECT 1 FROM journal AS earlier     -- that is not written behind yet
        WHERE kind = 'admitted' AND serial = new.serial AND id < new.id
        AND NOT EXISTS (SELECT 1 FROM admission WHERE journal = earlier.id)))
BEGIN SELECT RAISE(ABORT, 'a serial is admitted once, by name'); END;

CREATE TABLE shown (    -- admissions whose green light was shown; the others are in doubt
    journal INTEGER PRIMARY KEY, at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ'))
) STRICT;
INSERT INTO shown SELECT id, at FROM journal WHERE kind = 'admitted';   -- none was noted before
CREATE TRIGGER shown_fixed BEFORE UPDATE ON shown
    BEGIN SELECT RAISE(ABORT, 'what was shown is not changed'); END;
CREATE TRIGGER shown_stays BEFORE DELETE ON shown
    BEGIN SELECT RAISE(ABORT, 'what was shown stays so'); END;
"""

_INSTALLATION = """
CREATE TABLE installation (     -- each tag that this ledger has sent its device's name with
    id INTEGER PRIMARY KEY, tag TEXT NOT NULL UNIQUE,
    place TEXT NOT NULL,        -- a digest of computer and folder
    drawn TEXT NOT NULL         -- the gate's time
) STRICT;
CREATE TRIGGER installation_fixed BEFORE UPDATE ON installation
    BEGIN SELECT RAISE(ABORT, 'a tag is not changed'); END;
CREATE TRIGGER installation_stays BEFORE DELETE ON installation
    BEGIN SELECT RAISE(ABORT, 'a tag is not removed'); END;

CREATE TABLE encounter (        -- others that were met under this gate's name or tag
    kind TEXT NOT NULL, event TEXT NOT NULL, device TEXT NOT NULL, redeemer TEXT,
    serial TEXT NOT NULL,       -- the admission that gave it away
    opened TEXT NOT NULL,       -- of the session in which it was first met
    PRIMARY KEY (kind, event, device)
) STRICT, WITHOUT ROWID;
"""


def apply(db: Database) -> None:
    """Make the changes; runs inside the migration's transaction.

    An admission may be undone at the API; then its ticket may be admitted again. What is kept of
    an admission is therefore kept by its journal row and no longer by its serial.
    """
    run(db, _BEFORE)
    remake_admissions(
        db,
        "serial TEXT NOT NULL, journal INTEGER PRIMARY KEY REFERENCES journal (id)",
        "STRICT",
    )
    run(db, _ADMISSION_RULES)
    run(db, _AFTER)
    run(db, _INSTALLATION)
    db.conn.execute("PRAGMA user_version = 5")
