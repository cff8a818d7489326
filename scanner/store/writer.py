"""The only writer of its process: a background thread for the ledger, and one for the cache."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TypeVar

from scanner.store import ledger
from scanner.store.checkpoint import observe, write_checkpoint
from scanner.store.database import open_cache, open_ledger, transaction
from scanner.store.db_worker import DbWorker, Health
from scanner.store.installation import ensure_tag
from scanner.store.integrity import verify

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

ENQUEUE_EVERY = 256
"""Presentations. Admissions that are in the journal alone are counted row by row."""


class Writer:
    """Runs work on the database, one piece at a time on each of its two files.

    What a pull writes into the cache does not delay what a presentation writes into the ledger. A
    presentation waits at most for the piece of the ledger's work that has begun.

    Attributes:
        file: the database.
        head: how far the ledger is, after the last commit.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        conn = open_ledger(file)
        try:
            ensure_tag(conn, file.parent)
        except BaseException:
            conn.close()
            raise
        health = Health(file)
        self.head = observe(conn)
        self._changes = conn.total_changes
        self._ledger = DbWorker("ledger", conn, health, self._note_commit)
        self._cache = DbWorker("cache", partial(open_cache, file), health)

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
        """Do work on the ledger in the caller's thread, which would wait for it anyway.

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

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _note_commit(self, conn: sqlite3.Connection) -> None:
        """Write the checkpoint if something was written, and enqueue admissions now and then."""
        if conn.total_changes == self._changes:
            return
        self._changes = conn.total_changes
        checkpoint = observe(conn)
        write_checkpoint(self.file, checkpoint)
        before, self.head = self.head, checkpoint
        if checkpoint.row // ENQUEUE_EVERY > before.row // ENQUEUE_EVERY:
            self.submit(_enqueue)


def _enqueue(conn: sqlite3.Connection) -> None:
    with transaction(conn):
        ledger.enqueue(conn)
