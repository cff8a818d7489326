"""Is the ledger as it was written? Asked when a gate opens, before anybody is let in."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from scanner.store import schema
from scanner.store.checkpoint import Checkpoint, read_checkpoint
from scanner.store.database import files_of, open_reader
from scanner.store.errors import (
    DatabaseBusy,
    DiskFull,
    FolderUnusable,
    ForeignDatabase,
    NewerDatabase,
    StoreError,
    damaged,
    worded,
)
from scanner.store.ledger import FIRST, State, link
from scanner.store.recovery.quarantine import quarantine

if TYPE_CHECKING:
    from sqlite_utils.migrations import Migrations

LEDGER = ("journal", "admission", "withheld", "transition")
"""The tables of the ledger; the rest is the cache, which a sync brings again."""

GAPS = "recovery"
"""The table in which a recovery notes which journal rows could not be brought back."""

_NO_DAMAGE = (DatabaseBusy, DiskFull, FolderUnusable, ForeignDatabase)

_SHAPE_QUERY = (
    "SELECT type, name, tbl_name, sql FROM {}.sqlite_master WHERE name NOT LIKE '%sqlite_%'"
)
_JOURNAL = (
    "SELECT id, at, event, redeemer, device, source, payload, serial, kind, reason, evidence,"
    " hash FROM journal ORDER BY id"
)
_UNLIKE = """
SELECT 'the admission of ' || admission.serial || ' is not what its journal row says'
FROM admission JOIN journal ON journal.id = admission.journal
WHERE journal.kind <> 'admitted'
    OR (journal.serial, journal.event, journal.redeemer, journal.device, journal.at)
    IS NOT (admission.serial, admission.event, admission.redeemer, admission.device, admission.at)
"""
_SECTION_UNLIKE = """
SELECT 'the admission of ' || admission.serial || ' is for another section than its journal row'
FROM admission JOIN journal ON journal.id = admission.journal
WHERE json_extract(journal.evidence, '$.ticket.section[0]') <> admission.section
"""
_UNMADE = """
SELECT 'row ' || journal.id || ' of the journal admitted, and its admission is missing'
FROM journal
WHERE journal.kind = 'admitted' AND journal.id NOT IN (SELECT journal FROM admission)
    AND journal.id < (SELECT max(journal) FROM admission)   -- the rest waits to be enqueued
"""
_MOVED = """
SELECT 'the admission of ' || admission.serial || ' is in a state that it was never moved to'
FROM admission LEFT JOIN
    (SELECT serial, after, reason, max(id) FROM transition GROUP BY serial) AS last
    ON last.serial = admission.serial
WHERE admission.state <> coalesce(last.after, 'queued')
    OR (admission.state <> 'sending' AND admission.reason IS NOT last.reason)
"""
_STRAYS = """
SELECT 'transition ' || id || ' is of no admission' FROM transition
WHERE serial NOT IN (SELECT serial FROM admission)
"""
_TIMES = """
SELECT sent FROM admission WHERE sent IS NOT NULL
UNION SELECT settled FROM admission WHERE settled IS NOT NULL
"""


def verify(file: Path) -> None:
    """Check the structure of the database and every row of its ledger; 20,000 take about 0.2 s.

    Nothing is changed. A database that is not there yet is whole. What was damaged is copied
    aside before this says so.

    Raises:
        BrokenDatabase: it is not as it was written; nobody may be admitted by it.
        NewerDatabase: its version number is higher than this program's.
        StoreError: it can't be opened.
    """
    problem = _find(file)
    if problem is None:
        return
    structlog.get_logger("store").error("the database is damaged", problem=problem)
    raise damaged(file, quarantine(file))


def find_damage(file: Path) -> str | None:
    """Return the first thing that is wrong with a database, in words for the log.

    A higher version number on a database of this program's own shape is damage too.

    Raises:
        StoreError: it can't be opened, and not because it is damaged.
    """
    try:
        return _find(file)
    except NewerDatabase as error:
        if _is_of_this_shape(file):
            return f"its version number is damaged: {error}"
        raise


def _find(file: Path) -> str | None:
    if not file.exists():
        return None
    witness = read_checkpoint(file)  # before the database: a gate at work may write on
    try:
        with closing(open_reader(file)) as conn:
            conn.execute("BEGIN")
            checks = (_unlike_witness(conn, witness), _cut(conn), _unlike_written(conn))
            return next(chain.from_iterable(checks), None)
    except NewerDatabase:
        raise
    except (StoreError, sqlite3.Error) as error:
        sentence = worded(error, file) if isinstance(error, sqlite3.Error) else error
        if isinstance(sentence, _NO_DAMAGE):
            raise sentence from None
        return str(error)
    except (ValueError, TypeError) as error:  # what was stored does not read as what it was
        return str(error)


def find_cache_damage(conn: sqlite3.Connection) -> str | None:
    """Return the first thing that is wrong with the cache that a reader has attached.

    Raises:
        sqlite3.Error: it can't be read at all.
    """
    return next(chain(_lines(conn, "PRAGMA cache.integrity_check(1)"), _cache_shape(conn)), None)


def gaps(conn: sqlite3.Connection) -> dict[int, tuple[int, bytes | None]]:
    """Return the rows that recoveries could not bring back: the first of each run of them, to its
    last and the digest of the row that follows, which the chain can't check.
    """
    if not _has_table(conn, GAPS):
        return {}
    rows = conn.execute(f"SELECT first, last, next_digest FROM {GAPS}")
    return {first: (last, digest) for first, last, digest in rows}


def lone_digest(fields: tuple[object, ...]) -> bytes:
    """Compute the digest of a journal row alone: its number and its fields, without its hash."""
    return link(FIRST, fields)


def _unlike_witness(conn: sqlite3.Connection, witness: Checkpoint | None) -> Iterator[str]:
    version = conn.execute("PRAGMA user_version").fetchone()[0]
    if not _has_table(conn, "journal"):
        if witness or version:
            yield "the ledger's tables are missing"
        return
    if witness and (problem := witness.contradicts(conn)):
        yield problem


def _cut(conn: sqlite3.Connection) -> Iterator[str]:
    """Find a last page that is not whole: SQLite reads what is missing as zeros.

    With a log, the page may be there; a loss of power while it was folded in does that.
    """
    for name, path in files_of(conn):
        log = Path(f"{path}-wal")
        (size,) = conn.execute(f"PRAGMA {name}.page_size").fetchone()
        if path.stat().st_size % size and not (log.exists() and log.stat().st_size):
            yield f"the file {path.name} ends within a page"


def _is_of_this_shape(file: Path) -> bool:
    """Tell whether a database that says it is newer has nothing that this program has not."""
    uri = f"{file.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as conn:
        return not list(_shape(conn))


def _unlike_written(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield what is wrong, the cheapest to find first."""
    version = conn.execute("PRAGMA user_version").fetchone()[0]
    if not _has_table(conn, "journal"):
        return
    yield from _lines(conn, "PRAGMA quick_check(1)")
    for table in LEDGER:
        yield from _lines(conn, f"PRAGMA main.integrity_check({table})")
    if version == schema.CURRENT:
        yield from _shape(conn)
        yield from _cache_shape(conn)
    elif version < 1:
        yield f"its version can't be {version}"
    for name, path in files_of(conn):
        if conn.execute(f"PRAGMA {name}.journal_mode").fetchone()[0] != "wal":
            yield f"{path.name} is no longer in WAL mode"
    missing = gaps(conn)
    yield from _chain(conn, missing)
    yield from _admissions(conn, missing)


def _lines(conn: sqlite3.Connection, check: str) -> Iterator[str]:
    return (line for (line,) in conn.execute(check) if line != "ok")


def _shape(conn: sqlite3.Connection) -> Iterator[str]:
    """Compare the ledger's tables, indexes and triggers with those that the migrations make.

    Where their digest is the known one, nothing is made to compare with: that takes 0.2 s.
    """
    return _unlike_made(conn, "main", schema.SHAPE, schema.migrations)


def _cache_shape(conn: sqlite3.Connection) -> Iterator[str]:
    """Do the same with the cache, where it is attached."""
    if "cache" in dict(files_of(conn)):
        yield from _unlike_made(conn, "cache", schema.CACHE_SHAPE, schema.cache_migrations)


def _unlike_made(
    conn: sqlite3.Connection, part: str, digest: str, migrations: "Callable[[], Migrations]"
) -> Iterator[str]:
    found = set(conn.execute(_SHAPE_QUERY.format(part)))
    if shape_digest(found) == digest:
        return
    expected = expected_shape(migrations())
    for kind, name, *_ in sorted(expected ^ found, key=str):
        yield f"the {kind} {name} is not as it was made"


def expected_shape(migrations: "Migrations") -> set[tuple[str, ...]]:
    """Return type, name, table and SQL of all that migrations make."""
    import sqlite_utils

    with closing(sqlite3.connect(":memory:")) as model:
        migrations.apply(sqlite_utils.Database(model))
        return set(model.execute(_SHAPE_QUERY.format("main")))


def shape_digest(shape: set[tuple[str, ...]]) -> str:
    """Return the SHA-256 of a shape, in hexadecimal."""
    return hashlib.sha256(repr(sorted(shape, key=str)).encode()).hexdigest()


def _chain(conn: sqlite3.Connection, missing: dict[int, tuple[int, bytes | None]]) -> Iterator[str]:
    last, before, digest = 0, FIRST, FIRST
    for row, *fields, digest in conn.execute(_JOURNAL):
        alone = None
        if row != last + 1:
            until, alone = missing.get(last + 1, (0, None))
            if row != until + 1:
                yield f"row {last + 1} of the journal is missing"
        whole = link(before, (row, *fields)) == digest
        if not whole and (alone is None or lone_digest((row, *fields)) != alone):
            yield f"row {row} of the journal, or the row before it, was changed"
        last, before = row, digest
    noted, noted_digest = conn.execute("SELECT id, hash FROM journal_head").fetchone() or (-1, b"")
    until, _ = missing.get(last + 1, (last, None))
    if noted != until or noted_digest != before:
        yield f"the journal ends at row {last}, but row {noted} was the last written"


def _admissions(
    conn: sqlite3.Connection, missing: dict[int, tuple[int, bytes | None]]
) -> Iterator[str]:
    for query in (_UNLIKE, _SECTION_UNLIKE, _UNMADE, _MOVED, _STRAYS):
        yield from (line for (line,) in conn.execute(query))
    lost = conn.execute(
        "SELECT journal FROM admission WHERE journal NOT IN (SELECT id FROM journal)"
    )
    for (row,) in lost:
        if not any(first <= row <= last for first, (last, _) in missing.items()):
            yield f"an admission has no row {row} in the journal"
    states = {state.value for state in State}
    for (state,) in conn.execute("SELECT DISTINCT state FROM admission"):
        if state not in states:
            yield f"an admission is in state {state!r}"
    for (at,) in conn.execute(_TIMES):
        datetime.fromisoformat(at)  # or a ValueError, which is damage too


def _has_table(conn: sqlite3.Connection, name: str) -> bool:
    row = conn.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,))
    return row.fetchone() is not None
