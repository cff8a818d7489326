"""Version 3: an admission is its journal row, so that a verdict is one row on the disk.

What becomes of it at the API is written behind it, many at a time, into the table `admission`.
Each of its rows has its presentation's number; a presentation that let somebody in and has a
higher one than any of them is `fresh`, and queued. The view `admitted` has both. Its rows are kept
in that order, in which they are sent too: a batch of neighbours changes few pages.
"""

from sqlite_utils import Database

from scanner.store.schema import run
from scanner.store.schema.v2_cache_apart import ADMISSION_RULES, remake_admissions

_ONE_A_SERIAL = "CREATE UNIQUE INDEX journal_admitted ON journal (serial) WHERE kind = 'admitted';"

_VIEWS = """
CREATE TRIGGER journal_admits_once BEFORE INSERT ON journal     -- also where its row was lost
WHEN new.kind = 'admitted' AND (
    new.serial IS NULL OR new.event IS NULL OR new.redeemer IS NULL OR new.device IS NULL
    OR EXISTS (SELECT 1 FROM admission WHERE serial = new.serial))
BEGIN SELECT RAISE(ABORT, 'a serial is admitted once, by name'); END;

CREATE TABLE IF NOT EXISTS recovery (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, \
next_digest BLOB, at TEXT NOT NULL) STRICT;

DROP TABLE journal_head;
CREATE VIEW journal_head (id, hash) AS SELECT
    max(coalesce((SELECT max(id) FROM journal), 0), coalesce((SELECT max(last) FROM recovery), 0)),
    coalesce((SELECT hash FROM journal ORDER BY id DESC LIMIT 1), zeroblob(32));

CREATE VIEW fresh (serial, journal, event, section, redeemer, device, at) AS
SELECT serial, id, event, coalesce(json_extract(evidence, '$.ticket.section[0]'), ''), redeemer,
    device, at
FROM journal
WHERE kind = 'admitted' AND id > (SELECT coalesce(max(journal), 0) FROM admission);

CREATE VIEW admitted AS
SELECT serial, journal, event, section, redeemer, device, at, state, attempts, sent, last_sent,
    answered, outstanding, faults, reason, settled
FROM admission
UNION ALL
SELECT serial, journal, event, section, redeemer, device, at, 'queued', 0, NULL, NULL, 0, NULL, 0,
    NULL, NULL
FROM fresh;
"""


def apply(db: Database) -> None:
    """Make the index and the views; runs inside the migration's transaction."""
    run(db, _ONE_A_SERIAL)
    remake_admissions(
        db,
        "serial TEXT NOT NULL UNIQUE, journal INTEGER PRIMARY KEY REFERENCES journal (id)",
        "STRICT",
    )
    run(db, ADMISSION_RULES)
    run(db, _VIEWS)
    db.conn.execute("PRAGMA user_version = 3")
