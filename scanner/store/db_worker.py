"""A background thread that does the work on one connection, presentations first."""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

import structlog

from scanner.store.errors import BrokenDatabase, StoreError, StoreFault, damaged, store_error
from scanner.store.quarantine import quarantine

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

_PIECE, _END = True, False


@dataclass(slots=True)
class Health:
    """Whether a database's damage was met; after that, nothing more is read or written."""

    file: Path
    broken: StoreError | None = None


class DbWorker:
    """Runs work on one connection, in its own thread or in the caller's, one piece at a time.

    Args:
        name: of the thread.
        source: the connection, or what opens it for the first piece of work.
        health: shared by the workers of one database.
        after: called with the connection after each piece of work.
    """

    def __init__(
        self,
        name: str,
        source: sqlite3.Connection | Callable[[], sqlite3.Connection],
        health: Health,
        after: Work[None] | None = None,
    ) -> None:
        self._source = source
        self._health = health
        self._after = after
        self._urgent: deque[tuple[Work[Any], Future[Any]]] = deque()
        self._ordinary: deque[tuple[Work[Any], Future[Any]]] = deque()
        self._tokens: SimpleQueue[bool] = SimpleQueue()  # one for each piece handed in
        self._closed = False
        self._door = threading.Lock()
        # Who waits for its turn holds `_next`, so that the thread can't take two in a row.
        self._next, self._turn = threading.Lock(), threading.Lock()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Work[T], *, urgent: bool = False) -> "Future[T]":
        """Hand a piece of work to the thread; `urgent` work goes first."""
        future: Future[T] = Future()
        with self._door:  # nothing may come after the end and wait for ever
            if self._closed:
                future.set_exception(self._is_closed())
            else:
                (self._urgent if urgent else self._ordinary).append((work, future))
                self._tokens.put(_PIECE)
        return future

    def now(self, work: Work[T]) -> T:
        """Do a piece of work in the caller's thread; it waits at most for the piece that has begun.

        Raises:
            StoreError: the database failed, or is closed.
        """
        if self._closed:
            raise self._is_closed()
        return self._do(work)

    def close(self) -> None:
        """Finish what was handed in, then close the connection; what comes later fails."""
        with self._door:
            if not self._closed:
                self._closed = True
                self._tokens.put(_END)
        self._thread.join()

    def _run(self) -> None:
        while self._tokens.get() is _PIECE:
            work, future = (self._urgent or self._ordinary).popleft()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(self._do(work))
                except BaseException as error:  # noqa: BLE001 - it is for who handed it in
                    future.set_exception(error)
        with self._turn:
            if isinstance(self._source, sqlite3.Connection):
                self._source.close()

    def _do(self, work: Work[T]) -> T:
        with self._next:
            self._turn.acquire()
        try:
            if self._health.broken:  # what still reads whole can't be trusted
                raise damaged(self._health.file) from self._health.broken
            if not isinstance(self._source, sqlite3.Connection):
                self._source = self._source()
            result = work(self._source)
            if self._after:
                self._after(self._source)
        except sqlite3.Error as error:
            structlog.get_logger("store").error("the database failed", exc_info=error)
            raise self._store_error(error) from error
        else:
            return result
        finally:
            self._turn.release()

    def _store_error(self, error: sqlite3.Error) -> StoreError:
        file = self._health.file
        met = store_error(error, file)
        if isinstance(met, BrokenDatabase):
            met = self._health.broken = damaged(file, quarantine(file))
        return met

    def _is_closed(self) -> StoreError:
        return StoreError(StoreFault.CLOSED, file=self._health.file)
