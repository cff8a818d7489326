"""From a serial line's bytes to what was scanned: whatever the scanner puts after a code. Pure."""

from dataclasses import dataclass

SILENCE_SECONDS = 0.15
"""After so long without a byte a scan has ended, for scanners that send nothing after a code. At
9600 baud a byte takes a millisecond."""

LONGEST = 4 * 4296
"""Bytes. No QR code holds more characters than 4296 (ISO/IEC 18004), of four bytes at most."""

_ENDS = b"\r\n\t\x03"
"""Carriage return, line feed, tabulator, end of text."""

_STARTS = "\x02"
"""Start of text, which some scanners send before a code."""


@dataclass(slots=True)
class Framing:
    """Cuts bytes into scans; times are in seconds that only rise."""

    _bytes: bytes = b""
    _last: float = 0.0

    def feed(self, data: bytes, at: float) -> list[str]:
        """Take bytes; return each scan that they end."""
        scans = []
        for byte in data:
            if byte in _ENDS:
                scans.extend(self._end())
            elif len(self._bytes) < LONGEST:
                self._bytes += bytes((byte,))
        self._last = at
        return scans

    def lapse(self, at: float) -> list[str]:
        """Return a scan that silence has ended."""
        return self._end() if self._bytes and at - self._last >= SILENCE_SECONDS else []

    def _end(self) -> list[str]:
        scan, self._bytes = self._bytes, b""
        try:
            text = scan.decode()
        except UnicodeDecodeError:
            text = scan.decode("latin-1")  # what scanners send that know no UTF-8
        text = text.removeprefix(_STARTS)
        return [text] if text else []
