"""The parent of a kiosk: starts it again whenever it ends, but not when the PIN ended it."""

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from scanner.kiosk import notify

UNLOCKED = 86
"""The exit code of a kiosk that the supervisor's PIN has ended; no signal or crash gives it."""

CANNOT_START = 1
"""The exit code of a kiosk that says in a sentence why it can't start."""

DEAF = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
"""What keys of a terminal send: nothing of it reaches the parent, nor the child that inherits."""

_ENDING = (signal.SIGTERM, signal.SIGHUP)

_AT_REST = (
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[<u"
    b"\x1b[?1049l\x1b[0m\x1b[?25l"
)
"""Mouse, focus, paste and key reports off, first screen, plain letters, no cursor (xterm)."""

_CLEARED, _CURSOR = b"\x1b[2J\x1b[H", b"\x1b[?25h"

_BETWEEN = b"\r\n\r\n   This lane is starting again. Please use another lane.\r\n"

_log = structlog.get_logger("kiosk")


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: the first pause and the longest, what counts as a good run, silence that is death.

    `start` is how long a kiosk may take to its first sign of life.
    """

    first: float = 0.5
    longest: float = 30.0
    good_run: float = 60.0
    silence: float = 20.0
    start: float = 60.0

    def pause(self, failures: int) -> float:
        """Return how long to wait after so many ends in a row."""
        return float(min(self.first * 2 ** min(failures, 16), self.longest))


class Guardian:
    """Keeps one kiosk running; `run` comes back when the PIN or a signal to the parent ended it.

    Args:
        words: the kiosk's command line.
        patience: when to start it again, and when to take it for dead.
    """

    def __init__(self, words: Sequence[str], patience: Patience | None = None) -> None:
        self._words = list(words)
        self._patience = patience or Patience()
        self._ended_by: int | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """Return 0 after the PIN, else 128 and the number of the signal that ended the parent."""
        with _listener() as (sign, address), self._signals(), _raw_terminal():
            notify.notify(notify.READY)
            failures = 0
            while not self._ending():
                began = time.monotonic()
                code = self._watch(sign, address)
                if code == UNLOCKED:
                    return 0
                if self._ending():
                    break
                _show_closed(kept=code == CANNOT_START)
                lasted = time.monotonic() - began
                failures = 0 if lasted >= self._patience.good_run else failures + 1
                _log.error("the kiosk ended; it is started again", code=code, seconds=lasted)
                self._rest(sign, self._patience.pause(failures - 1) if failures else 0)
        return 128 + (self._ended_by or 0)

    def _ending(self) -> bool:
        return self._ended_by is not None

    def _watch(self, sign: socket.socket, address: str) -> int:
        """Run one kiosk to its end; one that gives no sign of life is ended."""
        self._child = child = subprocess.Popen(  # noqa: S603 - this very program
            self._words, env={**os.environ, notify.SOCKET: address}
        )
        heard, limit = time.monotonic(), self._patience.start
        try:
            while child.poll() is None:
                if _signs(sign, 0.1):
                    heard, limit = time.monotonic(), self._patience.silence
                if self._ending():
                    child.terminate()
                    _end(child)
                elif time.monotonic() - heard > limit:
                    _log.error("the kiosk gave no sign of life", seconds=limit)
                    child.kill()
                    child.wait()
        finally:
            if child.poll() is None:
                _end(child)
            self._child = None
        return child.returncode

    def _rest(self, sign: socket.socket, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._ending() and (left := until - time.monotonic()) > 0:
            notify.notify(notify.ALIVE)
            _signs(sign, min(left, 0.2))

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def end(number: int, _frame: object) -> None:
            self._ended_by = number

        before = {each: signal.signal(each, signal.SIG_IGN) for each in DEAF}
        before |= {each: signal.signal(each, end) for each in _ENDING}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def _signs(sign: socket.socket, seconds: float) -> bool:
    """Wait so long for signs of life, pass them on to systemd, and tell whether there was one."""
    with selectors.DefaultSelector() as selector:
        selector.register(sign, selectors.EVENT_READ)
        selector.select(seconds)
    alive = False
    while True:
        try:
            said = sign.recv(4096).decode("utf-8", "replace")
        except BlockingIOError:
            return alive
        if notify.ALIVE in said.splitlines():
            alive = True
            notify.notify(notify.ALIVE)


def _end(child: "subprocess.Popen[bytes]") -> None:
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


@contextmanager
def _listener() -> Iterator[tuple[socket.socket, str]]:
    """Open a socket on which the child gives its signs of life."""
    with (
        tempfile.TemporaryDirectory(prefix="scanner-kiosk-") as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sign,
    ):
        address = str(Path(folder) / "alive")
        sign.bind(address)
        sign.setblocking(False)
        yield sign, address


@contextmanager
def _raw_terminal() -> Iterator[None]:
    """Take the keys' meaning from the terminal, between two kiosks too; give it back at the end."""
    if not sys.stdin.isatty():
        yield
        return
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    _show_closed(kept=False)
    try:
        yield
    finally:
        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(number, termios.TCSAFLUSH, before)
            os.write(sys.stdout.fileno(), _AT_REST + _CLEARED + _CURSOR)


def _show_closed(*, kept: bool) -> None:
    """Undo what a dead kiosk left of the terminal, and say so; `kept` leaves its last words."""
    if not sys.stdin.isatty():
        return
    with contextlib.suppress(OSError, termios.error):
        tty.setraw(sys.stdin.fileno(), termios.TCSAFLUSH)
        os.write(sys.stdout.fileno(), _AT_REST + (b"" if kept else _CLEARED) + _BETWEEN)
