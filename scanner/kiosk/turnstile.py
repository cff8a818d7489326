"""Opens the turnstile after a recorded admission, from a background thread."""

import contextlib
import os
import queue
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from scanner.admission.verdict import Kind
from scanner.errors import ScannerError
from scanner.facts import Code, Fact
from scanner.judging import Judged

WAITING = 8
"""The most openings that wait for a slow turnstile."""

TOO_LATE_SECONDS = 5.0
"""An opening that waited longer is skipped: its patron has moved on, and another would pass."""

COMMAND_SECONDS = 5.0
"""The time limit of a command; it is killed then."""

WRITE_SECONDS = 1.0

_log = structlog.get_logger("turnstile")


class TurnstileFault(Code):
    """Why the turnstile did not open, or can't be set up."""

    NOT_STARTED = "kiosk.turnstile_not_started"
    TIMED_OUT = "kiosk.turnstile_timed_out"
    EXIT_CODE = "kiosk.turnstile_exit_code"
    PORT = "kiosk.turnstile_port"
    TOO_SLOW = "kiosk.turnstile_too_slow"
    TOO_LATE = "kiosk.turnstile_too_late"
    UNEXPECTED = "kiosk.turnstile_unexpected"
    UNPAIRED_QUOTE = "kiosk.turnstile_unpaired_quote"
    NO_COMMAND = "kiosk.turnstile_no_command"
    NO_SERIAL_LIBRARY = "kiosk.turnstile_no_serial_library"
    BAD_LINE = "kiosk.turnstile_bad_line"


class TurnstileError(ScannerError):
    """The turnstile did not open, or can't be set up."""


class Opener(Protocol):
    """Opens one kind of turnstile."""

    def open(self, judged: Judged) -> None:
        """Open once; may take its time.

        Raises:
            TurnstileError: it did not open.
        """


@dataclass(frozen=True, slots=True)
class Command:
    """Runs a program without a shell; TURNSTILE_* variables tell it who passes."""

    words: tuple[str, ...]
    seconds: float = COMMAND_SECONDS

    def open(self, judged: Judged) -> None:
        """Run it, and wait for exit code 0.

        Raises:
            TurnstileError: it can't be started, fails, or takes too long.
        """
        try:
            process = subprocess.Popen(  # noqa: S603 - the supervisor's own command, no shell
                self.words,
                env=_environment(judged),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise TurnstileError(
                TurnstileFault.NOT_STARTED, command=self.words[0], why=why
            ) from error
        try:
            code = process.wait(self.seconds)
        except subprocess.TimeoutExpired as error:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise TurnstileError(TurnstileFault.TIMED_OUT, seconds=self.seconds) from error
        if code:
            raise TurnstileError(TurnstileFault.EXIT_CODE, number=code)


@dataclass(frozen=True, slots=True)
class SerialLine:
    """Writes a line to a serial port: 9600 baud, 8 data bits, no parity, 1 stop bit."""

    port: str
    line: bytes = b"OPEN\r\n"

    def open(self, _judged: Judged) -> None:
        """Open the port and write the line; a port that was unplugged meanwhile works again.

        Raises:
            TurnstileError: the port isn't there, or can't be written.
        """
        import serial

        try:
            with serial.Serial(self.port, 9600, write_timeout=WRITE_SECONDS) as port:
                port.write(self.line)
                port.flush()
        except (serial.SerialException, OSError, ValueError) as error:
            raise TurnstileError(TurnstileFault.PORT, port=self.port) from error


class Turnstile:
    """Opens for every admission that `on_verdict` is called with; use as a context manager.

    Args:
        opener: opens the turnstile once.
        on_opened: called after each opening, in the thread that opened.
        clock: a monotonic clock, in seconds.
    """

    def __init__(
        self,
        opener: Opener,
        on_opened: Callable[[Judged], None] = lambda _judged: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._opener = opener
        self._on_opened = on_opened
        self._clock = clock
        self._waiting: queue.Queue[tuple[float, Judged] | None] = queue.Queue(WAITING)
        self._failure: Fact | None = None
        self._thread = threading.Thread(target=self._run, name="turnstile", daemon=True)

    def __enter__(self) -> "Turnstile":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(None)
        self._thread.join(WRITE_SECONDS)

    def on_verdict(self, judged: Judged) -> None:
        """Queue an opening for who goes in, or out; from any thread, after the commit, no waiting.

        A lane counts either entries or exits, so its turnstile turns one way.
        """
        if not (judged.verdict.admits or judged.verdict.kind is Kind.EXITED):
            return
        try:
            self._waiting.put_nowait((self._clock(), judged))
        except queue.Full:
            self._fail(judged, Fact(TurnstileFault.TOO_SLOW))

    def failure(self) -> Fact | None:
        """Return why it did not open the last time; `None` where it did."""
        return self._failure

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None:
            asked, judged = item
            try:
                if self._clock() - asked > TOO_LATE_SECONDS:
                    self._fail(judged, Fact(TurnstileFault.TOO_LATE))
                    continue
                self._opener.open(judged)
                self._on_opened(judged)
                self._failure = None
            except TurnstileError as error:
                self._fail(judged, error.fact)
            except Exception:  # noqa: BLE001 - the thread goes on, whatever one opening does
                _log.exception("the turnstile failed", scan=judged.scan)
                self._failure = Fact(TurnstileFault.UNEXPECTED)

    def _fail(self, judged: Judged, fact: Fact) -> None:
        _log.warning("the turnstile did not open", scan=judged.scan, reason=str(fact))
        self._failure = fact


def command(text: str) -> Command:
    """Split a command line as a shell does; no shell runs it.

    Raises:
        TurnstileError: it is empty, or a quotation mark is missing.
    """
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise TurnstileError(TurnstileFault.UNPAIRED_QUOTE) from error
    if not words:
        raise TurnstileError(TurnstileFault.NO_COMMAND)
    return Command(words)


def serial_line(port: str, line: str = "OPEN\\r\\n") -> SerialLine:
    r"""Return what writes to a port; `\r`, `\n`, `\t` and `\xNN` in the line stand for bytes.

    Raises:
        TurnstileError: the line can't be sent, or the library for serial ports is missing.
    """
    import importlib.util

    if importlib.util.find_spec("serial") is None:
        raise TurnstileError(TurnstileFault.NO_SERIAL_LIBRARY)
    try:
        raw = line.encode("ascii").decode("unicode_escape").encode("latin-1")
    except ValueError as error:
        raise TurnstileError(TurnstileFault.BAD_LINE) from error
    return SerialLine(port, raw)


def _environment(judged: Judged) -> dict[str, str]:
    """Return the environment without this program's settings and secrets, plus the admission."""
    hidden = ("SCANNER_", "NOTIFY_SOCKET", "WATCHDOG_")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(hidden)}
    verdict = judged.verdict
    about = {
        "TURNSTILE_SERIAL": verdict.serial or "",
        "TURNSTILE_SECTION": (verdict.section or "").replace("\0", ""),
        "TURNSTILE_SCAN": str(judged.scan),
    }
    return {**kept, **about}
