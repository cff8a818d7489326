"""A hand scanner on a serial port: USB CDC, or RS-232 through a converter."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.admission.cleaning import ScanDecoder
from scanner.scanning.errors import HandScannerAway, HandScannerError, ScannerFault
from scanner.scanning.scan_source import Name

if TYPE_CHECKING:
    import serial

BAUD = 9600
"""The factory setting of scanners; USB CDC ignores it."""

SILENCE_SECONDS = 0.15
"""Without a byte for this long a character has ended, whole or not. At 9600 baud a byte takes a
millisecond."""

_BYTES_AT_ONCE = 4096


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
        self._decoder = ScanDecoder()
        self._last = 0.0
        self._silent = True
        self._port = _open(device, name)

    def read(self, timeout: float) -> str:
        """Wait up to `timeout` seconds for bytes; return the text that is certain by now.

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
        if data:
            self._last, self._silent = now, False
            return self._decoder.feed(bytes(data))
        if self._silent or now - self._last < SILENCE_SECONDS:
            return ""
        self._silent = True
        return self._decoder.flush()

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
