"""What keeps the demo from being played."""

from scanner.errors import ScannerError


class DemoError(ScannerError):
    """The demo can't be played."""
