"""One core for what is measured, so that a figure doesn't tell of how many a machine has."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import cv2


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this thread, and those that it starts, to one core; and OpenCV to one thread.

    zxing-cpp and zbar never use more than the caller's. Where the system can't bind a thread to a
    core, only OpenCV is held back.
    """
    threads = cv2.getNumThreads()
    bound = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    cv2.setNumThreads(1)
    if bound:
        os.sched_setaffinity(0, {max(bound)})
    try:
        yield
    finally:
        if bound:
            os.sched_setaffinity(0, bound)
        cv2.setNumThreads(threads)
