"""How the C library keeps memory: in one place, and no more of it than is in use.

glibc gives each thread a heap of its own (mallopt(3)). Training's threads take turns, and each
leaves the freed memory of its pictures and pages behind in its heap: together 10 MB and more.
"""

import contextlib
import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Parameters by the numbers of glibc's malloc.h."""

_KEPT_BYTES = 128 * 1024
"""glibc's own start; setting it keeps it from growing with the largest block ever freed."""


def keep_little() -> None:
    """Let all threads share one heap, and give free memory back; elsewhere than glibc, nothing.

    To be called before the first thread starts.
    """
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):  # a C library without it
        adjust = ctypes.CDLL(None).mallopt
        adjust(_ARENA_MAX, 1)
        adjust(_TRIM_THRESHOLD, _KEPT_BYTES)
        adjust(_MMAP_THRESHOLD, _KEPT_BYTES)
