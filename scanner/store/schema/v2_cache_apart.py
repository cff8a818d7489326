"""Version 2: the cache has a file of its own, so that a pull never makes a presentation wait.

What the cache held comes along, where its file is attached as `cache`. Admissions lose two
indexes that each of them had to write: they are kept in the order of their serials, and only
reports ask for them by their journal's row.
"""

from sqlite_utils import Database

from scanner.store.schema import run
from scanner.store.schema.v1_first import ADMISSION_COLUMNS, ADMISSION_FIXED

_MOVED = {
    "section": "id, uri, name, capacity, permitted",
    "ticket": "id, serial, section, status, redeemed, owner, name, fingerprint, pass, listed",
    "former_owner": "serial, owner, fingerprint",
    "event_part": "part",
    "other_admission": "serial, redeemer, device, admitted",
    "pull": "one, pass, page, records, total, watermark",
}
"""Each table before those that refer to it, with its columns."""

ADMISSION_IS_ITS_PRESENTATIONS = """\
CREATE TRIGGER admission_is_its_presentations BEFORE INSERT ON admission
WHEN EXISTS (SELECT 1 FROM journal WHERE id = new.journal AND serial IS NOT new.serial)
BEGIN SELECT RAISE(ABORT, 'an admission is of the serial that was presented'); END;
"""

ADMISSION_RULES = f"""
CREATE INDEX admission_state ON admission (state, faults, journal);

CREATE TRIGGER admission_moves AFTER UPDATE OF state ON admission WHEN old.state <> new.state
BEGIN
    SELECT RAISE(ABORT, 'an admission can''t move so')
    WHERE NOT (old.state = 'queued' AND new.state = 'sending' OR old.state = 'sending'
        AND new.state IN ('queued', 'confirmed', 'conflict', 'refused'));
    INSERT INTO transition (serial, before, after, reason)
    VALUES (new.serial, old.state, new.state, new.reason);
END;
{ADMISSION_IS_ITS_PRESENTATIONS}{ADMISSION_FIXED}"""
"""The table's index, and how its rows may change; a table that takes its place has them too."""


def remake_admissions(db: Database, keys: str, options: str) -> None:
    """Make the table anew, with other keys; it keeps its rows, in the order of the journal.

    Args:
        db: the ledger, within a migration.
        keys: how it defines serial and journal.
        options: what follows its definition.
    """
    run(
        db,
        f"""
CREATE TABLE former AS SELECT * FROM admission;
DROP TABLE admission;   -- and its triggers; a row of it can't be deleted, the table can
CREATE TABLE admission (
    {keys},
{ADMISSION_COLUMNS}) {options};
INSERT INTO admission SELECT * FROM former ORDER BY journal;
DROP TABLE former;
""",
    )


def apply(db: Database) -> None:
    """Move the tables; runs inside the migration's transaction."""
    if "cache" in {name for _, name, _ in db.conn.execute("PRAGMA database_list")}:
        for table in ("origin", *reversed(_MOVED)):
            db.conn.execute(f"DELETE FROM cache.{table}")
        db.conn.execute("INSERT INTO cache.origin SELECT id, api, event, pass FROM main.session")
        for table, columns in _MOVED.items():
            db.conn.execute(
                f"INSERT INTO cache.{table} ({columns}) SELECT {columns} FROM main.{table}"
            )
    for table in reversed(_MOVED):
        db.conn.execute(f"DROP TABLE main.{table}")
    remake_admissions(
        db,
        "serial TEXT PRIMARY KEY, journal INTEGER NOT NULL REFERENCES journal (id)",
        "STRICT, WITHOUT ROWID",
    )
    run(db, ADMISSION_RULES)
    db.conn.execute("ALTER TABLE session DROP COLUMN pass")
    db.conn.execute("PRAGMA user_version = 2")
