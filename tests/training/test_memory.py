import platform
import re
import subprocess
import sys

import pytest

SCRIPT = """
import ctypes, threading
from scanner.training.memory import keep_little

if {little}:
    keep_little()
together = threading.Barrier(4)

def work():
    held = [bytes(2000) for _ in range(500)]
    together.wait()
    return held

threads = [threading.Thread(target=work) for _ in range(4)]
for each in threads:
    each.start()
for each in threads:
    each.join()
library = ctypes.CDLL(None)
library.fdopen.restype = ctypes.c_void_p
out = library.fdopen(1, b"w")
library.malloc_info(0, ctypes.c_void_p(out))
library.fflush(ctypes.c_void_p(out))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has these heaps")
def test_all_threads_share_one_heap_once_little_is_to_be_kept() -> None:
    assert heaps(little=True) == 1
    assert heaps(little=False) > 1


def heaps(*, little: bool) -> int:
    words = [sys.executable, "-c", SCRIPT.format(little=little)]
    said = subprocess.run(words, capture_output=True, check=True, timeout=60).stdout.decode()
    return len(re.findall("<heap nr=", said))
