"""CPU affinity for measurements, so that results don't depend on the number of cores."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import cv2


@contextmanager
def one_core() -> Iterator[None]:
    """Pin this thread, and those that it starts, to one core; limit OpenCV to one thread.

    zxing-cpp and zbar only use the caller's thread. Where the system has no CPU affinity, only
    OpenCV is limited.
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
