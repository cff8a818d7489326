"""The only writer of its process: a lane for the ledger, and one for the cache."""

import asyncio
import sqlite3
import sys
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TypeVar

from scanner.priority import Priority
from scanner.store import ledger
from scanner.store.checkpoint import CheckpointFile
from scanner.store.database import open_cache, open_ledger, transaction
from scanner.store.db_worker import DbWorker, Soundness
from scanner.store.integrity import verify

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

_SWITCH_SECONDS = 0.0001
"""How long a thread of this program may keep the interpreter while another waits for it: a verdict
takes it back some ten times, a key on its way to its answer likewise, and Python's own 5 ms would
add up."""

ENQUEUE_EVERY = 256
"""Presentations. What waits in the journal alone is read row by row by whoever counts it."""


class Writer:
    """Runs work on the database, one piece at a time on each of its two files.

    What a pull writes into the cache does not hold up what a presentation writes into the ledger.
    A presentation waits for the piece of the ledger's work in hand at most.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.priority = Priority()
        conn = open_ledger(file)
        sys.setswitchinterval(_SWITCH_SECONDS)
        soundness = Soundness(file)
        self._witness = CheckpointFile(file)
        self._changes = 0
        self._ledger = DbWorker("ledger", conn, soundness, self._remember)
        self._cache = DbWorker("cache", partial(open_cache, file), soundness)

    @classmethod
    def verified(cls, file: Path) -> "Writer":
        """Open a gate's database after checking that its ledger is as it was written.

        Raises:
            BrokenDatabase: it is not; nobody may be admitted by it.
        """
        verify(file)
        return cls(file)

    def submit(self, work: Work[T], *, urgent: bool = False) -> "Future[T]":
        """Hand in work on the ledger; `urgent` for presentations. Its errors are `StoreError`s."""
        return self._ledger.submit(work, urgent=urgent)

    def now(self, work: Work[T]) -> T:
        """Do work on the ledger in the caller's thread; for whoever would wait for it anyhow.

        Raises:
            StoreError: the database failed, or is closed.
        """
        return self._ledger.now(work)

    async def run(self, work: Work[T]) -> T:
        """Do work on the ledger and wait for it without blocking the event loop."""
        return await asyncio.wrap_future(self.submit(work))

    def submit_to_cache(self, work: Work[T]) -> "Future[T]":
        """Hand in work on the cache; it is done beside what is done on the ledger."""
        return self._cache.submit(work)

    async def run_on_cache(self, work: Work[T]) -> T:
        """Do work on the cache and wait for it without blocking the event loop."""
        return await asyncio.wrap_future(self.submit_to_cache(work))

    def close(self) -> None:
        """Finish what was handed in, then close the database; what comes later fails."""
        self._cache.close()
        self._ledger.close()
        self._witness.close()

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def note_row(self, conn: sqlite3.Connection, row: int, digest: bytes) -> None:
        """Have the witness know of a presentation; within work on the ledger, after its commit."""
        self._changes = conn.total_changes
        self._witness.note_row(conn, row, digest)
        if row % ENQUEUE_EVERY == 0:
            self.submit(_enqueue)

    def _remember(self, conn: sqlite3.Connection) -> None:
        """Have the witness know of what was committed."""
        if conn.total_changes != self._changes:
            self._changes = conn.total_changes
            self._witness.note(conn)


def _enqueue(conn: sqlite3.Connection) -> None:
    with transaction(conn):
        ledger.enqueue(conn)
