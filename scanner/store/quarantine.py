"""Copies a damaged database to beside it: as evidence, and for another recovery of it."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import structlog

from scanner.store.migrate import cache_file

_COMPANIONS = ("-wal", "")
"""The log, then the database: together they hold every commit; with the last, a copy is whole."""


def quarantine(file: Path) -> Path | None:
    """Copy a damaged database to quarantine; nothing is returned where that failed."""
    try:
        return copy_to_quarantine(file)
    except OSError:
        structlog.get_logger("store").exception("the damaged database could not be copied")
        return None


def copy_to_quarantine(file: Path) -> Path:
    """Copy a damaged database, its cache and their logs to `<name>.damaged.<stamp>`.

    The stamp (UTC) is when the damaged file was last written: the same damage is copied once,
    however often it is met.

    Raises:
        OSError: the copy could not be written.
    """
    target = _quarantine_name(file)
    if not target.exists():
        try:
            _copy_with_log(cache_file(file), cache_file(target))
            _copy_with_log(file, target)
        except OSError:
            for each in (cache_file(target), target):
                for suffix in _COMPANIONS:
                    Path(f"{each}{suffix}").unlink(missing_ok=True)
            raise
    return target


def _quarantine_name(file: Path) -> Path:
    all_files = (
        Path(f"{each}{suffix}") for each in (file, cache_file(file)) for suffix in _COMPANIONS
    )
    written = max(each.stat().st_mtime for each in all_files if each.exists())
    stamp = datetime.fromtimestamp(written, UTC).strftime("%Y%m%dT%H%M%S%fZ")
    return file.with_name(f"{file.name}.damaged.{stamp}")


def _copy_with_log(database: Path, target: Path) -> None:
    for suffix in _COMPANIONS:
        source = Path(f"{database}{suffix}")
        if source.exists():
            with source.open("rb") as stream:
                _copy_durably(stream, Path(f"{target}{suffix}"))


def _copy_durably(source: IO[bytes], target: Path) -> None:
    """Copy a stream to a new file that is its owner's alone; it is on the disk, or not there."""
    partial = target.with_name(f"{target.name}.partial")
    try:
        with os.fdopen(
            os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
        ) as copy:
            shutil.copyfileobj(source, copy)
            copy.flush()
            os.fsync(copy.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    sync_to_disk(target.parent)


def sync_to_disk(path: Path) -> None:
    """Make a file's content, or the names in a folder, survive a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
