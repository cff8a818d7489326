"""`scanner pair`: learns how a typing scanner's keys arrive, from one code on the screen."""

import codecs
import os
import select
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from io import StringIO
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.settings import load

if TYPE_CHECKING:
    from scanner.scanning.hand_scanners import HandScanners

WEDGE = "wedge"
"""Through the terminal; other scans are named as the journal names them."""

_INTERRUPT, _END_OF_INPUT, _ESCAPE = "\x03", "\x04", "\x1b"
_TICK_SECONDS = 0.1
_CHUNK = 4096

_QUIET = (4, 3, 2)
"""Modules of quiet zone; the widest that fits is taken (ISO/IEC 18004, 6.3.8, wants 4)."""

_WHITE_ON_BLACK, _PLAIN = "\x1b[97;40m", "\x1b[0m"
"""A code is dark on light whatever the terminal's colours: few scanners read an inverted one."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: scanner pair")(pair)


def pair(
    *,
    forget: Annotated[
        bool, typer.Option("--forget", help="Take scans as they arrive from now on.")
    ] = False,
) -> None:
    """Learn from a set-up code on the screen how a typing scanner's keys arrive, and correct them.

    Needed where letters arrive swapped: the scanner's keyboard layout isn't the laptop's or, of a
    scanner that the gate reads directly, isn't the US one. Without a terminal, a scan is taken
    from standard input.
    """
    from scanner.scanning import keyboard_layouts

    config = load()
    if forget:
        keyboard_layouts.forget(config.home)
        typer.echo("Forgotten: scans are taken as they arrive.")
        return
    if sys.stdin.isatty():
        arrived, by = _from_terminal(config.scanner)
    else:
        arrived, by = sys.stdin.readline().rstrip("\r\n"), WEDGE
    learned = keyboard_layouts.learn(arrived)
    if by == "serial":
        typer.echo("Nothing to learn: through a serial port a scan arrives as it is.")
        return
    file = keyboard_layouts.FILE if by == WEDGE else keyboard_layouts.DIRECT_FILE
    keyboard_layouts.save(learned, config.home, file)
    if not learned.keys:
        typer.echo("Learned: what the scanner types arrives as it is.")
        return
    swaps = ", ".join(f"{came} is {meant}" for came, meant in sorted(learned.keys.items()))
    typer.echo(f"Learned, and corrected from now on: {swaps}.")


def _from_terminal(spec: str) -> tuple[str, str]:
    """Show the set-up code; return what was scanned and how it came."""
    from scanner.scanning.hand_scanners import hand_scanners

    code = set_up_code(*_room())
    heard: SimpleQueue[tuple[str, str]] = SimpleQueue()
    scanners = hand_scanners(spec)
    if scanners:
        scanners.start(lambda payload, by: heard.put((payload, by)), lambda _: None)
    try:
        # Without a line's end, so that the code keeps its upper edge on 24 lines.
        typer.echo(f"{code}Scan this code with the hand scanner; Esc leaves.", nl=False)
        return _scan(heard, scanners)
    finally:
        typer.echo()
        if scanners:
            scanners.stop()


def _room() -> tuple[int, int]:
    """Return the terminal's columns and lines; where it doesn't tell, there is enough."""
    try:
        columns, lines = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        return sys.maxsize, sys.maxsize
    return columns or sys.maxsize, lines or sys.maxsize


def set_up_code(columns: int, lines: int) -> str:
    """Draw the code for a terminal of this size, a line to be left over.

    Raises:
        LayoutUnknown: it doesn't fit.
    """
    import segno

    from scanner.scanning.errors import LayoutUnknown
    from scanner.scanning.keyboard_layouts import SETUP

    code = segno.make(SETUP, error="l", micro=False)
    for quiet in _QUIET:
        wide = code.symbol_size(border=quiet)[0]
        if wide <= columns and (wide + 1) // 2 < lines:
            drawn = StringIO()
            code.terminal(drawn, compact=True, border=quiet)
            rows = drawn.getvalue().splitlines()
            return "".join(f"{_WHITE_ON_BLACK}{row}{_PLAIN}\n" for row in rows)
    raise LayoutUnknown(
        f"The code needs {wide} columns and {(wide + 1) // 2 + 1} lines; "
        "make the window larger, and run scanner pair again."
    )


def _scan(
    heard: "SimpleQueue[tuple[str, str]]", scanners: "HandScanners | None"
) -> tuple[str, str]:
    """Wait for a scan, typed or read directly; a scanner's trouble is said once."""
    import termios
    import tty

    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)
    keys, said = Keys(sys.stdin.encoding), ""
    try:
        tty.setcbreak(handle, termios.TCSANOW)  # what was typed by now is not thrown away
        while True:
            if not select.select([handle], [], [], _TICK_SECONDS)[0]:
                keys.rest()
            elif typed := keys.feed(os.read(handle, _CHUNK)):
                return typed, WEDGE
            with suppress(Empty):
                return heard.get_nowait()
            state = scanners.state() if scanners else None
            if state and not state.running and state.sentence != said:
                said = state.sentence
                typer.echo(f"\n{said}", err=True)
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)


@dataclass(slots=True)
class Keys:
    """Puts together what a scanner types into a terminal; Esc, Ctrl+C and Ctrl+D end the command.

    A key pressed with Alt arrives as Esc and the key at once: a scanner's, whose mark the laptop
    has no such key for. It is left out, and so is an arrow or a function key.
    """

    encoding: str
    _text: str = ""
    _sequence: str = ""
    _decoder: codecs.IncrementalDecoder = field(init=False)

    def __post_init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder(self.encoding)("replace")

    def feed(self, data: bytes) -> str | None:
        """Take what the terminal delivered; return the scan that Enter or Tab ends.

        Raises:
            Exit: the person left, or the terminal is gone.
        """
        if not data:
            raise typer.Exit(1)
        for char in self._decoder.decode(data):
            if char in {_INTERRUPT, _END_OF_INPUT} or (char == _ESCAPE and self._sequence):
                raise typer.Exit(1)
            if char == _ESCAPE or self._sequence:
                self._follow(char)
            elif char not in "\r\n\t":
                self._text += char
            elif self._text:
                return self._text
        return None

    def rest(self) -> None:
        """Take it that nothing came for a moment: an Esc that stands alone is a person's."""
        if self._sequence:
            raise typer.Exit(1)

    def _follow(self, char: str) -> None:
        """Go on with a sequence that Esc began: one more key, or `[` or `O` up to a letter."""
        begun = self._sequence
        goes_on = not begun or (begun == _ESCAPE and char in "[O")
        goes_on |= len(begun) > 1 and not "@" <= char <= "~"
        self._sequence = begun + char if goes_on else ""
