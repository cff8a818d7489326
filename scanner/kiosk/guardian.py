"""The parent process of a kiosk: restarts it when it ends, except when the PIN ended it."""

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

from scanner import systemd
from scanner.facts import Code

UNLOCKED = 86
"""The exit code of a kiosk that the supervisor's PIN ended; no signal or crash gives it."""

CANNOT_START = 1
"""The exit code of a kiosk that has printed why it can't start."""

IGNORED = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
"""The signals that a terminal's keys send: the parent ignores them, and the child inherits that."""

_ENDING = (signal.SIGTERM, signal.SIGHUP)

_RESET = (
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[<u"
    b"\x1b[?1049l\x1b[0m\x1b[?25l"
)
"""Mouse, focus, paste and key reports off, first screen, plain letters, no cursor (xterm)."""

_CLEARED, _CURSOR = b"\x1b[2J\x1b[H", b"\x1b[?25h"

_log = structlog.get_logger("kiosk")


class LaneNotice(Code):
    """What patrons are told while no kiosk runs."""

    RESTARTING = "kiosk.restarting"


@dataclass(frozen=True, slots=True)
class Patience:
    """When a kiosk is restarted, and when it counts as hung; all in seconds.

    Attributes:
        first: the pause before the first restart; each further one doubles it.
        longest: the longest pause.
        good_run: a run of this length makes the next pause short again.
        silence: the longest time between two signs of life.
        start: the longest time to the first sign of life.
    """

    first: float = 0.5
    longest: float = 30.0
    good_run: float = 60.0
    silence: float = 20.0
    start: float = 60.0

    def pause(self, failures: int) -> float:
        """Return how long to wait after this many failures in a row (exponential backoff)."""
        return float(min(self.first * 2 ** min(failures, 16), self.longest))


class Guardian:
    """Keeps one kiosk running until the PIN, or a signal to the parent, ends it.

    Args:
        words: the kiosk's command line.
        closed: what patrons read between two runs: `LaneNotice.RESTARTING`.
        patience: when to restart it, and when it counts as hung.
    """

    def __init__(self, words: Sequence[str], closed: str, patience: Patience | None = None) -> None:
        self._words = list(words)
        self._closed = closed
        self._patience = patience or Patience()
        self._ended_by: int | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """Return 0 after the PIN, else 128 plus the number of the signal that ended the parent."""
        with _listener() as (sign, address), self._signals(), _raw_terminal(self._closed):
            systemd.notify(systemd.READY)
            failures = 0
            while not self._ending():
                began = time.monotonic()
                code = self._watch(sign, address)
                if code == UNLOCKED:
                    return 0
                if self._ending():
                    break
                _show_closed(self._closed, kept=code == CANNOT_START)
                lasted = time.monotonic() - began
                failures = 0 if lasted >= self._patience.good_run else failures + 1
                _log.error("the kiosk ended; it is started again", code=code, seconds=lasted)
                self._rest(sign, self._patience.pause(failures - 1) if failures else 0)
        return 128 + (self._ended_by or 0)

    def _ending(self) -> bool:
        return self._ended_by is not None

    def _watch(self, sign: socket.socket, address: str) -> int:
        """Run one kiosk until it ends; kill it where it gives no sign of life."""
        self._child = child = subprocess.Popen(  # noqa: S603 - this very program
            self._words, env={**os.environ, systemd.SOCKET: address}
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
            systemd.notify(systemd.ALIVE)
            _signs(sign, min(left, 0.2))

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def end(number: int, _frame: object) -> None:
            self._ended_by = number

        before = {each: signal.signal(each, signal.SIG_IGN) for each in IGNORED}
        before |= {each: signal.signal(each, end) for each in _ENDING}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def _signs(sign: socket.socket, seconds: float) -> bool:
    """Wait for a sign of life and pass it on to systemd; tells whether there was one."""
    with selectors.DefaultSelector() as selector:
        selector.register(sign, selectors.EVENT_READ)
        selector.select(seconds)
    alive = False
    while True:
        try:
            said = sign.recv(4096).decode("utf-8", "replace")
        except BlockingIOError:
            return alive
        if systemd.ALIVE in said.splitlines():
            alive = True
            systemd.notify(systemd.ALIVE)


def _end(child: "subprocess.Popen[bytes]") -> None:
    try:
        child.wait(5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


@contextmanager
def _listener() -> Iterator[tuple[socket.socket, str]]:
    """Open the socket that receives the child's signs of life."""
    with (
        tempfile.TemporaryDirectory(prefix="scanner-kiosk-") as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sign,
    ):
        address = str(Path(folder) / "alive")
        sign.bind(address)
        sign.setblocking(False)
        yield sign, address


@contextmanager
def _raw_terminal(closed: str) -> Iterator[None]:
    """Put the terminal into raw mode, between two runs too; restore it at the end."""
    if not sys.stdin.isatty():
        yield
        return
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    _show_closed(closed, kept=False)
    try:
        yield
    finally:
        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(number, termios.TCSAFLUSH, before)
            os.write(sys.stdout.fileno(), _RESET + _CLEARED + _CURSOR)


def _show_closed(closed: str, *, kept: bool) -> None:
    """Reset the terminal and show that the lane is closed; `kept` leaves what the kiosk printed."""
    if not sys.stdin.isatty():
        return
    with contextlib.suppress(OSError, termios.error):
        tty.setraw(sys.stdin.fileno(), termios.TCSAFLUSH)
        notice = f"\r\n\r\n   {closed}\r\n".encode()
        os.write(sys.stdout.fileno(), _RESET + (b"" if kept else _CLEARED) + notice)
