"""Locks on a database among processes, in files beside it; the system frees them on any end.

- `<database>.lock` is held by the process that makes or migrates the database.
- `<database>.open` is shared by all who have the database open. A recovery takes it alone: it
  replaces the file, and an open connection would go on in the old one.
- `<database>.run-<name>` is held by a gate's screen while it runs, and removed at its end. One that
  nobody holds is of a gate that was killed, or whose computer lost its power.
"""

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from scanner.store.errors import DatabaseBusy, FolderUnusable, StoreFault

BUSY_MS = 10_000
"""How long a connection or a program waits for another one."""

_LOOK_SECONDS = 0.02


class OpenLock:
    """A share in a database's `.open` lock; freed by `release`, or with this process."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    def release(self) -> None:
        """Free it; once more does nothing."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __del__(self) -> None:
        self.release()


class Run(OpenLock):
    """The mark of a gate's screen that runs; removed by `release`, and by nothing else."""

    def __init__(self, handle: int, file: Path) -> None:
        super().__init__(handle)
        self._file = file

    def release(self) -> None:
        """Remove it: the gate ends as it should."""
        if self._handle is not None:
            self._file.unlink(missing_ok=True)
        super().release()

    def __del__(self) -> None:
        super().release()


def begin_run(file: Path) -> tuple[Run | None, int]:
    """Mark that a gate's screen runs on a database; several may.

    Returns:
        The mark, or nothing where the folder takes none; and how many screens have ended without
        removing theirs since the last call.
    """
    left = sum(_is_left(each) for each in file.parent.glob(f"{file.name}.run-*"))
    mark = file.with_name(f"{file.name}.run-{secrets.token_hex(8)}")
    made = mark.with_name(f".{mark.name}")  # one that is held is seen by others, and no other
    try:
        handle = os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        _flock(handle, fcntl.LOCK_EX)
        made.rename(mark)
    except OSError:
        return None, left
    return Run(handle, mark), left


def _is_left(mark: Path) -> bool:
    """Remove a mark that nobody holds; tells whether it was one."""
    try:
        handle = os.open(mark, os.O_RDWR)
    except OSError:
        return False
    try:
        if not _flock(handle, fcntl.LOCK_EX):
            return False
        mark.unlink(missing_ok=True)
    finally:
        os.close(handle)
    return True


@contextlib.contextmanager
def only_maker(file: Path) -> Iterator[None]:
    """Keep other processes from making or migrating the same files meanwhile.

    Raises:
        DatabaseBusy: another one does, and did not end within `BUSY_MS`.
    """
    import filelock

    lock = filelock.FileLock(f"{file}.lock", timeout=BUSY_MS / 1000, mode=0o600)
    try:
        with lock:
            yield
    except filelock.Timeout as error:
        raise DatabaseBusy(StoreFault.BEING_MADE, file=file) from error


def share(file: Path, *, make: bool) -> OpenLock | None:
    """Take a share in a database's lock, for as long as it is open.

    Args:
        file: the database.
        make: whether to make the lock's file; without it, nothing is locked where there is none:
            nobody who writes has opened this database yet.

    Raises:
        DatabaseBusy: a recovery holds it, and did not end within `BUSY_MS`.
        FolderUnusable: the lock's file can't be made.
    """
    try:
        handle = os.open(open_lock_file(file), os.O_RDWR | (os.O_CREAT if make else 0), 0o600)
    except OSError as error:
        if make:
            raise FolderUnusable(
                StoreFault.NOT_MADE, file=file, why=error.strerror or ""
            ) from error
        return None
    lock = OpenLock(handle)
    deadline = time.monotonic() + BUSY_MS / 1000
    while not _flock(handle, fcntl.LOCK_SH):
        if time.monotonic() > deadline:
            lock.release()
            raise DatabaseBusy(StoreFault.BEING_RECOVERED, file=file)
        time.sleep(_LOOK_SECONDS)
    return lock


@contextlib.contextmanager
def only_user(file: Path) -> Iterator[None]:
    """Keep every other process from opening the database meanwhile; waits for nobody.

    Raises:
        DatabaseBusy: another process has it open.
    """
    handle = os.open(open_lock_file(file), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _flock(handle, fcntl.LOCK_EX):
            raise DatabaseBusy(StoreFault.IN_USE, file=file)
        yield
    finally:
        os.close(handle)


def open_lock_file(database: Path) -> Path:
    """Return the place of the lock that is shared by all who have a database open.

    It is never removed: a process that waits would hold a file that nobody else sees.
    """
    return database.with_name(f"{database.name}.open")


def _flock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
