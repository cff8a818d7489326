"""A checkpoint: how far the ledger came, in a small file beside the database.

A database that has lost its newest commits (its log was cut short, an old copy was put back) is
whole in itself. Only something beside it can tell. The checkpoint is written after each commit and
not synced. It may lag behind after a loss of power, which proves nothing; it never runs ahead.
"""

import contextlib
import hashlib
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from scanner.facts import Fact
from scanner.store.errors import Damage

_CHECK_DIGITS = 16
_LARGEST = 512
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The journal's last row and its hash, and the number of the last transition."""

    row: int
    digest: bytes
    transition: int

    def contradicts(self, conn: sqlite3.Connection) -> Fact | None:
        """Return what a database lacks that was written once; its ledger's tables must be there."""
        (last,) = conn.execute("SELECT id FROM journal_head").fetchone() or (0,)
        if last < self.row:
            return Fact(Damage.LOST_ROWS, {"row": self.row, "last": last})
        known = conn.execute("SELECT hash FROM journal WHERE id = ?", (self.row,)).fetchone()
        if known and known[0] != self.digest:
            return Fact(Damage.OTHER_ROW, {"row": self.row})
        (moves,) = conn.execute("SELECT coalesce(max(id), 0) FROM transition").fetchone()
        if moves < self.transition:
            return Fact(Damage.LOST_TRANSITIONS, {"transition": self.transition, "last": moves})
        return None


def checkpoint_file(database: Path) -> Path:
    """Return the checkpoint's place, beside the database."""
    return database.with_name(f"{database.name}.last")


def observe(conn: sqlite3.Connection) -> Checkpoint:
    """Read from the database what a checkpoint holds."""
    row, digest, moves = conn.execute(
        "SELECT id, hash, (SELECT coalesce(max(id), 0) FROM transition) FROM journal_head"
    ).fetchone()
    return Checkpoint(int(row), bytes(digest), int(moves))


def read_checkpoint(database: Path) -> Checkpoint | None:
    """Read the checkpoint; one that is missing, torn or damaged says nothing."""
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
    """Remove the checkpoint: the database that it describes is gone."""
    with contextlib.suppress(FileNotFoundError):
        checkpoint_file(database).unlink()


def write_checkpoint(database: Path, checkpoint: Checkpoint) -> None:
    """Write down how far the ledger is, after a commit.

    A new file is written and renamed: a crash leaves the old checkpoint or the new one. A disk
    that takes nothing is no reason to stop.
    """
    text = f"{checkpoint.row:020} {checkpoint.digest.hex()} {checkpoint.transition:020}"
    file = checkpoint_file(database)
    with contextlib.suppress(OSError):
        written = file.with_name(f"{file.name}.new")
        with os.fdopen(os.open(written, _WRITE, 0o600), "w") as stream:
            stream.write(f"{text} {_check(text)}\n")
        written.replace(file)


def _check(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_CHECK_DIGITS]
