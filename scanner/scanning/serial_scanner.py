"""A hand scanner on a serial port: USB CDC, or a cable with a converter."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.scanning.errors import HandScannerAway, HandScannerError
from scanner.scanning.serial_framing import Framing

if TYPE_CHECKING:
    import serial

BAUD = 9600
"""What scanners are set to when they are made; USB CDC takes no notice."""

_BYTES_AT_ONCE = 4096


class SerialScanner:
    """A scanner's lines, read from a serial port.

    Args:
        device: the port.
        name: what a person calls it.

    Raises:
        HandScannerError: the library for serial ports isn't installed.
        HandScannerAway: the port isn't there, may not be used, or another program has it.
    """

    source = "serial"

    def __init__(self, device: Path, name: str) -> None:
        self.name = name
        self._framing = Framing()
        self._port = _open(device, name)

    def read(self, timeout: float) -> list[str]:
        """Wait up to `timeout` seconds for bytes; return what was scanned whole.

        Raises:
            HandScannerAway: it was unplugged.
        """
        try:
            self._port.timeout = timeout
            data = self._port.read(1)
            if data:
                data += self._port.read(min(self._port.in_waiting, _BYTES_AT_ONCE))
        except (OSError, TypeError) as error:  # pyserial's own error is an OSError
            raise HandScannerAway(f"{self.name} was unplugged; plug it in again.") from error
        now = time.monotonic()
        return self._framing.feed(data, now) if data else self._framing.lapse(now)

    def close(self) -> None:
        """Give the port back; harmless when that was done before."""
        self._port.close()


def _open(device: Path, name: str) -> "serial.Serial":
    try:
        import serial
    except ImportError as error:
        raise HandScannerError(
            f"{name} needs the library for serial ports; install pyserial."
        ) from error
    try:
        return serial.Serial(str(device), BAUD, exclusive=True)
    except (OSError, ValueError) as error:
        raise HandScannerAway(_why(device, name)) from error


def _why(device: Path, name: str) -> str:

    if not device.exists():
        return f"{name} is not there; plug it in."
    if not os.access(device, os.R_OK | os.W_OK):
        return (
            f"{name} may not be used by you; install assets/udev/70-scanner.rules, "
            "then unplug it and plug it in again."
        )
    return f"{name} can't be read; close the program that uses it."
