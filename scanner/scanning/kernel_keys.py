"""Turns evdev key events into text, with the US keyboard layout. Pure.

Numbers are those of `linux/input-event-codes.h`. The US layout is the factory setting of scanners.
"""

import struct
from dataclasses import dataclass

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
