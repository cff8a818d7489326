"""What keeps a device of pretix from being set up.

TicketingError
├── SetupError             says which, by a `SetupFault`
└── KeyNeeded
    └── KeyRefused         pretix does not take the device's key
"""

from scanner.facts import Code
from scanner.platform.errors import KeyNeeded, TicketingError


class SetupFault(Code):
    """Why a device can't be set up, or a gate not be opened with it."""

    NEWER_HANDSHAKE = "pretix.newer_handshake"
    TOKEN_UNKNOWN = "pretix.token_unknown"  # noqa: S105 - a fact's name
    TOKEN_USED = "pretix.token_used"  # noqa: S105 - a fact's name
    TOKEN_REVOKED = "pretix.token_revoked"  # noqa: S105 - a fact's name
    TOKEN_REFUSED = "pretix.token_refused"  # noqa: S105 - a fact's name
    ANSWER_LOST = "pretix.answer_lost"
    NO_LIST = "pretix.no_list"
    KEY_REFUSED = "pretix.key_refused"


class SetupWarning(Code):
    """What keeps a device that was set up from doing a gate's work well."""

    PROFILE = "pretix.profile"


class SetupError(TicketingError):
    """A device could not be set up."""


class KeyRefused(KeyNeeded):
    """The device's key is not taken: it was revoked, or another one has taken its place."""

    def __init__(self) -> None:
        TicketingError.__init__(self, SetupFault.KEY_REFUSED)


class PretixRefusal(Code):
    """Why pretix refuses a ticket, beside that it was admitted before; the reasons are pretix's."""

    UNKNOWN = "pretix.unknown"
    UNPAID = "pretix.unpaid"
    CANCELED = "pretix.canceled"
    UNAPPROVED = "pretix.unapproved"
    BLOCKED = "pretix.blocked"
    REVOKED = "pretix.revoked"
    PRODUCT = "pretix.product"
    AMBIGUOUS = "pretix.ambiguous"
    RULES = "pretix.rules"
    INVALID_TIME = "pretix.invalid_time"
    INCOMPLETE = "pretix.incomplete"
    NOT_TAKEN = "pretix.not_taken"
    OTHER = "pretix.other"
    EXPLAINED = "pretix.explained"
