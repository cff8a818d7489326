"""Replaces a damaged database by a sound one with every readable record; keeps the damaged one."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

import structlog

from scanner.facts import Code, Fact
from scanner.store import journal
from scanner.store.checkpoint import (
    forget_checkpoint,
    observe,
    read_checkpoint,
    write_checkpoint,
)
from scanner.store.contradictions import GAPS
from scanner.store.database import open_database, open_reader, transaction
from scanner.store.errors import StoreError, StoreFault
from scanner.store.integrity import find_cache_damage, find_damage
from scanner.store.journal import NOTE, JournalNote
from scanner.store.ledger import State, counts
from scanner.store.locks import only_maker, only_user, open_lock_file
from scanner.store.migrate import cache_file, make_cache
from scanner.store.quarantine import copy_to_quarantine, sync_to_disk
from scanner.store.recovery.page_reader import Value, read_files
from scanner.store.recovery.reconstruct import Reconstruction, reconstruct
from scanner.store.recovery.record_forms import is_wanted


class RecoveryNote(Code):
    """What a recovery tells: each is one line of its report."""

    SOUND = "store.recovery_sound"
    DAMAGE = "store.recovery_damage"
    COPY = "store.recovery_copy"
    RESTORED = "store.recovery_restored"
    STATES = "store.recovery_states"
    REBUILT = "store.recovery_rebuilt"
    ROWS_LOST = "store.recovery_rows_lost"
    NO_ROW_LOST = "store.recovery_no_row_lost"
    MAY_RETURN = "store.recovery_may_return"
    NEXT_SYNC = "store.recovery_next_sync"
    NEXT_LIST = "store.recovery_next_list"
    NEXT_OPEN = "store.recovery_next_open"


_KIND = 8
"""The place of a journal row's kind among its columns."""


class Kept(Enum):
    """What became of the cache."""

    ALL = "all"
    SESSION = "session"
    NOTHING = "nothing"


_NEXT = {
    Kept.ALL: RecoveryNote.NEXT_SYNC,
    Kept.SESSION: RecoveryNote.NEXT_LIST,
    Kept.NOTHING: RecoveryNote.NEXT_OPEN,
}


@dataclass(frozen=True, slots=True)
class Report:
    """What a recovery restored.

    Attributes:
        damage: what was wrong; without it, the database was sound and nothing was changed.
        copy: where the damaged file is kept.
        presentations: rows of the journal.
        admissions: how many there are in each state, passages among them.
        rebuilt: how many of them are known from the journal alone.
        missing: runs of journal rows that could not be read, first to last.
        kept: what became of the cache.
    """

    damage: Fact | None
    copy: Path | None
    presentations: int
    admissions: dict[State, int]
    rebuilt: int = 0
    missing: tuple[tuple[int, int], ...] = ()
    kept: Kept = Kept.ALL

    def notes(self) -> list[Fact]:
        """Return the report's lines, the last of them what to do next."""
        states = Fact(RecoveryNote.STATES, {each.value: self.admissions[each] for each in State})
        if self.damage is None:
            return [Fact(RecoveryNote.SOUND, {"count": self.presentations, "states": states})]
        notes = [
            Fact(RecoveryNote.DAMAGE, {"damage": self.damage}),
            Fact(RecoveryNote.COPY, {"file": self.copy}),
            Fact(RecoveryNote.RESTORED, {"count": self.presentations, "states": states}),
        ]
        if self.rebuilt:
            notes.append(Fact(RecoveryNote.REBUILT, {"count": self.rebuilt}))
        if self.missing:
            runs = (str(a) if a == b else f"{a}-{b}" for a, b in self.missing)
            notes += [
                Fact(RecoveryNote.ROWS_LOST, {"rows": ", ".join(runs)}),
                Fact(RecoveryNote.MAY_RETURN),
            ]
        else:
            notes.append(Fact(RecoveryNote.NO_ROW_LOST))
        return [*notes, Fact(_NEXT[self.kept])]


def recover(file: Path, at: datetime) -> Report:
    """Replace a damaged database by a sound one with every readable record.

    What was not settled is restored as sent and not answered: the replay asks the API before it
    sends, so that nothing is sent twice. The damaged file and its log are copied to quarantine. A
    recovery that was interrupted is started again, or finished.

    Args:
        file: the database.
        at: the gate's time, aware; noted with the gaps.

    Raises:
        DatabaseBusy: another process has the database open.
        StoreError: there is none, or nothing sound could be made of it.
    """
    ready = _beside(file, "recovered")
    if not file.exists():
        raise StoreError(StoreFault.NO_DATABASE, file=file)
    with only_maker(file):
        if ready.exists():
            with only_user(file):
                _put_in_place(ready, file)
        damage = find_damage(file)
        if damage is None:
            return _sound(file)
        with only_user(file):
            try:
                return _recover(file, damage, at)
            except OSError as error:
                raise StoreError(
                    StoreFault.RECOVERY_NOT_WRITTEN, file=file, why=error.strerror or ""
                ) from error


def _recover(file: Path, damage: Fact, at: datetime) -> Report:
    copy = copy_to_quarantine(file)
    structlog.get_logger("store").warning("recovering", damage=str(damage), copy=str(copy))
    rows = read_files(copy, is_wanted)
    partial, ready = _beside(file, "recovering"), _beside(file, "recovered")
    _remove(partial)
    with closing(open_database(partial)) as conn:
        columns = [name for _, name, *_ in conn.execute("PRAGMA main.table_info(admission)")]
        found = reconstruct(rows, columns, read_checkpoint(file), _event_with_passages(copy))
        conn.execute("PRAGMA foreign_keys = OFF")  # an admission may have lost its journal row
        with transaction(conn):
            _write(conn, found, at)
        kept = _keep_cache(file, copy, conn)
        admissions = counts(conn)
    if problem := find_damage(partial):
        raise StoreError(StoreFault.NOT_RECOVERED, file=file, problem=problem, copy=copy.name)
    partial.replace(ready)
    _remove(partial)
    _put_in_place(ready, file)
    return Report(
        damage,
        copy,
        sum(each[_KIND] != NOTE for each in found.journal.values()),
        admissions,
        found.rebuilt,
        tuple((gap.first, gap.last) for gap in found.gaps),
        kept,
    )


def _sound(file: Path) -> Report:
    with closing(open_reader(file)) as conn:
        (presentations,) = conn.execute(
            "SELECT count(*) FROM journal WHERE kind <> ?", (NOTE,)
        ).fetchone()
        return Report(None, None, presentations, counts(conn))


def _write(conn: sqlite3.Connection, found: Reconstruction, at: datetime) -> None:
    """Write the reconstructed ledger into a new database."""
    # Before their presentations, which may admit a serial again, and make records of passages.
    for table, records in (("admission", found.admissions), ("passage", found.passages)):
        for each in records:
            names = ", ".join(each)
            marks = ", ".join("?" * len(each))
            conn.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(each.values()))
    marks = ",".join("?" * 14)
    conn.executemany(f"INSERT INTO journal VALUES ({marks})", found.journal.values())
    conn.executemany("INSERT INTO withheld VALUES (?, ?)", found.withheld.items())
    conn.executemany("INSERT INTO shown VALUES (?, ?)", found.shown.items())
    conn.executemany("INSERT INTO transition VALUES (?, ?, ?, ?, ?, ?, ?)", found.transitions)
    _note_moves(conn, (*found.admissions, *found.passages))
    conn.executemany(
        f"INSERT INTO {GAPS} VALUES (?, ?, ?, ?)",
        [(gap.first, gap.last, gap.next_digest, at.isoformat()) for gap in found.gaps],
    )
    moves = journal.last_move(conn)
    journal.note(conn, Fact(JournalNote.RECOVERED, {"moves": moves}), at, "recover")


def _note_moves(conn: sqlite3.Connection, records: tuple[dict[str, Value], ...]) -> None:
    """Let the transitions lead to the state that each record came back with."""
    query = "SELECT journal, after, reason FROM transition ORDER BY id"
    last = {journal: (after, reason) for journal, after, reason in conn.execute(query)}
    for each in records:
        state, reason = each["state"], each.get("reason")
        if state == State.LOCAL.value:
            continue  # it never moves
        before, noted = last.get(each["journal"], (State.QUEUED.value, None))
        if before != state or (state != State.SENDING and noted != reason):
            conn.execute(
                "INSERT INTO transition (serial, before, after, reason, journal)"
                " VALUES (?, ?, ?, ?, ?)",
                (each["serial"], before, state, reason, each["journal"]),
            )


def _event_with_passages(copy: Path) -> str | None:
    """Return the session's event, where its platform takes passages and that can be read."""
    try:
        with closing(open_reader(copy)) as old:
            row = old.execute("SELECT event FROM session WHERE passages").fetchone()
    except (StoreError, sqlite3.Error):
        return None  # or it is of a version without them
    return str(row[0]) if row else None


def _keep_cache(file: Path, copy: Path, conn: sqlite3.Connection) -> Kept:
    """Keep the session if it can be read, and the cache if it is sound; else start an empty one.

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
    for suffix in ("", "-wal", "-shm"):
        Path(f"{cache_file(file)}{suffix}").unlink(missing_ok=True)
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
    """Replace the database atomically; its old log is removed before, or SQLite would replay it."""
    with closing(open_reader(ready)) as conn:
        checkpoint = observe(conn)
    for suffix in ("-wal", "-shm"):
        Path(f"{ready}{suffix}").unlink(missing_ok=True)
    sync_to_disk(ready)
    forget_checkpoint(file)
    for suffix in ("-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
    ready.replace(file)
    make_cache(file)
    sync_to_disk(file.parent)
    write_checkpoint(file, checkpoint)


def _beside(file: Path, what: str) -> Path:
    return file.with_name(f"{file.name}.{what}")


def _remove(database: Path) -> None:
    """Remove what an earlier try has left: the database, its cache, their logs and locks."""
    cache = cache_file(database)
    companions = (f"{each}{suffix}" for each in (database, cache) for suffix in ("-wal", "-shm"))
    locks = (f"{database}.lock", str(open_lock_file(database)))
    for each in (str(database), str(cache), *companions, *locks):
        Path(each).unlink(missing_ok=True)
