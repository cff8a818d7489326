"""What keeps a venue from being made, joined or used.

ScannerError
└── VenueError             says which, by a `VenueFault`
    ├── NeedsExtra         the libraries are not installed
    ├── NoVenue            this gate belongs to none
    ├── Unfit              a text, a file or a picture is no invitation, or not a whole one
    ├── Sealed             what came can't be opened with the venue's key
    └── Unreachable        no node answers
"""

from scanner.errors import ScannerError
from scanner.facts import Code, Value


class VenueFault(Code):
    """What is wrong about a venue, or on the way to it."""

    NEEDS_EXTRA = "venue.needs_extra"
    NO_VENUE = "venue.no_venue"
    ALREADY = "venue.already"
    MEMBER = "venue.member"
    ADMINISTERS = "venue.administers"
    EXISTS = "venue.exists"
    UNREADABLE = "venue.unreadable"
    UNKNOWN_FILE = "venue.unknown_file"
    UNWRITABLE = "venue.unwritable"
    NO_AUTHORITY = "venue.no_authority"
    HOLDS_AUTHORITY = "venue.holds_authority"
    TWO_NODES = "venue.two_nodes"
    UNFIT_NAME = "venue.unfit_name"
    UNFIT_ADDRESS = "venue.unfit_address"
    NO_INVITATION = "venue.no_invitation"
    NEWER_INVITATION = "venue.newer_invitation"
    DAMAGED_INVITATION = "venue.damaged_invitation"
    UNREAD_PICTURE = "venue.unread_picture"
    SEALED = "venue.sealed"
    UNREACHABLE = "venue.unreachable"
    REFUSED = "venue.refused"
    NO_GATE = "venue.no_gate"
    SEVERAL_GATES = "venue.several_gates"
    ITSELF = "venue.itself"
    NOT_EXPELLED = "venue.not_expelled"
    NOT_REGISTERED = "venue.not_registered"
    NOT_HELD = "venue.not_held"
    NO_TICKET = "venue.no_ticket"
    NO_QUEUE_FILE = "venue.no_queue_file"
    NEWER_QUEUE_FILE = "venue.newer_queue_file"
    OTHER_VENUES = "venue.other_venues_queue_file"
    NOT_WHOLE = "venue.queue_file_not_whole"
    CHANGED = "venue.queue_file_changed"
    TOO_LARGE = "venue.queue_file_too_large"
    OLDER = "venue.queue_file_older"
    OWN = "venue.queue_file_own"
    BUSY = "venue.queue_busy"


class VenueError(ScannerError):
    """Something of the venue can't be done."""


class NeedsExtra(VenueError):
    """The libraries of a venue are not installed."""

    def __init__(self) -> None:
        super().__init__(VenueFault.NEEDS_EXTRA)


class NoVenue(VenueError):
    """This gate belongs to no venue."""

    def __init__(self) -> None:
        super().__init__(VenueFault.NO_VENUE)


class Unfit(VenueError):
    """What should be an invitation is none, or has come to harm."""


class Sealed(VenueError):
    """A message can't be opened: another venue's key closed it, or it was changed or moved."""

    def __init__(self) -> None:
        super().__init__(VenueFault.SEALED)


class Unreachable(VenueError):
    """No node of the venue answers."""

    def __init__(self, **params: Value) -> None:
        super().__init__(VenueFault.UNREACHABLE, **params)
