"""A hand scanner on a serial port (USB CDC, or RS-232 through a converter), and its framing.

Bytes become text in `scanner.admission.cleaning`, which also takes off what else a scanner adds.
"""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.admission.cleaning import ScanDecoder, clean
from scanner.admission.serial import LONGEST_PAYLOAD
from scanner.scanning.errors import HandScannerAway, HandScannerError, ScannerFault
from scanner.scanning.scan_source import Name

if TYPE_CHECKING:
    import serial

BAUD = 9600
"""The factory setting of scanners; USB CDC ignores it."""

SILENCE_SECONDS = 0.15
"""Without a byte for this long a scan has ended: some scanners send no suffix after a code. At
9600 baud a byte takes a millisecond."""

_BYTES_AT_ONCE = 4096

_SUFFIXES = "\r\n\t\x03"
"""Carriage return, line feed, tabulator, end of text."""

_MOST = LONGEST_PAYLOAD + 1
"""Characters of a scan that are kept; with one more than any code has, it is none."""


@dataclass(slots=True)
class ScanFraming:
    """Splits a byte stream into scans, by suffix or by silence; times are monotonic seconds."""

    _decoder: ScanDecoder = field(default_factory=ScanDecoder)
    _text: list[str] = field(default_factory=list)
    _last: float = 0.0
    _silent: bool = True

    def feed(self, data: bytes, at: float) -> list[str]:
        """Take bytes; return each scan that they end."""
        self._last, self._silent = at, False
        return self._take(self._decoder.feed(data))

    def idle(self, at: float) -> list[str]:
        """Return the scan that silence has ended."""
        if self._silent or at - self._last < SILENCE_SECONDS:
            return []
        self._silent = True
        return [*self._take(self._decoder.flush()), *self._end()]

    def _take(self, text: str) -> list[str]:
        scans = []
        for char in text:
            if char in _SUFFIXES:
                scans.extend(self._end())
            elif len(self._text) < _MOST:
                self._text.append(char)
        return scans

    def _end(self) -> list[str]:
        scan, self._text = "".join(self._text), []
        return [scan] if clean(scan) else []


class SerialScanner:
    """A scanner's scans, read from a serial port.

    Args:
        device: the port.
        name: what a person calls it.

    Raises:
        HandScannerError: the library for serial ports isn't installed.
        HandScannerAway: the port isn't there, may not be used, or another program has it.
    """

    source = "serial"

    def __init__(self, device: Path, name: Name) -> None:
        self.name = name
        self._framing = ScanFraming()
        self._port = _open(device, name)

    def read(self, timeout: float) -> list[str]:
        """Wait up to `timeout` seconds for bytes; return the scans that ended.

        Raises:
            HandScannerAway: it was unplugged.
        """
        try:
            self._port.timeout = timeout
            data = self._port.read(1)
            if data:
                data += self._port.read(min(self._port.in_waiting, _BYTES_AT_ONCE))
        except (OSError, TypeError) as error:  # pyserial's own error is an OSError
            raise HandScannerAway(ScannerFault.UNPLUGGED, name=self.name) from error
        now = time.monotonic()
        return self._framing.feed(data, now) if data else self._framing.idle(now)

    def close(self) -> None:
        """Close the port; may be called twice."""
        self._port.close()


def _open(device: Path, name: Name) -> "serial.Serial":
    try:
        import serial
    except ImportError as error:
        raise HandScannerError(ScannerFault.NO_LIBRARY, name=name) from error
    try:
        return serial.Serial(str(device), BAUD, exclusive=True)
    except (OSError, ValueError) as error:
        raise HandScannerAway(_why(device), name=name) from error


def _why(device: Path) -> ScannerFault:
    if not device.exists():
        return ScannerFault.ABSENT
    if not os.access(device, os.R_OK | os.W_OK):
        return ScannerFault.NOT_PERMITTED
    return ScannerFault.UNREADABLE
