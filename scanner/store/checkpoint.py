"""A second memory of how far the ledger came, outside of the database.

A database that lost its newest commits (its log cut short, an old copy put back) is whole in
itself; only something beside it can tell. The witness is written after each commit and not
synced: it may lag behind after a loss of power, which proves nothing, but it never runs ahead.
"""

import contextlib
import hashlib
import mmap
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

_CHECK_DIGITS = 16
_LARGEST = 512


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The journal's last row and its hash, and the number of the last transition."""

    row: int
    digest: bytes
    transition: int

    def contradicts(self, conn: sqlite3.Connection) -> str | None:
        """Say what a database lacks that was written once; call with the ledger's tables there."""
        (last,) = conn.execute("SELECT id FROM journal_head").fetchone() or (0,)
        if last < self.row:
            return f"row {self.row} of the journal was written, but it ends at row {last}"
        known = conn.execute("SELECT hash FROM journal WHERE id = ?", (self.row,)).fetchone()
        if known and known[0] != self.digest:
            return f"row {self.row} of the journal is not the one that was written"
        (moves,) = conn.execute("SELECT coalesce(max(id), 0) FROM transition").fetchone()
        if moves < self.transition:
            return f"transition {self.transition} was written, but the last is {moves}"
        return None


def checkpoint_file(database: Path) -> Path:
    """Return the witness's place, beside the database."""
    return database.with_name(f"{database.name}.last")


def observe(conn: sqlite3.Connection) -> Checkpoint:
    """Read from the database what a witness is to remember."""
    row, digest, moves = conn.execute(
        "SELECT id, hash, (SELECT coalesce(max(id), 0) FROM transition) FROM journal_head"
    ).fetchone()
    return Checkpoint(int(row), bytes(digest), int(moves))


def read_checkpoint(database: Path) -> Checkpoint | None:
    """Read the witness; one that is missing, torn or damaged says nothing."""
    try:
        with checkpoint_file(database).open("rb") as stream:
            words = stream.read(_LARGEST).decode("ascii").split()
        row, digest, moves, check = words
        if _check(" ".join((row, digest, moves))) != check:
            return None
        return Checkpoint(int(row), bytes.fromhex(digest), int(moves))
    except (OSError, ValueError):
        return None


def forget_checkpoint(database: Path) -> None:
    """Take the witness away: the database that it knew is gone."""
    with contextlib.suppress(FileNotFoundError):
        checkpoint_file(database).unlink()


class CheckpointFile:
    """Writes the witness of one database; a disk that takes nothing is no reason to stop."""

    def __init__(self, database: Path) -> None:
        self._file = checkpoint_file(database)
        self._page: mmap.mmap | None = None
        self._last: Checkpoint | None = None

    def note(self, conn: sqlite3.Connection) -> None:
        """Write down how far the ledger is; call after a commit."""
        self._write(observe(conn))

    def note_row(self, conn: sqlite3.Connection, row: int, digest: bytes) -> None:
        """Write down the journal's last row, after a commit that moved no admission."""
        if self._last is None:
            self.note(conn)
        else:
            self._write(Checkpoint(row, digest, self._last.transition))

    def close(self) -> None:
        """Let go of the file."""
        if self._page is not None:
            self._page.close()
            self._page = None

    def _write(self, witness: Checkpoint) -> None:
        """Write into memory that the system shares with the file: no call is as quick."""
        if witness == self._last:
            return
        text = f"{witness.row:020} {witness.digest.hex()} {witness.transition:020}"
        line = f"{text} {_check(text)}\n".encode()
        with contextlib.suppress(OSError, ValueError):
            if self._page is None:
                self._page = self._open(len(line))
            self._page[: len(line)] = line
            self._last = witness

    def _open(self, size: int) -> mmap.mmap:
        handle = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(handle).st_size != size:
                os.posix_fallocate(handle, 0, size)  # or a full disk would end the process
                os.truncate(handle, size)
            return mmap.mmap(handle, size)
        finally:
            os.close(handle)


def _check(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_CHECK_DIGITS]
