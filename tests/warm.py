"""Starting the program in a process of its own, without waiting until it is loaded.

A command spends more time on that than on its own work. Where a memory limit, the encoding of the
streams or the start itself is what matters, start the real thing instead.
"""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
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
            with suppress(ProcessLookupError):  # it has ended since
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.send_signal(signal.SIGKILL)

    def end(self) -> None:
        """Tell it to end, and see to it that it does."""
        self.send_signal(signal.SIGTERM)
        try:
            self.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            self.wait(END_SECONDS)


@dataclass(frozen=True)
class Piped:
    """A process and this end of its pipes."""

    process: Started
    stdin: IO[bytes]
    stdout: IO[bytes]
    stderr: IO[bytes]


def start(
    *words: str,
    streams: tuple[IO[bytes] | int, IO[bytes] | int, IO[bytes] | int],
    environment: dict[str, str] | None = None,
    leads: bool = False,
    controlled: bool = False,
    within: tuple[str, ...] = (),
) -> Started:
    """Start `python -m WORDS` in the folder that is this one's; it has copies of the streams.

    Args:
        words: or those of `python -c`.
        streams: its standard input, output and error.
        environment: this process's own where none is given.
        leads: whether it is the first of a session of its own.
        controlled: whether its input is the terminal which controls that session.
        within: a command that starts another, in whose surroundings it is; those of all starts.
    """
    ours, theirs = socket.socketpair()
    handles = [each if isinstance(each, int) else each.fileno() for each in streams]
    variables = dict(os.environ) if environment is None else environment
    order = {
        "words": words,
        "folder": str(Path.cwd()),
        "environment": variables,
        "leads": leads,
        "controlled": controlled,
    }
    with theirs:
        socket.send_fds(_door(*within), [json.dumps(order).encode()], [*handles, theirs.fileno()])
    return Started(ours)


@contextmanager
def piped(
    *words: str, environment: dict[str, str] | None = None, out: int | None = None
) -> Iterator[Piped]:
    """Start it with a pipe for each stream, and end it; `out` is another end for its output."""
    with ExitStack() as opened:
        (given, stdin), (stdout, told), (stderr, said) = (_pipe(opened) for _ in range(3))
        streams = (given, told if out is None else out, said)
        process = start(*words, streams=streams, environment=environment)
        opened.callback(process.end)
        for each in (given, told, said):
            each.close()
        yield Piped(process, stdin, stdout, stderr)


def _pipe(opened: ExitStack) -> tuple[IO[bytes], IO[bytes]]:
    reading, writing = os.pipe()
    ends = os.fdopen(reading, "rb"), os.fdopen(writing, "wb")
    for each in ends:
        opened.enter_context(each)
    return ends


@cache
def _door(*within: str) -> socket.socket:
    """Start the Python to fork from, once for each process that runs tests."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [*within, sys.executable, "-m", "tests.warm_python", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # a fork with threads is no start
        )

    def close() -> None:
        ours.close()
        process.wait(END_SECONDS)

    atexit.register(close)
    return ours
