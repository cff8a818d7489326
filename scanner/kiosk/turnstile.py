"""The turnstile: told to open after a recorded green verdict, by a thread that nobody waits for."""

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

from scanner.errors import ScannerError
from scanner.gate import Judged

WAITING = 8
"""Openings that may wait for a slow turnstile."""

TOO_LATE_SECONDS = 5.0
"""An opening that waited longer is left out: its patron has moved on, and another would pass."""

COMMAND_SECONDS = 5.0
"""How long a command may take before it is ended."""

WRITE_SECONDS = 1.0

_log = structlog.get_logger("turnstile")


class TurnstileError(ScannerError):
    """The turnstile can't be told, or was told in vain."""


class Opener(Protocol):
    """Tells one kind of turnstile to open."""

    def open(self, judged: Judged) -> None:
        """Open once; may take its time.

        Raises:
            TurnstileError: it did not open.
        """


@dataclass(frozen=True, slots=True)
class Command:
    """Runs a program, without a shell; it learns who passes from TURNSTILE_* variables."""

    words: tuple[str, ...]
    seconds: float = COMMAND_SECONDS

    def open(self, judged: Judged) -> None:
        """Run it, and wait for exit code 0.

        Raises:
            TurnstileError: it can't be started, fails, or takes too long.
        """
        try:
            process = subprocess.Popen(  # noqa: S603 - the supervisor's own words, no shell
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
                f"The turnstile's command {self.words[0]} can't be started ({why}); "
                "let the patron in by hand."
            ) from error
        try:
            code = process.wait(self.seconds)
        except subprocess.TimeoutExpired as error:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise TurnstileError(
                f"The turnstile's command did not end within {self.seconds:g} s; "
                "let the patron in by hand."
            ) from error
        if code:
            raise TurnstileError(
                f"The turnstile's command failed with code {code}; let the patron in by hand."
            )


@dataclass(frozen=True, slots=True)
class SerialLine:
    """Writes a line to a serial port: 9600 baud, 8 data bits, no parity, 1 stop bit."""

    port: str
    line: bytes = b"OPEN\r\n"

    def open(self, _judged: Judged) -> None:
        """Open the port and write the line; opened anew each time, it may be plugged in anew.

        Raises:
            TurnstileError: the port isn't there, or takes nothing.
        """
        import serial

        try:
            with serial.Serial(self.port, 9600, write_timeout=WRITE_SECONDS) as port:
                port.write(self.line)
                port.flush()
        except (serial.SerialException, OSError, ValueError) as error:
            raise TurnstileError(
                f"The turnstile at {self.port} takes no line; check its cable, "
                "and let the patron in by hand."
            ) from error


class Turnstile:
    """Opens for every admission that `on_verdict` hears of; use as a context manager.

    Args:
        opener: tells the turnstile.
        clock: seconds that only rise.
    """

    def __init__(self, opener: Opener, clock: Callable[[], float] = time.monotonic) -> None:
        self._opener = opener
        self._clock = clock
        self._waiting: queue.Queue[tuple[float, Judged] | None] = queue.Queue(WAITING)
        self._failure: str | None = None
        self._thread = threading.Thread(target=self._run, name="turnstile", daemon=True)

    def __enter__(self) -> "Turnstile":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(None)
        self._thread.join(WRITE_SECONDS)

    def on_verdict(self, judged: Judged) -> None:
        """Open soon if somebody was admitted; from any thread, after the commit, at once back."""
        if not judged.verdict.admits:
            return
        try:
            self._waiting.put_nowait((self._clock(), judged))
        except queue.Full:
            self._fail(judged, "The turnstile is too slow; let patrons in by hand.")

    def failure(self) -> str | None:
        """Return what went wrong the last time, in a sentence; nothing where it opened."""
        return self._failure

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None:
            asked, judged = item
            try:
                if self._clock() - asked > TOO_LATE_SECONDS:
                    self._fail(judged, "The turnstile came too late; let the patron in by hand.")
                    continue
                self._opener.open(judged)
                self._failure = None
            except TurnstileError as error:
                self._fail(judged, str(error))
            except Exception:  # noqa: BLE001 - the thread goes on, whatever one opening does
                _log.exception("the turnstile failed", scan=judged.scan)
                self._failure = "The turnstile failed; let the patron in by hand, and see the log."

    def _fail(self, judged: Judged, sentence: str) -> None:
        _log.warning("the turnstile did not open", scan=judged.scan, reason=sentence)
        self._failure = sentence


def command(text: str) -> Command:
    """Take a command line apart as a shell would, without being one.

    Raises:
        TurnstileError: nothing is there to run, or a quotation mark is missing.
    """
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise TurnstileError(
            "The turnstile's command has a quotation mark without its pair; mend it."
        ) from error
    if not words:
        raise TurnstileError("The turnstile's command is empty; name a program.")
    return Command(words)


def serial_line(port: str, line: str = "OPEN\\r\\n") -> SerialLine:
    r"""Return what writes to a port; `\r`, `\n`, `\t` and `\xNN` in the line stand for bytes.

    Raises:
        TurnstileError: the line can't be sent, or the library for serial ports is missing.
    """
    import importlib.util

    if importlib.util.find_spec("serial") is None:
        raise TurnstileError(
            "The library for serial ports is missing; install it with `pip install pyserial`."
        )
    try:
        raw = line.encode("ascii").decode("unicode_escape").encode("latin-1")
    except ValueError as error:
        raise TurnstileError(
            r"The turnstile's line must be ASCII, with \r, \n, \t or \xNN for what isn't a letter."
        ) from error
    return SerialLine(port, raw)


def _environment(judged: Judged) -> dict[str, str]:
    """Give what a program needs, none of this program's secrets, and the admission."""
    hidden = ("SCANNER_", "NOTIFY_SOCKET", "WATCHDOG_")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(hidden)}
    verdict = judged.verdict
    about = {
        "TURNSTILE_SERIAL": verdict.serial or "",
        "TURNSTILE_SECTION": (verdict.section or "").replace("\0", ""),
        "TURNSTILE_SCAN": str(judged.scan),
    }
    return {**kept, **about}
