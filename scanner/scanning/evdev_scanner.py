"""A hand scanner that types, read from evdev and grabbed: no key reaches another program.

It calls the kernel directly: that takes two calls and one struct, and a binding would have to be
compiled on the gate.
"""

import fcntl
import os
import select
import time
from collections.abc import Callable
from pathlib import Path

from scanner.scanning.errors import HandScannerAway, ScannerFault
from scanner.scanning.kernel_keys import EVENT, KeyText
from scanner.scanning.scan_source import Name

EVIOCGRAB = 0x40044590
"""`_IOW('E', 0x90, int)` of `linux/input.h`: all events go to this reader and to nobody else."""

SILENCE_SECONDS = 0.3
"""Without a key for this long a scan has ended: some scanners send no suffix after a code."""

_EVENTS_AT_ONCE = 64

Grab = Callable[[int], object]
"""Takes exclusive access to an open device; raises OSError where another process has it."""


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
