"""Checks that the ledger is as it was written; a gate does so before it admits anybody."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from scanner.facts import Fact
from scanner.store import schema
from scanner.store.checkpoint import Checkpoint, read_checkpoint
from scanner.store.database import files_of, open_reader, snapshot
from scanner.store.errors import (
    Damage,
    DatabaseBusy,
    DiskFull,
    FolderUnusable,
    ForeignDatabase,
    NewerDatabase,
    StoreError,
    damaged,
    require_room,
    store_error,
)
from scanner.store.journal import FIRST, hashed, link
from scanner.store.ledger import State
from scanner.store.quarantine import quarantine

if TYPE_CHECKING:
    from sqlite_utils.migrations import Migrations

LEDGER = ("journal", "admission", "withheld", "transition")
"""The tables of the ledger. The cache has the others; a sync brings them again."""

GAPS = "recovery"
"""The table in which a recovery notes which journal rows could not be brought back."""

_NO_DAMAGE = (DatabaseBusy, DiskFull, FolderUnusable, ForeignDatabase)

_SHAPE_QUERY = (
    "SELECT type, name, tbl_name, sql FROM {}.sqlite_master WHERE name NOT LIKE '%sqlite_%'"
)
_JOURNAL = "SELECT hash, * FROM journal ORDER BY id"
"""The table's columns in its order; an earlier version has no parameters."""
_UNLIKE = """
SELECT admission.serial FROM admission JOIN journal ON journal.id = admission.journal
WHERE journal.kind <> 'admitted'
    OR (journal.serial, journal.event, journal.redeemer, journal.device, journal.at)
    IS NOT (admission.serial, admission.event, admission.redeemer, admission.device, admission.at)
"""
_SECTION_UNLIKE = """
SELECT admission.serial FROM admission JOIN journal ON journal.id = admission.journal
WHERE json_extract(journal.evidence, '$.ticket.section[0]') <> admission.section
"""
_UNMADE = """
SELECT journal.id FROM journal
WHERE journal.kind = 'admitted' AND journal.id NOT IN (SELECT journal FROM admission)
    AND journal.id < (SELECT max(journal) FROM admission)   -- the rest waits to be enqueued
"""
_MOVES = "transition"
_FORMER_MOVES = "(SELECT transition.*, journal FROM transition LEFT JOIN admission USING (serial))"
"""The same until version 4, when a serial was admitted once."""

_MOVED = """
SELECT admission.serial FROM admission LEFT JOIN
    (SELECT journal, after, reason, max(id) FROM {moves} GROUP BY journal) AS last
    ON last.journal = admission.journal
WHERE admission.state <> coalesce(last.after, 'queued')
    OR (admission.state <> 'sending' AND admission.reason IS NOT last.reason)
"""
_STRAYS = """
SELECT move.id FROM {moves} AS move LEFT JOIN admission USING (journal)
WHERE admission.serial IS NOT move.serial
"""
_BY_ROW = 5
"""The version since which a transition and a refusal have their admission's journal row."""

_WITHHELD = "SELECT serial, withheld.reason FROM withheld LEFT JOIN admission USING (journal)"
_JUDGED_AGAIN = """
SELECT serial, evidence FROM journal
WHERE serial IN (SELECT serial FROM withheld JOIN admission USING (journal))
"""

_CONTRADICTIONS = (
    (_UNLIKE, Damage.ADMISSION_UNLIKE, "serial"),
    (_SECTION_UNLIKE, Damage.SECTION_UNLIKE, "serial"),
    (_UNMADE, Damage.ADMISSION_MISSING, "row"),
    (_MOVED, Damage.NEVER_MOVED, "serial"),
    (_STRAYS, Damage.STRAY_TRANSITION, "transition"),
)
"""What no sound ledger has: the query, what it finds, and the name of what it returns."""

_TIMES = """
SELECT sent FROM admission WHERE sent IS NOT NULL
UNION SELECT settled FROM admission WHERE settled IS NOT NULL
"""


def verify(file: Path) -> None:
    """Check the structure of the database and every row of its ledger; 20,000 take about 0.2 s.

    Nothing is changed. A database that does not exist yet is sound. A damaged one is copied to
    quarantine before this raises.

    Raises:
        BrokenDatabase: it is not as it was written; nobody may be admitted by it.
        NewerDatabase: its version number is higher than this program's.
        StoreError: it can't be opened, or the disk is full.
    """
    require_room(file)
    problem = _find(file)
    if problem is None:
        return
    structlog.get_logger("store").error("the database is damaged", problem=str(problem))
    raise damaged(file, quarantine(file))


def find_damage(file: Path) -> Fact | None:
    """Return the first thing that is wrong with a database: a `Damage`, or the `StoreFault` met.

    A higher version number on a database of this program's own shape is damage too.

    Raises:
        StoreError: it can't be opened, and not because it is damaged.
    """
    try:
        return _find(file)
    except NewerDatabase as error:
        if _is_of_this_shape(file):
            return Fact(Damage.NEWER_NUMBER, error.fact.params)
        raise


def _find(file: Path) -> Fact | None:
    if not file.exists():
        return None
    checkpoint = read_checkpoint(file)  # before the database: a gate at work may write on
    try:
        with closing(open_reader(file)) as conn, snapshot(conn):
            checks = (_unlike_checkpoint(conn, checkpoint), _cut(conn), _unlike_written(conn))
            return next(chain.from_iterable(checks), None)
    except NewerDatabase:
        raise
    except StoreError as error:
        if isinstance(error, _NO_DAMAGE):
            raise
        return error.fact
    except sqlite3.Error as error:
        met = store_error(error, file)
        if isinstance(met, _NO_DAMAGE):
            raise met from None
        return _unreadable(error)
    except (ValueError, TypeError) as error:  # a stored value is not of its type
        return _unreadable(error)


def _unreadable(error: Exception) -> Fact:
    return Fact(Damage.UNREADABLE, {"said": str(error)})


def find_cache_damage(conn: sqlite3.Connection) -> Fact | None:
    """Return the first thing that is wrong with the cache that a reader has attached.

    Raises:
        sqlite3.Error: it can't be read at all.
    """
    return next(chain(_lines(conn, "PRAGMA cache.integrity_check(1)"), _cache_shape(conn)), None)


def find_contradictions(conn: sqlite3.Connection) -> Iterator[Fact]:
    """Yield where admissions contradict the journal or the transitions, as `Damage`."""
    return _admissions(conn, gaps(conn), _MOVES)


def gaps(conn: sqlite3.Connection) -> dict[int, tuple[int, bytes | None]]:
    """Return the journal rows that recoveries could not bring back.

    By the first row of each run: its last row, and the digest of the row that follows alone,
    since the chain can't check that one.
    """
    if not _has_table(conn, GAPS):
        return {}
    rows = conn.execute(f"SELECT first, last, next_digest FROM {GAPS}")
    return {first: (last, digest) for first, last, digest in rows}


def lone_digest(fields: tuple[object, ...]) -> bytes:
    """Compute the digest of a journal row alone: its number and its fields, without its hash."""
    return link(FIRST, fields)


def _unlike_checkpoint(conn: sqlite3.Connection, checkpoint: Checkpoint | None) -> Iterator[Fact]:
    version = conn.execute("PRAGMA user_version").fetchone()[0]
    if not _has_table(conn, "journal"):
        if checkpoint or version:
            yield Fact(Damage.NO_TABLES)
        return
    if checkpoint and (problem := checkpoint.contradicts(conn)):
        yield problem


def _cut(conn: sqlite3.Connection) -> Iterator[Fact]:
    """Find a last page that is not whole: SQLite reads what is missing as zeros.

    With a log, the page may be in it: a loss of power during SQLite's checkpoint does that.
    """
    for name, path in files_of(conn):
        log = Path(f"{path}-wal")
        (size,) = conn.execute(f"PRAGMA {name}.page_size").fetchone()
        if path.stat().st_size % size and not (log.exists() and log.stat().st_size):
            yield Fact(Damage.PAGE_CUT, {"file": path.name})


def _is_of_this_shape(file: Path) -> bool:
    """Tell whether a database that says it is newer has this program's schema."""
    uri = f"{file.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as conn:
        return not list(_shape(conn))


def _unlike_written(conn: sqlite3.Connection) -> Iterator[Fact]:
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
        yield Fact(Damage.VERSION, {"version": version})
    for name, path in files_of(conn):
        if conn.execute(f"PRAGMA {name}.journal_mode").fetchone()[0] != "wal":
            yield Fact(Damage.NOT_WAL, {"file": path.name})
    missing = gaps(conn)
    yield from _chain(conn, missing)
    yield from _admissions(conn, missing, _MOVES if version >= _BY_ROW else _FORMER_MOVES)
    if version >= _BY_ROW and not missing:
        yield from _refusals(conn)


def _lines(conn: sqlite3.Connection, check: str) -> Iterator[Fact]:
    found = (line for (line,) in conn.execute(check) if line != "ok")
    return (Fact(Damage.STRUCTURE, {"said": " ".join(line.split())}) for line in found)


def _shape(conn: sqlite3.Connection) -> Iterator[Fact]:
    """Compare the ledger's tables, indexes and triggers with those that the migrations make.

    Where their digest is the known one, nothing is made to compare with: that takes 0.2 s.
    """
    return _unlike_made(conn, "main", schema.SHAPE, schema.migrations)


def _cache_shape(conn: sqlite3.Connection) -> Iterator[Fact]:
    """Do the same with the cache, where it is attached and needs no migration."""
    if "cache" not in dict(files_of(conn)):
        return
    if conn.execute("PRAGMA cache.user_version").fetchone()[0] == schema.CACHE_CURRENT:
        yield from _unlike_made(conn, "cache", schema.CACHE_SHAPE, schema.cache_migrations)


def _unlike_made(
    conn: sqlite3.Connection, part: str, digest: str, migrations: "Callable[[], Migrations]"
) -> Iterator[Fact]:
    found = set(conn.execute(_SHAPE_QUERY.format(part)))
    if shape_digest(found) == digest:
        return
    expected = expected_shape(migrations())
    for kind, name, *_ in sorted(expected ^ found, key=str):
        yield Fact(Damage.SCHEMA_UNLIKE, {"kind": kind, "name": name})


def expected_shape(migrations: "Migrations") -> set[tuple[str, ...]]:
    """Return type, name, table and SQL of all that migrations make."""
    import sqlite_utils

    with closing(sqlite3.connect(":memory:")) as model:
        migrations.apply(sqlite_utils.Database(model))
        return set(model.execute(_SHAPE_QUERY.format("main")))


def shape_digest(shape: set[tuple[str, ...]]) -> str:
    """Return the SHA-256 of a shape, in hexadecimal."""
    return hashlib.sha256(repr(sorted(shape, key=str)).encode()).hexdigest()


def _chain(
    conn: sqlite3.Connection, missing: dict[int, tuple[int, bytes | None]]
) -> Iterator[Fact]:
    last, before, digest = 0, FIRST, FIRST
    for digest, *stored in conn.execute(_JOURNAL):
        row, fields = stored[0], hashed(tuple(stored))
        alone = None
        if row != last + 1:
            until, alone = missing.get(last + 1, (0, None))
            if row != until + 1:
                yield Fact(Damage.ROW_MISSING, {"row": last + 1})
        whole = link(before, fields) == digest
        if not whole and (alone is None or lone_digest(fields) != alone):
            yield Fact(Damage.ROW_CHANGED, {"row": row})
        last, before = row, digest
    noted, noted_digest = conn.execute("SELECT id, hash FROM journal_head").fetchone() or (-1, b"")
    until, _ = missing.get(last + 1, (last, None))
    if noted != until or noted_digest != before:
        yield Fact(Damage.END_MISSING, {"last": last, "noted": noted})


def _admissions(
    conn: sqlite3.Connection, missing: dict[int, tuple[int, bytes | None]], moves: str
) -> Iterator[Fact]:
    for query, code, name in _CONTRADICTIONS:
        found = conn.execute(query.format(moves=moves))
        yield from (Fact(code, {name: value}) for (value,) in found)
    lost = conn.execute(
        "SELECT journal FROM admission WHERE journal NOT IN (SELECT id FROM journal)"
    )
    for (row,) in lost:
        if not any(first <= row <= last for first, (last, _) in missing.items()):
            yield Fact(Damage.NO_JOURNAL_ROW, {"row": row})
    states = {state.value for state in State if state is not State.LOCAL}
    for (state,) in conn.execute("SELECT DISTINCT state FROM admission"):
        if state not in states:
            yield Fact(Damage.UNKNOWN_STATE, {"state": state})
    for (at,) in conn.execute(_TIMES):
        datetime.fromisoformat(at)  # or a ValueError, which is damage too


def _refusals(conn: sqlite3.Connection) -> Iterator[Fact]:
    """Find refusals that no presentation tells: one was judged by each when it was written."""
    told = {
        (serial, json.dumps(json.loads(evidence).get("refusal"), sort_keys=True))
        for serial, evidence in conn.execute(_JUDGED_AGAIN)
    }
    for serial, reason in conn.execute(_WITHHELD):
        plain = json.loads(reason) if reason.startswith("{") else reason  # until version 3
        if (serial, json.dumps(plain, sort_keys=True)) not in told:
            yield Fact(Damage.ADMISSION_UNLIKE, {"serial": serial})


def _has_table(conn: sqlite3.Connection, name: str) -> bool:
    row = conn.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,))
    return row.fetchone() is not None
