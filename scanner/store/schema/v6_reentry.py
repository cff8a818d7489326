"""Version 6: a patron who was admitted may come in again, on a supervisor's word.

A re-entry is its journal row, of a kind of its own, and no admission: no API is told of it, so its
state is `local` from the first. The view `reentry` has its rows with an admission's columns.
"""

from sqlite_utils import Database

from scanner.store.schema import run

_REENTRY = """
CREATE INDEX journal_reentry ON journal (serial) WHERE kind = 'reentry';
CREATE TRIGGER journal_reenters_by_name BEFORE INSERT ON journal
WHEN new.kind = 'reentry' AND (
    new.serial IS NULL OR new.event IS NULL OR new.redeemer IS NULL OR new.device IS NULL)
BEGIN SELECT RAISE(ABORT, 'a re-entry is of a ticket, by name'); END;

CREATE VIEW reentry (serial, journal, event, section, redeemer, device, at, state, reason, params)
AS SELECT serial, id, event, coalesce(json_extract(evidence, '$.ticket.section[0]'), ''), redeemer,
    device, at, 'local', reason, params
FROM journal WHERE kind = 'reentry';
"""


def apply(db: Database) -> None:
    """Make index, trigger and view; runs inside the migration's transaction."""
    run(db, _REENTRY)
    db.conn.execute("PRAGMA user_version = 6")
