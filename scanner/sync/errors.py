"""What keeps the background work from going on.

SyncError
├── NameEmpty     the guard or the device has no name
├── NoSession     no session is open, or its key is gone from the key store
├── OtherEvent    the token is for another event than the gate is open for
├── OtherPlatform what opens it is another platform's than the gate's that runs
├── NameTaken     another gate of the event has the device's name
└── TokenDead     the API no longer takes the session's key or token
"""

from scanner.errors import ScannerError
from scanner.facts import Code


class SyncFault(Code):
    """Why the gate and the API can't work together."""

    NO_SESSION = "sync.no_session"
    NAME_EMPTY = "sync.name_empty"
    NAME_TAKEN = "sync.name_taken"
    OTHER_EVENT = "sync.other_event"
    OTHER_PLATFORM = "sync.other_platform"
    TOKEN_DEAD = "sync.token_dead"  # noqa: S105 - a code


class SyncError(ScannerError):
    """The gate and the API can't work together until somebody acts."""


class NoSession(SyncError):
    """No session is open on this gate."""

    def __init__(self) -> None:
        super().__init__(SyncFault.NO_SESSION)


class NameEmpty(SyncError):
    """The guard or the device has no name."""

    def __init__(self) -> None:
        super().__init__(SyncFault.NAME_EMPTY)


class OtherPlatform(SyncError):
    """A gate that runs can't go on at another platform: what it asks and reads would differ."""

    def __init__(self) -> None:
        super().__init__(SyncFault.OTHER_PLATFORM)


class NameTaken(SyncError):
    """Another gate of the event has the device's name; `redeemer` let patrons in there."""

    def __init__(self, device: str, redeemer: str | None) -> None:
        super().__init__(SyncFault.NAME_TAKEN, device=device, redeemer=redeemer or "?")


class OtherEvent(SyncError):
    """The token is for another event, of this title, than the gate is open for."""

    def __init__(self, title: str) -> None:
        super().__init__(SyncFault.OTHER_EVENT, event=title)


class TokenDead(SyncError):
    """The API no longer takes the session's key or token."""

    def __init__(self) -> None:
        super().__init__(SyncFault.TOKEN_DEAD)
