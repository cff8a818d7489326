"""`scanner pair`: learns from one code on the screen what a hand scanner makes of a code."""

import codecs
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import StringIO
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Annotated, NamedTuple, cast

import typer

from scanner.admission.keyboards import Keyboard
from scanner.cli.output import print_line, print_text, tell
from scanner.cli.settings import load
from scanner.facts import Code, Fact
from scanner.wording.sentences import sentence

if TYPE_CHECKING:
    from io import BufferedIOBase

    from scanner.scanning.hand_scanners import HandScanners
    from scanner.scanning.keyboard_layouts import KeyMap

WEDGE = "wedge"
"""Through the terminal; other scans are named as the journal names them."""


class PairNote(Code):
    """What came of pairing."""

    FORGOTTEN = "scanning.pair_forgotten"
    SERIAL = "scanning.pair_serial"
    NOTHING = "scanning.pair_nothing"
    LEARNED = "scanning.pair_learned"
    BEFORE = "scanning.pair_before"
    AFTER = "scanning.pair_after"
    ENTER = "scanning.pair_enter"
    TAB = "scanning.pair_tab"
    NO_END = "scanning.pair_no_end"
    TYPES = "scanning.pair_types"
    TYPES_HERE = "scanning.pair_types_here"
    SWAP = "scanning.pair_swap"
    SCAN = "scanning.pair_scan"


class Maker(Code):
    """How the scanners of those makers are set up that doors mostly have."""

    USUAL = "scanning.maker_usual"
    ZEBRA = "scanning.maker_zebra"
    HONEYWELL = "scanning.maker_honeywell"
    DATALOGIC = "scanning.maker_datalogic"
    NEWLAND = "scanning.maker_newland"
    OTHERS = "scanning.maker_others"


class Arrived(NamedTuple):
    """What a scanner made of the set-up code.

    Attributes:
        text: what arrived of it.
        by: what read the scanner.
        end: the key after it, empty where none came; None where that isn't known.
    """

    text: str
    by: str
    end: str | None


_INTERRUPT, _END_OF_INPUT, _ESCAPE = "\x03", "\x04", "\x1b"
_TICK_SECONDS = 0.1
_CHUNK = 4096

_SILENT_TICKS = 10
"""A slow scanner pauses for up to a second within a code."""

_LEAST = 62
"""Characters of the set-up code's letters and digits; a person types fewer."""

_LOCAL_MODES = 3
"""Of what `termios.tcgetattr` returns."""

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
    makers: Annotated[
        bool,
        typer.Option("--makers", help="Say how scanners of the usual makers are set up."),
    ] = False,
) -> None:
    """Learn from a set-up code on the screen what a hand scanner makes of a code, and undo it.

    Needed where letters arrive swapped, because the scanner's keyboard layout isn't the laptop's
    (or, of a scanner that the gate reads directly, isn't the US one), and where the scanner adds
    letters of its own before or after. Without a terminal, a scan is taken from standard input.
    """
    from scanner.scanning import keyboard_layouts

    config = load()
    if forget:
        keyboard_layouts.forget(config.home)
        tell(Fact(PairNote.FORGOTTEN))
        return
    if makers:
        for maker in Maker:
            tell(Fact(maker))
        return
    readings = _from_terminal(config.scanner) if sys.stdin.isatty() else _from_pipe()
    arrived, learned = _learn(readings)
    changes = bool(learned.keys or learned.before or learned.after)
    if arrived.by == "serial" and not changes:
        tell(Fact(PairNote.SERIAL))
        return
    keyboard_layouts.save(learned, config.home, keyboard_layouts.FILES[arrived.by])
    found = list(_found(learned, arrived.end))
    if changes:
        print_line(f"{sentence(Fact(PairNote.LEARNED))} {', '.join(found)}.")
    else:
        tell(Fact(PairNote.NOTHING))


_READINGS = 2
"""A scan that was cut off is followed by another."""


def _learn(readings: Iterator[Arrived]) -> "tuple[Arrived, KeyMap]":
    """Learn from the first reading of the set-up code that is whole.

    Raises:
        LayoutUnknown: none is.
    """
    from scanner.scanning.errors import LayoutFault, LayoutUnknown
    from scanner.scanning.keyboard_layouts import learn

    fault = LayoutUnknown(LayoutFault.NOT_WHOLE)
    for number, arrived in enumerate(readings, 1):
        try:
            return arrived, learn(arrived.text)
        except LayoutUnknown as error:
            fault = error
        if number == _READINGS:
            break
        if sys.stdin.isatty():
            tell(fault.fact, err=True)
    raise fault


def _found(learned: "KeyMap", end: str | None) -> Iterator[str]:
    """Yield what was found, each as a part of a sentence."""
    ends = {"\r": PairNote.ENTER, "\n": PairNote.ENTER, "\t": PairNote.TAB, "": PairNote.NO_END}
    if learned.before:
        yield sentence(Fact(PairNote.BEFORE, {"text": learned.before}))
    if learned.after:
        yield sentence(Fact(PairNote.AFTER, {"text": learned.after}))
    if end is not None:
        yield sentence(Fact(ends[end]))
    if not learned.typings:
        for came, meant in sorted(learned.keys.items()):
            yield sentence(Fact(PairNote.SWAP, {"came": came, "meant": meant}))
        return
    scanner = _either({each.scanner for each in learned.typings})
    computer = _either({each.computer for each in learned.typings})
    if Keyboard.US in {each.computer for each in learned.typings}:
        yield sentence(Fact(PairNote.TYPES, {"scanner": scanner}))
    else:
        yield sentence(Fact(PairNote.TYPES_HERE, {"scanner": scanner, "computer": computer}))


def _either(keyboards: set[Keyboard]) -> str:
    return " / ".join(sentence(Fact(each)) for each in Keyboard if each in keyboards)


def _from_pipe() -> Iterator[Arrived]:
    from scanner.cli.line_gate import payloads

    for line in payloads(cast("BufferedIOBase", sys.stdin.buffer)):
        yield Arrived(line, WEDGE, "\r")


def _from_terminal(spec: str) -> Iterator[Arrived]:
    """Show the set-up code; yield what is scanned."""
    from scanner.scanning.hand_scanners import hand_scanners

    code = set_up_code(*_room())
    heard: SimpleQueue[Arrived] = SimpleQueue()
    scanners = hand_scanners(spec)
    if scanners:
        scanners.start(lambda payload, by: heard.put(Arrived(payload, by, None)), lambda _: None)
    try:
        # Without a line's end, so that the code keeps its upper edge on 24 lines.
        typer.echo(f"{code}{sentence(Fact(PairNote.SCAN))}", nl=False)  # drawn with colours
        while True:
            arrived = _scan(heard, scanners)
            print_line()
            yield arrived
    finally:
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


def _scan(heard: "SimpleQueue[Arrived]", scanners: "HandScanners | None") -> Arrived:
    """Wait for a scan, typed or read directly; a scanner's fault is shown once."""
    handle = sys.stdin.fileno()
    keys = Keys(sys.stdin.encoding)
    shown: Fact | None = None
    with _unread_keys(handle):
        while True:
            if not select.select([handle], [], [], _TICK_SECONDS)[0]:
                typed = keys.rest()
            else:
                typed = keys.feed(os.read(handle, _CHUNK))
            if typed:
                return typed
            with suppress(Empty):
                return heard.get_nowait()
            state = scanners.state() if scanners else None
            if state and state.fact and not state.running and state.fact != shown:
                shown = state.fact
                print_text(f"\n{sentence(shown)}", err=True)


@contextmanager
def _unread_keys(handle: int) -> Iterator[None]:
    """Get keys as they are typed: a scanner's Ctrl+C is the end of its text, and no interrupt."""
    import termios
    import tty

    before = termios.tcgetattr(handle)
    try:
        tty.setcbreak(handle, termios.TCSANOW)  # what was typed by now is not thrown away
        now = termios.tcgetattr(handle)
        now[_LOCAL_MODES] &= ~termios.ISIG
        termios.tcsetattr(handle, termios.TCSANOW, now)
        yield
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)


@dataclass(slots=True)
class Keys:
    """Assembles what a scanner types into a terminal; Esc, Ctrl+C and Ctrl+D end the command.

    Within a scan, Ctrl and a key are a control character that the scanner adds. Alt and a key
    arrive as Esc and the key at once: a scanner sends that for a mark that the laptop's layout
    lacks. It is left out, and so are arrows and function keys.
    """

    encoding: str
    _text: str = ""
    _sequence: str = ""
    _silent_ticks: int = 0
    _decoder: codecs.IncrementalDecoder = field(init=False)

    def __post_init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder(self.encoding)("replace")

    def feed(self, data: bytes) -> Arrived | None:
        """Take bytes from the terminal; return the scan that Enter or Tab ends.

        Raises:
            Exit: the person left, or the terminal is gone.
        """
        if not data:
            raise typer.Exit(1)
        for char in self._decoder.decode(data):
            leaves = char in {_INTERRUPT, _END_OF_INPUT} and not self._is_scanning()
            if leaves or (char == _ESCAPE and self._sequence):
                raise typer.Exit(1)
            if char == _ESCAPE or self._sequence:
                self._follow(char)
            elif char not in "\r\n\t":
                self._text += char
            elif self._text:
                return self._end(char)
        self._silent_ticks = 0
        return None

    def rest(self) -> Arrived | None:
        """Nothing came for a moment: an Esc without a key after it is a person's.

        After a second a set-up code has ended without a key.
        """
        if self._sequence:
            raise typer.Exit(1)
        self._silent_ticks += 1
        if self._silent_ticks >= _SILENT_TICKS and len(self._text) >= _LEAST:
            return self._end("")
        return None

    def _is_scanning(self) -> bool:
        return bool(self._text) and not self._silent_ticks

    def _end(self, end: str) -> Arrived:
        arrived, self._text = Arrived(self._text, WEDGE, end), ""
        return arrived

    def _follow(self, char: str) -> None:
        """Continue an escape sequence: one more key, or `[` or `O` up to a letter."""
        begun = self._sequence
        goes_on = not begun or (begun == _ESCAPE and char in "[O")
        goes_on |= len(begun) > 1 and not "@" <= char <= "~"
        self._sequence = begun + char if goes_on else ""
