"""What can go wrong with pictures and hand scanners, worded for a person.

CaptureError
├── NoDecoder       no library that reads codes is installed
├── CameraError     no picture is coming
│   ├── CameraAway         not there, busy or not permitted: it may come back by itself
│   └── NoPictures         a file or folder is missing or can't be read: it won't
└── HandScannerError    a hand scanner can't be used
    ├── HandScannerAway    not there, busy or not permitted: it may come back by itself
    └── LayoutUnknown      what it types can't be turned back into what it read
"""

from scanner.errors import ScannerError


class CaptureError(ScannerError):
    """Payloads can't be got from the world."""


class NoDecoder(CaptureError):
    """There is nothing to read codes with."""


class CameraError(CaptureError):
    """No picture is coming from where pictures should come."""


class CameraAway(CameraError):
    """The camera gives nothing now; trying again may help."""


class NoPictures(CameraError):
    """What was named holds no pictures; trying again won't help."""


class HandScannerError(CaptureError):
    """A hand scanner can't be used as it is."""


class HandScannerAway(HandScannerError):
    """The scanner gives nothing now; trying again may help."""


class LayoutUnknown(HandScannerError):
    """What a scanner types can't be turned back into what it read."""
