"""What can go wrong at the desk.

DeskError
├── NotLoggedIn    nobody is logged in, or at another API than the one that is asked
├── LoginRefused   the API doesn't accept this account, password or key
├── NoDevice       this computer was not set up as a device of a pretix
└── Unclear        a name stands for nothing at the API, or for more than one thing
"""

from scanner.errors import ScannerError
from scanner.facts import Code


class LoginFault(Code):
    """Why there is no login to ask the API with, or none to end."""

    NOT_LOGGED_IN = "desk.not_logged_in"
    NOTHING_TO_END = "desk.nothing_to_end"
    OTHER_API = "desk.other_api"
    NO_KEY_GIVEN = "desk.no_key_given"
    IMPOSSIBLE_KEY = "desk.impossible_key"
    KEY_REFUSED = "desk.key_refused"
    KEY_WANTED = "desk.key_wanted"
    KEY_STARTS_NO_SESSION = "desk.key_starts_no_session"
    WRONG_PASSWORD = "desk.wrong_password"  # noqa: S105 - a code, not a password
    NO_ACCOUNT = "desk.no_account"


class NameFault(Code):
    """Why a name is not exactly one event, token or section."""

    NO_EVENT = "desk.no_event"
    TOKEN_OF_ANOTHER_EVENT = "desk.token_of_another_event"  # noqa: S105 - a code, no secret
    NO_TOKEN = "desk.no_token"  # noqa: S105 - likewise
    NO_SECTION = "desk.no_section"
    NO_SECTIONS = "desk.no_sections"
    SECTION_AMBIGUOUS = "desk.section_ambiguous"


class ChoiceFault(Code):
    """Why there is no check-in list to open a gate for."""

    NO_DEVICE = "desk.no_device"
    NO_EVENTS = "desk.no_events"
    NO_SUCH_EVENT = "desk.no_such_event"
    SEVERAL_EVENTS = "desk.several_events"
    NO_LISTS = "desk.no_lists"
    NO_SUCH_LIST = "desk.no_such_list"
    SEVERAL_LISTS = "desk.several_lists"


class DeskError(ScannerError):
    """The desk can't do what was asked."""


class NotLoggedIn(DeskError):
    """There is no key to ask the API with."""


class LoginRefused(DeskError):
    """The API doesn't accept what was given to log in with."""


class NoDevice(DeskError):
    """This computer was not set up as a device of a pretix."""

    def __init__(self) -> None:
        super().__init__(ChoiceFault.NO_DEVICE)


class Unclear(DeskError):
    """A name is not exactly one event, token, section or check-in list."""
