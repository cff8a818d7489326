"""One replayer at a time for a database, among all processes; freed by the system on any end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replay_lease(database: Path) -> Iterator[bool]:
    """Hold the lease inside; gives `False` where another process holds it."""
    from filelock import FileLock, Timeout

    lock = FileLock(database.with_name(f"{database.name}.replay-lock"), thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
