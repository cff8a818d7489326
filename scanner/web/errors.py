"""Why the gate can't be shown in a browser, and what its server says."""

from scanner.errors import ScannerError
from scanner.facts import Code


class WebFault(Code):
    """Why the gate can't be shown in a browser."""

    NO_PASSWORD = "web.no_password"  # noqa: S105 - a code, not a password
    NO_LIBRARY = "web.no_library"
    PORT_UNUSABLE = "web.port_unusable"
    PASSWORD_UNREADABLE = "web.password_unreadable"  # noqa: S105 - likewise
    PASSWORD_EMPTY = "web.password_empty"  # noqa: S105 - likewise
    PASSWORD_SHORT = "web.password_short"  # noqa: S105 - likewise
    PASSWORD_SHARED = "web.password_shared"  # noqa: S105 - likewise
    PASSWORD_NO_HASH = "web.password_no_hash"  # noqa: S105 - likewise
    CERTIFICATE_UNUSABLE = "web.certificate_unusable"


class WebNotice(Code):
    """What the server says, on its terminal or to a browser."""

    OPEN = "web.open"
    UNENCRYPTED = "web.unencrypted"
    TOO_MANY_TRIES = "web.too_many_tries"
    NOT_STARTED = "web.not_started"
    TOO_MANY_WINDOWS = "web.too_many_windows"


class PageWord(Code):
    """What stands on the page around the terminal."""

    OPENING = "web.page_opening"
    ENDED = "web.page_ended"
    AGAIN = "web.page_again"
    CAMERA = "web.page_camera"
    TYPE = "web.page_type"
    FIND = "web.page_find"
    OVERRIDE = "web.page_override"
    LET_IN = "web.page_let_in"
    STATISTICS = "web.page_statistics"
    HELP = "web.page_help"
    BACK = "web.page_back"
    ENTER = "web.page_enter"
    KEYBOARD = "web.page_keyboard"


class PageTrouble(Code):
    """Why a browser gives no frames of its camera; the page knows each by its name."""

    INSECURE = "web.camera_insecure"
    NONE = "web.camera_none"
    REFUSED = "web.camera_refused"
    BUSY = "web.camera_busy"
    FAILED = "web.camera_failed"


class WebError(ScannerError):
    """The gate can't be shown in a browser."""
