"""A hand scanner that types, read from evdev and grabbed: no key reaches another program.

It calls the kernel directly: that takes two calls and one struct, and a binding would have to be
compiled on the gate. Keys become text with the US layout, the factory setting of scanners; their
numbers are those of `linux/input-event-codes.h`.
"""

import fcntl
import os
import select
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scanner.scanning.errors import HandScannerAway, ScannerFault
from scanner.scanning.scan_source import Name

EVIOCGRAB = 0x40044590
"""`_IOW('E', 0x90, int)` of `linux/input.h`: all events go to this reader and to nobody else."""

SILENCE_SECONDS = 0.3
"""Without a key for this long a scan has ended: some scanners send no suffix after a code."""

_EVENTS_AT_ONCE = 64

Grab = Callable[[int], object]
"""Takes exclusive access to an open device; raises OSError where another process has it."""

EVENT = struct.Struct("@llHHi")
"""`struct input_event`: seconds, microseconds, type, code, value."""

EV_SYN, EV_KEY = 0, 1
SYN_DROPPED = 3
KEY_TAB, KEY_ENTER, KEY_KEYPAD_ENTER, KEY_LINEFEED = 15, 28, 96, 101

_RELEASED, _PRESSED = 0, 1
_ENDS = frozenset({KEY_TAB, KEY_ENTER, KEY_KEYPAD_ENTER, KEY_LINEFEED})
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

_LONGEST = 4296
"""Characters. No QR code holds more (ISO/IEC 18004: version 40-L, alphanumeric mode)."""


@dataclass(slots=True)
class KeyText:
    """Assembles key events into scans; Enter, Tab or line feed ends one."""

    _text: str = ""
    _shifts: frozenset[int] = frozenset()
    _alts: frozenset[int] = frozenset()
    _caps: bool = False
    _number: str = ""
    _broken: bool = False

    @property
    def waiting(self) -> bool:
        """Whether a scan is in progress."""
        return bool(self._text)

    def feed(self, kind: int, code: int, value: int) -> str | None:
        """Take one event; return the scan that it ends.

        A scan with dropped events (SYN_DROPPED) is discarded.
        """
        if (kind, code) == (EV_SYN, SYN_DROPPED):
            self._broken = True
            self._shifts = self._alts = frozenset()
        if kind != EV_KEY:
            return None
        if code in _SHIFTS:
            self._shifts = _held(self._shifts, code, value)
        elif code in _ALTS:
            self._alts = _held(self._alts, code, value)
            if not self._alts:
                self._end_number()
        elif value == _PRESSED:
            return self._press(code)
        return None

    def end(self) -> str | None:
        """End the scan in progress, as Enter does."""
        text, broken = self._text, self._broken
        self._text, self._broken = "", False
        return text if text and not broken else None

    def _press(self, code: int) -> str | None:
        if code in _ENDS:
            return self.end()
        if code == _CAPS_LOCK:
            self._caps = not self._caps
        elif self._alts and _KEYPAD.get(code, "").isdigit():
            self._number += _KEYPAD[code]
        else:
            self._write(self._char(code))
        return None

    def _char(self, code: int) -> str:
        plain = _PLAIN.get(code)
        if plain is None:
            return _KEYPAD.get(code, "")
        if _ALT_GR in self._alts:
            return chr(_WITH_ALT_GR + code)
        shifted = bool(self._shifts) is not (self._caps and plain.isalpha())
        return _SHIFTED[code] if shifted else plain

    def _end_number(self) -> None:
        """Write the character whose number was typed on the keypad with Alt held."""
        number, self._number = self._number, ""
        if number and 0 < int(number[-3:]) <= 255:  # noqa: PLR2004 - a byte of Latin-1
            self._write(chr(int(number[-3:])))

    def _write(self, char: str) -> None:
        if len(self._text) < _LONGEST:
            self._text += char


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
        self._last = 0.0
        self._handle = _open(device, name)
        try:
            grab(self._handle)
        except OSError as error:
            self.close()
            raise HandScannerAway(ScannerFault.BUSY, name=name) from error

    def read(self, timeout: float) -> list[str]:
        """Wait up to `timeout` seconds for keys; return the scans that ended.

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
        now = time.monotonic()
        if data is None:
            return self._after_silence(now)
        self._last = now
        return self._take(data)

    def close(self) -> None:
        """Release the device; may be called twice."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _take(self, data: bytes) -> list[str]:
        data = self._rest + data
        whole = len(data) - len(data) % EVENT.size
        self._rest = data[whole:]
        scans = (
            self._text.feed(kind, code, value)
            for _, _, kind, code, value in EVENT.iter_unpack(data[:whole])
        )
        return [scan for scan in scans if scan]

    def _after_silence(self, now: float) -> list[str]:
        if not self._text.waiting or now - self._last < SILENCE_SECONDS:
            return []
        scan = self._text.end()
        return [scan] if scan else []

    def _gone(self) -> HandScannerAway:
        return HandScannerAway(ScannerFault.UNPLUGGED, name=self.name)


def _open(device: Path, name: Name) -> int:
    try:
        return os.open(device, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except PermissionError as error:
        raise HandScannerAway(ScannerFault.NOT_PERMITTED, name=name) from error
    except OSError as error:
        raise HandScannerAway(ScannerFault.ABSENT, name=name) from error
