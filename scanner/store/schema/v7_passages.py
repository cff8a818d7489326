"""Version 7: further passages of a ticket, exits and entries after the first, may have a platform.

A passage is a journal row of the kind `exited` or `reentry`. The database itself writes its record
with that row: queued where the session's platform takes passages, else `local`. The view `passed`
has both together. The session has the platform's name, the form of its codes, and how far its
refused scans were told.
"""

from sqlite_utils import Database

from scanner.store.schema import run

_SESSION = """
ALTER TABLE session ADD COLUMN platform TEXT NOT NULL DEFAULT 'ticketing';
ALTER TABLE session ADD COLUMN form TEXT NOT NULL DEFAULT 'serial';     -- of its codes
ALTER TABLE session ADD COLUMN passages INTEGER NOT NULL DEFAULT 0;     -- whether it takes them
ALTER TABLE session ADD COLUMN refused_told INTEGER NOT NULL DEFAULT 0; -- the last journal row
"""

_PASSAGE = """
CREATE TABLE passage (
    journal INTEGER PRIMARY KEY REFERENCES journal (id), serial TEXT NOT NULL, state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    faults INTEGER NOT NULL DEFAULT 0,      -- of the API, in a row
    reason TEXT, settled TEXT
) STRICT;
CREATE INDEX passage_state ON passage (state, faults, journal);
CREATE INDEX passage_serial ON passage (serial, journal);
INSERT INTO passage (journal, serial, state)
SELECT id, serial, 'local' FROM journal WHERE kind = 'reentry';

CREATE TRIGGER passage_moves AFTER UPDATE OF state ON passage WHEN old.state <> new.state
BEGIN
    SELECT RAISE(ABORT, 'a passage can''t move so')
    WHERE NOT (old.state = 'queued' AND new.state = 'sending' OR old.state = 'sending'
        AND new.state IN ('queued', 'confirmed', 'refused'));
    INSERT INTO transition (serial, before, after, reason, journal)
    VALUES (new.serial, old.state, new.state, new.reason, new.journal);
END;
CREATE TRIGGER passage_is_its_presentations BEFORE INSERT ON passage
WHEN EXISTS (SELECT 1 FROM journal WHERE id = new.journal
    AND (serial IS NOT new.serial OR kind NOT IN ('exited', 'reentry')))
BEGIN SELECT RAISE(ABORT, 'a passage is of the serial that was presented'); END;
CREATE TRIGGER passage_fixed BEFORE UPDATE OF journal, serial ON passage
    BEGIN SELECT RAISE(ABORT, 'a passage is not changed'); END;
CREATE TRIGGER passage_stays BEFORE DELETE ON passage
    BEGIN SELECT RAISE(ABORT, 'a passage is not removed'); END;
"""

_JOURNAL = """
CREATE INDEX journal_exited ON journal (serial) WHERE kind = 'exited';
CREATE TRIGGER journal_exits_by_name BEFORE INSERT ON journal
WHEN new.kind = 'exited' AND (
    new.serial IS NULL OR new.event IS NULL OR new.redeemer IS NULL OR new.device IS NULL)
BEGIN SELECT RAISE(ABORT, 'an exit is of a ticket, by name'); END;
CREATE TRIGGER journal_passes AFTER INSERT ON journal WHEN new.kind IN ('exited', 'reentry')
BEGIN           -- a recovery has written it before
    INSERT INTO passage (journal, serial, state)
    SELECT new.id, new.serial,
        CASE WHEN (SELECT passages FROM session) THEN 'queued' ELSE 'local' END
    WHERE NOT EXISTS (SELECT 1 FROM passage WHERE journal = new.id);
END;

DROP VIEW reentry;
CREATE VIEW passed (serial, journal, event, section, redeemer, device, at, kind, verdict, params,
    state, attempts, faults, reason, settled)
AS SELECT passage.serial, journal, event,
    coalesce(json_extract(evidence, '$.ticket.section[0]'), ''), redeemer, device, at, kind,
    journal.reason, params, state, attempts, faults, passage.reason, settled
FROM passage JOIN journal ON journal.id = passage.journal;
"""


def apply(db: Database) -> None:
    """Make columns, table, triggers and view; runs inside the migration's transaction."""
    run(db, _SESSION)
    run(db, _PASSAGE)
    run(db, _JOURNAL)
    db.conn.execute("PRAGMA user_version = 7")
