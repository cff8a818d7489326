"""Making a whole database from a damaged one; the damaged one is kept."""

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import IO

import structlog

from scanner.store.checkpoint import forget_checkpoint, note_checkpoint, read_checkpoint
from scanner.store.database import open_database, open_reader, transaction
from scanner.store.errors import DatabaseBusy, StoreError
from scanner.store.integrity import GAPS, find_cache_damage, find_damage
from scanner.store.ledger import State, counts
from scanner.store.migrate import alone, cache_file, make_cache
from scanner.store.recovery.page_reader import Value, salvage_files
from scanner.store.recovery.quarantine import (
    copy_cache,
    copy_durably,
    quarantine_name,
    sync_to_disk,
)
from scanner.store.recovery.reconstruct import Remains, is_wanted, judge_remains

_SHARED_FIRST, _SHARED_SIZE = 0x4000_0002, 510
"""The bytes of the file that every open connection holds a lock on (SQLite's os_unix.c)."""


class Kept(Enum):
    """What became of the cache, and so what is to do next."""

    ALL = "all"
    SESSION = "session"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Report:
    """What a recovery brought back; without `damage`, the database was whole and is as it was.

    `rebuilt` of the admissions are known from the journal alone; `missing` are runs of journal
    rows, first to last, that could not be read.
    """

    damage: str | None
    copy: Path | None
    presentations: int
    admissions: dict[State, int]
    rebuilt: int = 0
    missing: tuple[tuple[int, int], ...] = ()
    kept: Kept = Kept.ALL


def recover(file: Path, at: datetime) -> Report:
    """Put a whole database with every readable record in a damaged one's place.

    What was not settled comes back as being sent and not answered: the replay looks before it
    sends, so that nothing is sent twice. The damaged file and its log go to a copy beside it. A
    recovery that was interrupted is begun again, or finished.

    Args:
        file: the database.
        at: the gate's time, aware; noted with the gaps.

    Raises:
        DatabaseBusy: another program has the database open.
        StoreError: there is none, or nothing whole could be made of it.
    """
    ready = _beside(file, "recovered")
    if not file.exists():
        raise StoreError(f"There is no database {file}; `scanner open` makes one.")
    with alone(file):
        if ready.exists():
            with _only_user(file):
                _put_in_place(ready, file)
        damage = find_damage(file)
        if damage is None:
            return _whole(file)
        with _only_user(file) as stream:
            try:
                return _recover(file, stream, damage, at)
            except OSError as error:
                raise StoreError(
                    f"The recovery of {file} could not be written ({error.strerror}); "
                    "free some space and run it again."
                ) from error


def _recover(file: Path, stream: IO[bytes], damage: str, at: datetime) -> Report:
    copy = _copy(file, stream)
    structlog.get_logger("store").warning("recovering", damage=damage, copy=str(copy))
    rows = salvage_files(copy, is_wanted)
    partial, ready = _beside(file, "recovering"), _beside(file, "recovered")
    _remove(partial)
    _remove(cache_file(partial))
    with closing(open_database(partial)) as conn:
        columns = [name for _, name, *_ in conn.execute("PRAGMA main.table_info(admission)")]
        remains = judge_remains(rows, columns, read_checkpoint(file))
        conn.execute("PRAGMA foreign_keys = OFF")  # an admission may have lost its journal row
        with transaction(conn):
            _write(conn, remains, at)
        kept = _keep_cache(file, copy, conn)
        admissions = counts(conn)
    if problem := find_damage(partial):
        raise StoreError(
            f"No whole database could be made of {file} ({problem}); keep {copy.name}."
        )
    partial.replace(ready)
    _remove(partial)
    _remove(cache_file(partial))
    _put_in_place(ready, file)
    return Report(
        damage,
        copy,
        len(remains.journal),
        admissions,
        remains.rebuilt,
        tuple((gap.first, gap.last) for gap in remains.gaps),
        kept,
    )


def _whole(file: Path) -> Report:
    with closing(open_reader(file)) as conn:
        (presentations,) = conn.execute("SELECT count(*) FROM journal").fetchone()
        return Report(None, None, presentations, counts(conn))


@contextlib.contextmanager
def _only_user(file: Path) -> Iterator[IO[bytes]]:
    """Keep every other program out; read through the stream, closing any other frees the lock."""
    import fcntl

    with file.open("r+b") as stream:
        try:
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
        except OSError as error:
            raise DatabaseBusy(
                f"The database {file} is open in another program; "
                "end the gate, then run `scanner recover` again."
            ) from error
        yield stream


def _copy(file: Path, stream: IO[bytes]) -> Path:
    """Copy the damaged file and its log aside, unless that is done."""
    target = quarantine_name(file)
    if not target.exists():
        log = Path(f"{file}-wal")
        if log.exists():
            with log.open("rb") as source:
                copy_durably(source, Path(f"{target}-wal"))
        copy_cache(file, target)
        copy_durably(stream, target)
    return target


def _write(conn: sqlite3.Connection, remains: Remains, at: datetime) -> None:
    """Write the ledger as it can be brought back, into a new database."""
    marks = ",".join("?" * 12)
    conn.executemany(f"INSERT INTO journal VALUES ({marks})", remains.journal.values())
    for each in remains.admissions:
        names = ", ".join(each)
        marks = ", ".join("?" * len(each))
        conn.execute(f"INSERT INTO admission ({names}) VALUES ({marks})", tuple(each.values()))
    conn.executemany("INSERT INTO withheld VALUES (?, ?)", remains.withheld.items())
    conn.executemany("INSERT INTO transition VALUES (?, ?, ?, ?, ?, ?)", remains.transitions)
    _note_moves(conn, remains.admissions)
    conn.executemany(
        f"INSERT INTO {GAPS} VALUES (?, ?, ?, ?)",
        [(gap.first, gap.last, gap.next_digest, at.isoformat()) for gap in remains.gaps],
    )


def _note_moves(conn: sqlite3.Connection, admissions: tuple[dict[str, Value], ...]) -> None:
    """Let the transitions lead to the state that each admission came back with."""
    last = dict(conn.execute("SELECT serial, after FROM transition ORDER BY id"))
    reasons = dict(conn.execute("SELECT serial, reason FROM transition ORDER BY id"))
    for each in admissions:
        serial, state, reason = each["serial"], each["state"], each.get("reason")
        before = last.get(serial, State.QUEUED.value)
        if before != state or (state != State.SENDING and reasons.get(serial) != reason):
            conn.execute(
                "INSERT INTO transition (serial, before, after, reason) VALUES (?, ?, ?, ?)",
                (serial, before, state, reason),
            )


def _keep_cache(file: Path, copy: Path, conn: sqlite3.Connection) -> Kept:
    """Bring the session where it reads whole; leave the cache where it does, else begin it anew.

    The next sync reads the whole list again: what the last ones brought may be lost.
    """
    try:
        with closing(open_reader(copy)) as old, transaction(conn):
            _copy_table(old, conn, "session")
            conn.execute("UPDATE session SET watermark = NULL, whole = NULL")
            whole = find_cache_damage(old) is None
        if not conn.execute("SELECT 1 FROM session").fetchone():
            return Kept.NOTHING
        if whole:
            return Kept.ALL
    except (StoreError, sqlite3.Error):
        return Kept.NOTHING  # nothing of it can be read
    finally:
        for each in (copy, cache_file(copy)):
            Path(f"{each}-shm").unlink(missing_ok=True)
    conn.execute("UPDATE session SET synced = NULL")
    _remove(cache_file(file))
    return Kept.SESSION


def _copy_table(old: sqlite3.Connection, conn: sqlite3.Connection, table: str) -> None:
    (verdict,) = old.execute(f"PRAGMA main.integrity_check({table})").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)
    columns = [name for _, name, *_ in conn.execute(f"PRAGMA main.table_info({table})")]
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    rows = old.execute(f"SELECT {names} FROM {table}").fetchall()
    conn.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def _put_in_place(ready: Path, file: Path) -> None:
    """Replace the database at once; its old log must be gone before, or it would be read again."""
    sync_to_disk(ready)
    forget_checkpoint(file)
    for suffix in ("-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
    ready.replace(file)
    make_cache(file)
    sync_to_disk(file.parent)
    with closing(open_reader(file)) as conn:
        note_checkpoint(conn, file)


def _beside(file: Path, what: str) -> Path:
    return file.with_name(f"{file.name}.{what}")


def _remove(database: Path) -> None:
    """Remove what an earlier try has left, with all that lies beside it."""
    for suffix in ("", "-wal", "-shm", ".lock"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)
