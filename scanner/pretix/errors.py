"""What keeps a device of pretix from being set up.

SetupError                 says which, by a `SetupFault`
"""

from scanner.facts import Code
from scanner.platform.errors import TicketingError


class SetupFault(Code):
    """Why a device can't be set up, or a gate not be opened with it."""

    NEWER_HANDSHAKE = "pretix.newer_handshake"
    TOKEN_UNKNOWN = "pretix.token_unknown"  # noqa: S105 - a fact's name
    TOKEN_USED = "pretix.token_used"  # noqa: S105 - a fact's name
    TOKEN_REVOKED = "pretix.token_revoked"  # noqa: S105 - a fact's name
    TOKEN_REFUSED = "pretix.token_refused"  # noqa: S105 - a fact's name
    ANSWER_LOST = "pretix.answer_lost"
    NO_LIST = "pretix.no_list"


class SetupWarning(Code):
    """What keeps a device that was set up from doing a gate's work well."""

    PROFILE = "pretix.profile"


class SetupError(TicketingError):
    """A device could not be set up."""
