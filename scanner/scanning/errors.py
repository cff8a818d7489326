"""What can go wrong with cameras, picture files and hand scanners.

CaptureError
├── NoDecoder       no library that reads codes is installed
├── CameraError     no frames are coming
│   ├── CameraAway         not there, busy or not permitted: it may come back by itself
│   └── NoPictures         a file or folder is missing or can't be read: it won't
└── HandScannerError    a hand scanner can't be used
    ├── HandScannerAway    not there, busy or not permitted: it may come back by itself
    └── LayoutUnknown      what it types can't be turned back into what it read
"""

from scanner.errors import ScannerError
from scanner.facts import Code


class CameraFault(Code):
    """Why a camera gives no frames."""

    NO_DECODER = "scanning.no_decoder"
    ABSENT = "scanning.camera_absent"
    NOT_PERMITTED = "scanning.camera_not_permitted"
    NO_PICTURE = "scanning.camera_no_picture"
    UNPLUGGED = "scanning.camera_unplugged"
    UNKNOWN = "scanning.camera_unknown"
    NOT_LISTED = "scanning.camera_not_listed"
    BROWSER_OFF = "scanning.browser_off"


class PictureFault(Code):
    """Why a file or a folder gives no pictures."""

    ABSENT = "scanning.file_absent"
    NO_FILE = "scanning.no_file"
    NOT_PERMITTED = "scanning.file_not_permitted"
    FOLDER_NOT_PERMITTED = "scanning.folder_not_permitted"
    FOLDER_EMPTY = "scanning.folder_empty"
    FOLDER_UNREADABLE = "scanning.folder_unreadable"
    EMPTY = "scanning.file_empty"
    NOT_A_PICTURE = "scanning.not_a_picture"
    UNREADABLE = "scanning.picture_unreadable"
    CUT_SHORT = "scanning.cut_short"
    TOO_LARGE = "scanning.picture_too_large"
    NEEDS_EXTRA = "scanning.needs_extra"
    LOCKED = "scanning.pdf_locked"
    NAME_NOT_UTF8 = "scanning.name_not_utf8"
    DECODE_ABSENT = "scanning.decode_absent"
    DECODE_NO_FILE = "scanning.decode_no_file"
    DECODE_NOT_PERMITTED = "scanning.decode_not_permitted"
    DECODE_FOLDER_EMPTY = "scanning.decode_folder_empty"


class ScannerFault(Code):
    """Why a hand scanner can't be read."""

    ABSENT = "scanning.scanner_absent"
    NOT_PERMITTED = "scanning.scanner_not_permitted"
    BUSY = "scanning.scanner_busy"
    UNREADABLE = "scanning.scanner_unreadable"
    UNPLUGGED = "scanning.scanner_unplugged"
    NO_LIBRARY = "scanning.scanner_no_library"


class LayoutFault(Code):
    """Why a keyboard layout can't be learned, kept or loaded."""

    CAPS_LOCK = "scanning.caps_lock"
    ARRIVE_AS_ONE = "scanning.arrive_as_one"
    DOES_NOT_ARRIVE = "scanning.does_not_arrive"
    NOT_WHOLE = "scanning.not_whole"
    NOT_KEPT = "scanning.layout_not_kept"
    DAMAGED = "scanning.layout_damaged"
    NO_ROOM = "scanning.no_room"


class CaptureError(ScannerError):
    """No payloads can be read."""


class NoDecoder(CaptureError):
    """No library that reads codes is installed."""


class CameraError(CaptureError):
    """No frames are coming."""


class CameraAway(CameraError):
    """The camera gives nothing now; a retry may help."""


class NoPictures(CameraError):
    """The file or folder holds no pictures; a retry won't help."""


class HandScannerError(CaptureError):
    """A hand scanner can't be used."""


class HandScannerAway(HandScannerError):
    """The scanner gives nothing now; a retry may help."""


class LayoutUnknown(HandScannerError):
    """What a scanner types can't be turned back into what it read."""
