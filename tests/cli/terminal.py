"""The program in a terminal of its own: real keys, real signals."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.cli.program import Program
from tests.warm import Started, start

LIMIT_SECONDS = 30


@dataclass
class Terminal:
    """A running program and the other end of its terminal."""

    process: Started
    master: int
    seen: bytearray = field(default_factory=bytearray)

    def press(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def forget(self) -> None:
        """Look only at what comes from now on."""
        self._read(0)
        self.seen.clear()

    def settle(self, quiet: float = 0.3) -> None:
        """Wait until the program has drawn what it had to and waits for keys."""
        before, end = -1, time.monotonic() + LIMIT_SECONDS
        while len(self.seen) != before and time.monotonic() < end:
            before = len(self.seen)
            self._read(quiet)

    def wait_for(self, text: str, seconds: float = LIMIT_SECONDS) -> None:
        """Wait until a text has been written."""
        self.wait_until(lambda: text.encode() in self.seen, seconds, text)

    def wait_until(
        self, condition: Callable[[], bool], seconds: float = LIMIT_SECONDS, what: str = ""
    ) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"{what!r} did not come: {bytes(self.seen[-2000:])!r}"
            self._read(0.05)

    def ended(self) -> bool:
        return self.process.poll() is not None

    def quit(self) -> None:
        """Quit a gate, which asks first."""
        self.press(b"\x11")  # Ctrl+Q
        self.wait_for("Esc")
        self.settle()
        self.press(b"y")
        self.wait_until(self.ended)

    def vanish(self) -> None:
        """Take the terminal away."""
        os.close(self.master)
        self.master = -1

    def _read(self, seconds: float) -> None:
        end = time.monotonic() + seconds + 0.2  # a screen that draws all the time never pauses
        while time.monotonic() < end and select.select([self.master], [], [], seconds)[0]:
            seconds = 0
            try:
                said = os.read(self.master, 65_536)
            except OSError:  # Linux's way to say that nobody holds the other end
                return
            if not said:
                return
            self.seen += said


@contextmanager
def terminal(
    program: Program, *words: str, rows: int = 24, columns: int = 80, **settings: str
) -> Iterator[Terminal]:
    """Start `scanner` in a terminal that controls it, and end it."""
    with _started(program, words, (rows, columns), settings, controls=True) as running:
        yield running


@contextmanager
def loose_terminal(program: Program, *words: str, **settings: str) -> Iterator[Terminal]:
    """Do the same with one that doesn't control it, and so sends no signal when it is gone."""
    with _started(program, words, (24, 80), settings, controls=False) as running:
        yield running


@contextmanager
def _started(
    program: Program,
    words: Sequence[str],
    size: tuple[int, int],
    settings: dict[str, str],
    *,
    controls: bool,
) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    environment = program.environment(TERM="xterm-256color", **settings)
    for name in ("COLUMNS", "LINES", "NO_COLOR"):
        environment.pop(name, None)

    process = start(
        "scanner",
        *words,
        streams=(slave, slave, slave),
        environment=environment,
        leads=True,
        controlled=controls,
    )
    os.close(slave)
    running = Terminal(process, master)
    try:
        yield running
    finally:
        if running.master >= 0:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(AssertionError):
                running.wait_until(running.ended, 10)
        process.kill()
        process.wait(LIMIT_SECONDS)
        if running.master >= 0:
            os.close(master)
