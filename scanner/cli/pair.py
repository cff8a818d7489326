"""`scanner pair`: learns a keyboard wedge's layout from one code on the screen."""

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

from scanner.cli.output import print_line, print_text, tell
from scanner.cli.settings import load
from scanner.facts import Code, Fact

if TYPE_CHECKING:
    from scanner.scanning.hand_scanners import HandScanners

WEDGE = "wedge"
"""Through the terminal; other scans are named as the journal names them."""


class PairNote(Code):
    """What came of pairing."""

    FORGOTTEN = "scanning.pair_forgotten"
    SERIAL = "scanning.pair_serial"
    NOTHING = "scanning.pair_nothing"
    LEARNED = "scanning.pair_learned"
    SWAP = "scanning.pair_swap"
    SCAN = "scanning.pair_scan"


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
    from scanner.wording.sentences import sentence

    config = load()
    if forget:
        keyboard_layouts.forget(config.home)
        tell(Fact(PairNote.FORGOTTEN))
        return
    if sys.stdin.isatty():
        arrived, by = _from_terminal(config.scanner)
    else:
        arrived, by = sys.stdin.readline().rstrip("\r\n"), WEDGE
    learned = keyboard_layouts.learn(arrived)
    if by == "serial":
        tell(Fact(PairNote.SERIAL))
        return
    file = keyboard_layouts.FILE if by == WEDGE else keyboard_layouts.DIRECT_FILE
    keyboard_layouts.save(learned, config.home, file)
    if not learned.keys:
        tell(Fact(PairNote.NOTHING))
        return
    swaps = [
        sentence(Fact(PairNote.SWAP, {"came": came, "meant": meant}))
        for came, meant in sorted(learned.keys.items())
    ]
    print_line(f"{sentence(Fact(PairNote.LEARNED))} {', '.join(swaps)}.")


def _from_terminal(spec: str) -> tuple[str, str]:
    """Show the set-up code; return what was scanned and through what."""
    from scanner.scanning.hand_scanners import hand_scanners
    from scanner.wording.sentences import sentence

    code = set_up_code(*_room())
    heard: SimpleQueue[tuple[str, str]] = SimpleQueue()
    scanners = hand_scanners(spec)
    if scanners:
        scanners.start(lambda payload, by: heard.put((payload, by)), lambda _: None)
    try:
        # Without a line's end, so that the code keeps its upper edge on 24 lines.
        typer.echo(f"{code}{sentence(Fact(PairNote.SCAN))}", nl=False)  # drawn with colours
        return _scan(heard, scanners)
    finally:
        print_line()
        if scanners:
            scanners.stop()


def _room() -> tuple[int, int]:
    """Return the terminal's columns and lines; without a terminal, more than enough."""
    try:
        columns, lines = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        return sys.maxsize, sys.maxsize
    return columns or sys.maxsize, lines or sys.maxsize


def set_up_code(columns: int, lines: int) -> str:
    """Draw the code for a terminal of this size, with a line to spare.

    Raises:
        LayoutUnknown: it doesn't fit.
    """
    import segno

    from scanner.scanning.errors import LayoutFault, LayoutUnknown
    from scanner.scanning.keyboard_layouts import SETUP

    code = segno.make(SETUP, error="l", micro=False)
    for quiet in _QUIET:
        wide = code.symbol_size(border=quiet)[0]
        if wide <= columns and (wide + 1) // 2 < lines:
            drawn = StringIO()
            code.terminal(drawn, compact=True, border=quiet)
            rows = drawn.getvalue().splitlines()
            return "".join(f"{_WHITE_ON_BLACK}{row}{_PLAIN}\n" for row in rows)
    raise LayoutUnknown(LayoutFault.NO_ROOM, columns=wide, lines=(wide + 1) // 2 + 1)


def _scan(
    heard: "SimpleQueue[tuple[str, str]]", scanners: "HandScanners | None"
) -> tuple[str, str]:
    """Wait for a scan, typed or read directly; a scanner's fault is shown once."""
    import termios
    import tty

    from scanner.wording.sentences import sentence

    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)
    keys = Keys(sys.stdin.encoding)
    shown: Fact | None = None
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
            if state and state.fact and not state.running and state.fact != shown:
                shown = state.fact
                print_text(f"\n{sentence(shown)}", err=True)
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)


@dataclass(slots=True)
class Keys:
    """Assembles what a scanner types into a terminal; Esc, Ctrl+C and Ctrl+D end the command.

    Alt and a key arrive as Esc and the key at once: a scanner sends that for a mark that the
    laptop's layout lacks. It is left out, and so are arrows and function keys.
    """

    encoding: str
    _text: str = ""
    _sequence: str = ""
    _decoder: codecs.IncrementalDecoder = field(init=False)

    def __post_init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder(self.encoding)("replace")

    def feed(self, data: bytes) -> str | None:
        """Take bytes from the terminal; return the scan that Enter or Tab ends.

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
        """Nothing came for a moment: an Esc without a key after it is a person's."""
        if self._sequence:
            raise typer.Exit(1)

    def _follow(self, char: str) -> None:
        """Continue an escape sequence: one more key, or `[` or `O` up to a letter."""
        begun = self._sequence
        goes_on = not begun or (begun == _ESCAPE and char in "[O")
        goes_on |= len(begun) > 1 and not "@" <= char <= "~"
        self._sequence = begun + char if goes_on else ""
