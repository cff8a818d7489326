"""A hand scanner that types, read from evdev and grabbed: no key reaches another program.

It calls the kernel directly: that takes two calls and one struct, and a binding would have to be
compiled on the gate. Keys become text with the US layout, the factory setting of scanners; their
numbers are those of `linux/input-event-codes.h`.
"""

import fcntl
import os
import select
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scanner.scanning.code_framing import CANCEL
from scanner.scanning.errors import HandScannerAway, ScannerFault
from scanner.scanning.scan_source import Name

EVIOCGRAB = 0x40044590
"""`_IOW('E', 0x90, int)` of `linux/input.h`: all events go to this reader and to nobody else."""

_EVENTS_AT_ONCE = 64

Grab = Callable[[int], object]
"""Takes exclusive access to an open device; raises OSError where another process has it."""

EVENT = struct.Struct("@llHHi")
"""`struct input_event`: seconds, microseconds, type, code, value."""

EV_SYN, EV_KEY = 0, 1
SYN_DROPPED = 3
KEY_TAB, KEY_ENTER, KEY_KEYPAD_ENTER, KEY_LINEFEED = 15, 28, 96, 101

_RELEASED, _PRESSED = 0, 1
_ENDS = {KEY_TAB: "\t", KEY_ENTER: "\r", KEY_KEYPAD_ENTER: "\r", KEY_LINEFEED: "\n"}
_CTRLS = frozenset({29, 97})
_SHIFTS = frozenset({42, 54})
_ALTS = frozenset({56, 100})
_ALT_GR = 100
_CAPS_LOCK = 58

_WITH_ALT_GR = 0xE000
"""With AltGr a key writes another character in each layout, and none in the US one. It becomes this
plus the key's number, in Unicode's private use area; `scanner pair` learns what it stands for.
"""

_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\", "|"),
    (44, "zxcvbnm,./", "ZXCVBNM<>?"),
    (57, " ", " "),
)
_PLAIN = {first + at: char for first, plain, _ in _ROWS for at, char in enumerate(plain)}
_SHIFTED = {first + at: char for first, _, shifted in _ROWS for at, char in enumerate(shifted)}
_KEYPAD = {55: "*", 98: "/", **{71 + at: char for at, char in enumerate("789-456+1230.")}}

_CONTROLS = {"2": "@", "6": "^", "-": "_", "/": "_"}
"""With Ctrl these keys write a control character without Shift too, as in xterm."""


@dataclass(slots=True)
class KeyText:
    """Turns key events into the characters that they write."""

    _ctrls: frozenset[int] = frozenset()
    _shifts: frozenset[int] = frozenset()
    _alts: frozenset[int] = frozenset()
    _caps: bool = False
    _number: str = ""

    def feed(self, kind: int, code: int, value: int) -> str:
        """Take one event; return what it writes, `CANCEL` where events were dropped."""
        if (kind, code) == (EV_SYN, SYN_DROPPED):
            self._ctrls = self._shifts = self._alts = frozenset()
            return CANCEL
        if kind != EV_KEY:
            return ""
        if code in _CTRLS:
            self._ctrls = _held(self._ctrls, code, value)
        elif code in _SHIFTS:
            self._shifts = _held(self._shifts, code, value)
        elif code in _ALTS:
            self._alts = _held(self._alts, code, value)
            return "" if self._alts else self._end_number()
        elif value == _PRESSED:
            return self._press(code)
        return ""

    def _press(self, code: int) -> str:
        if code in _ENDS:
            return _ENDS[code]
        if code == _CAPS_LOCK:
            self._caps = not self._caps
            return ""
        if self._alts and _KEYPAD.get(code, "").isdigit():
            self._number += _KEYPAD[code]
            return ""
        char = self._char(code)
        return _control(char) if self._ctrls and _ALT_GR not in self._alts else char

    def _char(self, code: int) -> str:
        plain = _PLAIN.get(code)
        if plain is None:
            return _KEYPAD.get(code, "")
        if _ALT_GR in self._alts:
            return chr(_WITH_ALT_GR + code)
        shifted = bool(self._shifts) is not (self._caps and plain.isalpha())
        return _SHIFTED[code] if shifted else plain

    def _end_number(self) -> str:
        """Return the character whose number was typed on the keypad with Alt held."""
        number, self._number = self._number, ""
        in_latin_1 = number and 0 < int(number[-3:]) <= 255  # noqa: PLR2004 - a byte
        return chr(int(number[-3:])) if in_latin_1 else ""


def _control(char: str) -> str:
    """Return the control character that a key writes with Ctrl held; nothing where it has none."""
    letter = _CONTROLS.get(char, char).upper()
    return chr(ord(letter) & 0x1F) if "@" <= letter <= "_" else ""


def _held(keys: frozenset[int], code: int, value: int) -> frozenset[int]:
    return keys - {code} if value == _RELEASED else keys | {code}


def grab(handle: int) -> None:
    """Take exclusive access to an input device, until the handle is closed."""
    fcntl.ioctl(handle, EVIOCGRAB, 1)


class EvdevScanner:
    """A scanner's key events, read from `/dev/input/event*`.

    Args:
        device: the kernel's file for it.
        name: what a person calls it.
        grab: takes exclusive access.

    Raises:
        HandScannerAway: it isn't there, may not be used, or another program has it.
    """

    source = "usb"

    def __init__(self, device: Path, name: Name, grab: Grab = grab) -> None:
        self.name = name
        self._text = KeyText()
        self._rest = b""
        self._handle = _open(device, name)
        try:
            grab(self._handle)
        except OSError as error:
            self.close()
            raise HandScannerAway(ScannerFault.BUSY, name=name) from error

    def read(self, timeout: float) -> str:
        """Wait up to `timeout` seconds for keys; return what they write.

        Raises:
            HandScannerAway: it was unplugged.
        """
        try:
            ready, _, _ = select.select([self._handle], [], [], timeout)
            data = os.read(self._handle, EVENT.size * _EVENTS_AT_ONCE) if ready else None
        except (OSError, ValueError) as error:
            raise self._gone() from error
        if data == b"":
            raise self._gone()
        return self._take(data or b"")

    def close(self) -> None:
        """Release the device; may be called twice."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _take(self, data: bytes) -> str:
        data = self._rest + data
        whole = len(data) - len(data) % EVENT.size
        self._rest = data[whole:]
        return "".join(
            self._text.feed(kind, code, value)
            for _, _, kind, code, value in EVENT.iter_unpack(data[:whole])
        )

    def _gone(self) -> HandScannerAway:
        return HandScannerAway(ScannerFault.UNPLUGGED, name=self.name)


def _open(device: Path, name: Name) -> int:
    try:
        return os.open(device, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except PermissionError as error:
        raise HandScannerAway(ScannerFault.NOT_PERMITTED, name=name) from error
    except OSError as error:
        raise HandScannerAway(ScannerFault.ABSENT, name=name) from error
