"""What keeps the background work from going on, worded for a person.

SyncError
├── NoSession     no session is open, or its key is gone from the key store
├── WrongCode     the code belongs to no admission token
├── KeyNeeded     the API wants a key to open a session with
└── TokenDead     the API no longer takes the session's key or token
"""

from scanner.errors import ScannerError


class SyncError(ScannerError):
    """The gate and the API can't work together until somebody acts."""


class NoSession(SyncError):
    """No session is open on this gate."""

    def __init__(self) -> None:
        super().__init__("No session is open on this gate; open one with `scanner open`.")


class WrongCode(SyncError):
    """The code belongs to no admission token."""

    def __init__(self) -> None:
        super().__init__(
            "This code belongs to no admission token; check it, or ask the supervisor for another."
        )


class KeyNeeded(SyncError):
    """The API wants a key to open a session with."""

    def __init__(self) -> None:
        super().__init__(
            "The ticketing API wants a valid key to open a session with; "
            "log in with `scanner login`, or give one in SCANNER_API_KEY."
        )


class TokenDead(SyncError):
    """The API no longer takes the session's key or token."""

    def __init__(self) -> None:
        super().__init__(
            "The admission token is no longer valid; open a session with a valid token "
            "for this event, and what is queued is delivered."
        )
