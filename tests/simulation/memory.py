"""A ledger and a cache in memory, and their writer without a thread."""

import asyncio
import contextlib
import gc
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import cache as once
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

import sqlite_utils

from scanner.store import names, schema
from scanner.store.writer import Work, Writer
from scanner.sync.status import StatusFeed

T = TypeVar("T")


class InlineWriter(Writer):
    """The ledger's writer without its thread, over a database in memory that outlives crashes."""

    def __init__(self, file: Path, conn: sqlite3.Connection) -> None:
        self.file = file
        self._conn = conn

    def submit(self, work: Work[T], *, urgent: bool = False) -> "Future[T]":
        future: Future[T] = Future()
        try:
            future.set_result(work(self._conn))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever handed in the work
            future.set_exception(error)
        return future

    async def run(self, work: Work[T]) -> T:
        await asyncio.sleep(0)
        return work(self._conn)

    def now(self, work: Work[T]) -> T:
        return work(self._conn)

    def submit_to_cache(self, work: Work[T]) -> "Future[T]":
        return self.submit(work)

    async def run_on_cache(self, work: Work[T]) -> T:
        return await self.run(work)

    def close(self) -> None:
        """The database lives on."""


def new_database(copy: bytes | None = None) -> sqlite3.Connection:
    """Return an empty ledger and cache in memory, or those of a copy."""
    conn = sqlite3.connect(":memory:", isolation_level=None)
    conn.deserialize(copy or _template())
    conn.execute("PRAGMA recursive_triggers = ON")
    return conn


class Reused(sqlite3.Connection):
    """A database in memory that is used again and again, from the same state.

    Everything since then is inside one transaction, which is rolled back in the end: so the schema
    is read once, and statements stay prepared, which is most of a short evening's work. What is a
    transaction to the program is a savepoint in it.
    """

    _is_inside = _is_kept = False

    @property
    def in_transaction(self) -> bool:
        """Whether the program is in a transaction."""
        return self._is_inside

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Execute a statement."""
        if sql in ("BEGIN IMMEDIATE", "BEGIN"):
            if self._is_inside:
                raise sqlite3.OperationalError("a transaction within a transaction")
            self._is_inside = True
            return super().execute("SAVEPOINT work")
        if sql in ("COMMIT", "ROLLBACK"):
            if sql == "ROLLBACK":
                super().execute("ROLLBACK TO work")
            self._is_inside = False
            return super().execute("RELEASE work")
        if sql.startswith("PRAGMA main.synchronous"):  # not within a transaction, and no disk
            return super().execute("SELECT 1")
        return super().execute(sql, parameters)

    def begin_again(self) -> None:
        """Go back to the state in which this was called first."""
        if self._is_kept:
            super().execute("ROLLBACK")
        super().execute("BEGIN")
        self._is_kept, self._is_inside = True, False


def reused() -> Reused:
    """Return an empty ledger and cache in memory, to be filled, then used again and again."""
    conn = sqlite3.connect(":memory:", isolation_level=None, factory=Reused)
    new_database().backup(conn)
    conn.execute("PRAGMA recursive_triggers = ON")
    return conn


@once
def _template() -> bytes:
    conn = sqlite3.connect(":memory:")
    for migrations in (schema.migrations(), schema.cache_migrations()):
        migrations.apply(sqlite_utils.Database(conn))
    conn.commit()
    return conn.serialize()


@contextlib.contextmanager
def without_collections() -> Iterator[None]:
    """Leave garbage until the end; looking for it is a good part of what an evening takes."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextlib.contextmanager
def without_threads() -> Any:
    """Keep everything on one thread and off the disk, so that one seed is one evening."""

    async def inline(work: Callable[..., T], *args: object) -> T:
        return work(*args)

    async def asleep(_: StatusFeed) -> None:
        await asyncio.Event().wait()

    with (
        mock.patch.object(asyncio, "to_thread", inline),
        mock.patch.object(StatusFeed, "run", asleep),
        mock.patch.object(names, "files_of", lambda _: [("ledger", Path("nowhere/gate.sqlite3"))]),
    ):
        yield
