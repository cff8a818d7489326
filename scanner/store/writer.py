"""The only writer of its process: one thread, one connection, presentations before all else."""

import asyncio
import itertools
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

import structlog

from scanner.store.aside import set_aside
from scanner.store.database import open_database
from scanner.store.errors import BrokenDatabase, StoreError, damaged, worded
from scanner.store.integrity import verify
from scanner.store.witness import WitnessBox

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

_URGENT, _ORDINARY, _LAST = 0, 1, 2


class Writer:
    """Runs work on the database, one piece at a time, in a thread of its own.

    A presentation waits for the piece in hand at most, so bulk work comes in small pieces.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self._conn = open_database(file)
        self._work: queue.PriorityQueue[tuple[int, int, Any, Any]] = queue.PriorityQueue()
        self._order = itertools.count()
        self._closed = False
        self._witness = WitnessBox(file)
        self._changes = 0
        self._broken: StoreError | None = None
        self._door = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
        self._thread.start()

    @classmethod
    def verified(cls, file: Path) -> "Writer":
        """Open a gate's database after checking that its ledger is as it was written.

        Raises:
            BrokenDatabase: it is not; nobody may be admitted by it.
        """
        verify(file)
        return cls(file)

    def submit(self, work: Work[T], *, urgent: bool = False) -> "Future[T]":
        """Hand in a piece of work; `urgent` for presentations. Its errors are `StoreError`s."""
        future: Future[T] = Future()
        priority = _URGENT if urgent else _ORDINARY
        with self._door:  # nothing may slip in behind the end and wait for ever
            if self._closed:
                future.set_exception(
                    StoreError(f"The database {self.file} is closed; start the program again.")
                )
            else:
                self._work.put((priority, next(self._order), work, future))
        return future

    async def run(self, work: Work[T]) -> T:
        """Run a piece of work and wait for it without blocking the event loop."""
        return await asyncio.wrap_future(self.submit(work))

    def close(self) -> None:
        """Finish what was handed in, then close the database; what comes later fails."""
        with self._door:
            self._closed = True
            self._work.put((_LAST, next(self._order), None, None))
        self._thread.join()

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        while True:
            _, _, work, future = self._work.get()
            if work is None:
                break
            if future.set_running_or_notify_cancel():
                self._do(work, future)
        self._witness.close()
        self._conn.close()

    def _do(self, work: Work[T], future: "Future[T]") -> None:
        if self._broken:  # what still reads whole can't be trusted to let anybody in
            future.set_exception(_with_cause(damaged(self.file), self._broken))
            return
        try:
            result = work(self._conn)
            self._remember()
        except sqlite3.Error as error:
            structlog.get_logger("store").error("the database failed", exc_info=error)
            future.set_exception(_with_cause(self._word(error), error))
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever handed in the work
            future.set_exception(error)
        else:
            future.set_result(result)

    def _remember(self) -> None:
        """Have the witness know of what was committed."""
        if self._conn.total_changes != self._changes:
            self._changes = self._conn.total_changes
            self._witness.note(self._conn)

    def _word(self, error: sqlite3.Error) -> StoreError:
        """Word a failure; after damage is met, nothing more is read or written."""
        sentence = worded(error, self.file)
        if isinstance(sentence, BrokenDatabase):
            sentence = damaged(self.file, set_aside(self.file))
            self._broken = sentence
        return sentence


def _with_cause(error: StoreError, cause: Exception) -> StoreError:
    error.__cause__ = cause
    return error
