"""Whether the disk takes another record: asked of the disk itself, not of its statistics."""

import errno
import os
import tempfile
from pathlib import Path

NEEDED = 128 * 1024
"""Bytes that a gate takes at its start for SQLite's logs and their indexes."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""No space left; or a quota, or a limit of the process, leaves none."""


def has_room(folder: Path) -> bool:
    """Tell whether a folder's disk takes what a gate needs; another fault is no lack of room.

    It is reserved in a file without a name, which is gone at once.
    """
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, NEEDED)
            else:
                file.write(bytes(NEEDED))
                file.flush()
    except OSError as error:
        return error.errno not in _FULL
    return True
