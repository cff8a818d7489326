"""Starting the program in a process of its own, without waiting for Python and the libraries.

A command spends more time on those than on its own work. Where a terminal, a memory limit or the
start itself is what matters, start the real thing instead.
"""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import IO

END_SECONDS = 10


class Started:
    """A process that was forked for one order."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self.returncode: int | None = None
        self.pid = int(self._line.recv(64))

    def poll(self) -> int | None:
        """Return its exit code, a signal's number below zero, or nothing while it runs."""
        if self.returncode is None and select.select([self._line], [], [], 0)[0]:
            self.returncode = int(self._line.recv(64))
            self._line.close()
        return self.returncode

    def wait(self, seconds: float) -> int:
        """Wait for its end; a `subprocess.TimeoutExpired` if it does not come."""
        if self.returncode is None:
            select.select([self._line], [], [], seconds)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), seconds)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def end(self) -> None:
        """Tell it to end, and see to it that it does."""
        self.send_signal(signal.SIGTERM)
        try:
            self.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.send_signal(signal.SIGKILL)
            self.wait(END_SECONDS)


def start(
    *words: str,
    streams: tuple[IO[bytes] | int, IO[bytes] | int, IO[bytes] | int],
    environment: dict[str, str] | None = None,
) -> Started:
    """Start `python -m WORDS` in the folder that is this one's; it has copies of the streams."""
    ours, theirs = socket.socketpair()
    handles = [each if isinstance(each, int) else each.fileno() for each in streams]
    variables = dict(os.environ) if environment is None else environment
    order = json.dumps([words, str(Path.cwd()), variables])
    with theirs:
        socket.send_fds(_door(), [order.encode()], [*handles, theirs.fileno()])
    return Started(ours)


@cache
def _door() -> socket.socket:
    """Start the Python to fork from, once for each process that runs tests."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm_python", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )

    def close() -> None:
        ours.close()
        process.wait(END_SECONDS)

    atexit.register(close)
    return ours
