"""Runs one of the project's programs in a pseudo-terminal, and reads its output."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

PATIENCE_SECONDS = 60.0
"""The longest wait for an expected text."""

_END_SECONDS = 10.0
_ROWS, _COLUMNS = 50, 160
_CHUNK = 65_536
_REMEMBERED = 1_000_000
_USER, _SYSTEM = 13, 14
"""Indexes of utime and stime in `/proc/PID/stat`, from 0 (proc(5))."""


@dataclass
class Terminal:
    """A running program, and its output since the last `forget`.

    Times are `time.monotonic`'s: one clock for all processes of a machine.
    """

    process: "subprocess.Popen[bytes]"
    begun: float
    _end: int
    _seen: bytearray = field(default_factory=bytearray)

    def press(self, keys: bytes) -> float:
        """Send keys; return the time."""
        at = monotonic()
        os.write(self._end, keys)
        return at

    def forget(self) -> None:
        """Drop the output so far."""
        self.watch(0)
        self._seen.clear()

    def shows(self, text: bytes) -> bool:
        """Tell whether a text is in the output, without a break."""
        return text in self._seen

    def wait_for(self, text: bytes, seconds: float = PATIENCE_SECONDS) -> float:
        """Wait until a text is in the output; return the time when it was read.

        Raises:
            AssertionError: it did not appear in time, or the program ended.
        """
        until = monotonic() + seconds
        while not self.shows(text):
            if monotonic() > until or not self.watch(min(0.5, seconds)):
                raise AssertionError(f"{text!r} did not come: …{bytes(self._seen[-400:])!r}")
        return monotonic()

    def watch(self, seconds: float) -> bool:
        """Read one chunk of output, waiting at most `seconds`; tell whether the program runs.

        A program blocks when its output is not read, so there must be no pause in reading.
        """
        if not select.select([self._end], [], [], seconds)[0]:
            return self.process.poll() is None
        try:
            said = os.read(self._end, _CHUNK)
        except OSError:  # on Linux: the program has closed its end
            return False
        self._seen += said
        del self._seen[:-_REMEMBERED]
        return bool(said)

    def idle(self, seconds: float) -> None:
        """Read the output for a time.

        Raises:
            AssertionError: the program has ended.
        """
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            if not self.watch(left):
                raise AssertionError("the program has ended")

    def processor_seconds(self) -> float:
        """Return the CPU time used so far, of all threads."""
        line = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
        fields = line.rpartition(")")[2].split()  # the name before may contain spaces
        ticks = int(fields[_USER - 2]) + int(fields[_SYSTEM - 2])
        return ticks / os.sysconf("SC_CLK_TCK")


_ASKED_SECONDS = 0.5
"""Until the question stands; a key right after the first would look like a hand scanner's."""


@contextmanager
def running(words: Sequence[str], settings: Mapping[str, str]) -> Iterator[Terminal]:
    """Run `python -m` with words in a terminal of 160 x 50 cells with true colour."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    begun = monotonic()
    with subprocess.Popen(  # noqa: S603 - this very program
        [sys.executable, "-m", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=_environment(settings),
        start_new_session=True,
    ) as process:
        os.close(theirs)
        terminal = Terminal(process, begun, ours)
        try:
            yield terminal
        finally:
            _end(terminal)
            os.close(ours)


def _end(terminal: Terminal) -> None:
    """Quit with Ctrl+Q, or kill the program after a while."""
    process, until = terminal.process, monotonic() + _END_SECONDS
    if process.poll() is None:
        terminal.press(b"\x11")  # Ctrl+Q, after which a gate asks
        terminal.watch(_ASKED_SECONDS)
    if process.poll() is None:
        terminal.press(b"y")
    while process.poll() is None and monotonic() < until:
        terminal.watch(0.1)
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    left_out = {"NO_COLOR", "COLUMNS", "LINES", "SSH_CONNECTION"}
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in left_out and not name.startswith("SCANNER_")
    }
    looks = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONUTF8": "1"}
    return {**kept, **looks, "SCANNER_KEYSTORE": "file", **settings}
