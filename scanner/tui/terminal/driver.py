"""Textual's drivers: Linux's with a shorter escape delay and an end when the terminal is gone.

For browsers, its own with bounded sizes, and an end when the browser is gone.
"""

import codecs
import math
import os
import re
import select
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import IO, Any

from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.drivers.web_driver import WebDriver
from textual.events import Key
from textual.message import Message
from textual.messages import ExitApp

from scanner.tui.terminal.graphics import QUESTIONS, Abilities, Answers, cell_size

_POLL_SECONDS = 0.1
"""Between two checks for the end of the app."""

_HAIR_SECONDS = 0.002
_CHUNK = 4096

_ALT_KEY = re.compile(r"(\x1b[^\x00-\x20\x7f\[\]OPX^_bf])")
"""Alt and a key, unless it begins a sequence (ECMA-48: CSI, SS3, DCS, SOS, OSC, PM, APC) or is one
of Textual's own: Alt and b or f are words back and forth."""


WIDEST, TALLEST = 500, 200
"""Cells; a screen is drawn in memory, cell by cell."""


class Receipt(str):
    """An empty text in the stream of what is written: what comes before it was written.

    Attributes:
        call: is called then.
    """

    __slots__ = ("call",)
    call: Callable[[], None]


class Outlet:
    """What is written to a terminal, or to nobody once the terminal is gone.

    Textual's writer thread ends at the first error, and the next write would block for ever.

    Args:
        file: the terminal.
        gone: set as soon as the terminal takes nothing any more.
    """

    def __init__(self, file: IO[str], gone: Event) -> None:
        self._file = file
        self._gone = gone

    def write(self, text: str) -> int:
        """Write a text; returns its length."""
        if isinstance(text, Receipt):
            self.flush()
            if not self._gone.is_set():
                text.call()
        elif not self._gone.is_set():
            try:
                return self._file.write(text)
            except OSError:
                self._gone.set()
        return len(text)

    def flush(self) -> None:
        """Let the terminal have what was written."""
        if not self._gone.is_set():
            try:
                self._file.flush()
            except OSError:
                self._gone.set()

    def fileno(self) -> int:
        """Return the terminal's file number."""
        return self._file.fileno()


def let_go(terminal: int) -> None:
    """Have nobody read what is still written to a terminal that is gone.

    Python writes out what it holds as it ends, and where it can't, its exit code is 120.

    Args:
        terminal: a file number of it; standard output and error go to nobody where they are it.
    """
    device = os.fstat(terminal).st_rdev
    with Path(os.devnull).open("wb") as nobody:
        for stream in (1, 2):
            if os.fstat(stream).st_rdev == device:
                os.dup2(nobody.fileno(), stream)


class TerminalDriver(LinuxDriver):
    """Textual's own, with other reading and writing."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._gone = Event()
        self._file: Any = Outlet(self._file, self._gone)
        self.newest_key = 0.0
        """When the newest key came that was given to the app; infinite while some are read."""
        self._answers: Answers | None = None

    def ask_for_graphics(self, on_answered: Callable[[], None]) -> Abilities:
        """Return what the terminal can draw, as far as it has said; ask it, the first time.

        Args:
            on_answered: called in the app's loop once it has said.
        """
        if self._answers is None:
            loop = self._loop

            def tell() -> None:
                loop.call_soon_threadsafe(on_answered)

            self._answers = Answers(tell)
            self.write(QUESTIONS)
        known = self._answers.abilities or Abilities()
        cell = cell_size(self.fileno)
        return replace(known, cell=cell) if all(cell) else known

    def when_written(self, call: Callable[[], None]) -> None:
        """Call from the writing thread once the terminal has taken all that was written so far."""
        receipt = Receipt()
        receipt.call = call
        self.write(receipt)

    def run_input_thread(self) -> None:
        """Read keys until the app ends, or the terminal does; then the app is to end too.

        A terminal can go without a signal to this process: when it is not the one that
        controls it. Then it reads as ended, at once and for ever.
        """
        parser, decoder = XTermParser(self._debug), codecs.getincrementaldecoder("utf-8")("replace")
        wait = _POLL_SECONDS
        while not self.exit_event.is_set() and not self._gone.is_set():
            text, came = "", bool(select.select([self.fileno], [], [], wait)[0])
            newest = self.newest_key
            if came:
                self.newest_key = math.inf
                raw = self._read()
                text = decoder.decode(raw)
                if not raw:
                    self._gone.set()
            if self._answers:
                text = self._answers.feed(text) if came else self._answers.flush()
            for event in [*_events(parser, text), *parser.tick()]:
                self.process_message(event)
                newest = event.time if isinstance(event, Key) else newest
            self.newest_key = newest
            # An Esc may be the start of more; when nothing more comes it is to count soon.
            wait = constants.ESCAPE_DELAY + _HAIR_SECONDS if came else _POLL_SECONDS
        if self._gone.is_set():
            let_go(self.fileno)
            # The gate notes why it ends; another app just does.
            self._app.call_later(getattr(self._app, "terminal_gone", self._app.action_quit))

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _CHUNK)
        except OSError:  # Linux's way to say that nobody holds the other end
            return b""


class PageSpeaker:
    """Has the page in the browser play the sounds; whether they are heard is not known here.

    Args:
        send: sends the page a message.
    """

    audible = True

    def __init__(self, send: Callable[[dict[str, object]], None]) -> None:
        self._send = send

    def play(self, name: str, volume: int) -> None:
        """Play a sound, `volume` in per cent."""
        self._send({"type": "sound", "name": name, "volume": volume})


class BrowserDriver(WebDriver):
    """Textual's own; a browser may ask for any size, by a message or by an escape sequence.

    Attributes:
        speaker: the page's.
    """

    def __init__(self, *args: Any, size: tuple[int, int] | None = None, **settings: Any) -> None:
        super().__init__(*args, size=size, **settings)
        self.speaker = PageSpeaker(self.write_meta)
        if self._size is not None:
            self._size = _bounded(*self._size)

    def run_input_thread(self) -> None:
        """Read keys until the app ends, or the window does; then the app is to end too."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.post_message(ExitApp())

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """Take a message of the server's."""
        if packet_type == "resize":
            width, height = payload.get("width"), payload.get("height")
            if not (isinstance(width, int) and isinstance(height, int)):
                return
            payload["width"], payload["height"] = _bounded(width, height)
        super().on_meta(packet_type, payload)

    def process_message(self, message: Message) -> None:
        """Take what the window's keys mean; a terminal may tell its size among them."""
        if isinstance(message, events.Resize):
            return
        super().process_message(message)


def _bounded(width: int, height: int) -> tuple[int, int]:
    return max(1, min(width, WIDEST)), max(1, min(height, TALLEST))


def _events(parser: XTermParser, text: str) -> Iterator[Message]:
    """Parse what a terminal sent, with each Alt and a key at once.

    Textual's parser waits for more of a sequence after them: up to 32 characters of a scan.
    """
    for piece in _ALT_KEY.split(text):
        if len(piece) == len("\x1bq") and _ALT_KEY.fullmatch(piece):
            yield from parser._sequence_to_key_events(piece[1], alt=True)
        elif piece:
            yield from parser.feed(piece)
