"""What can go wrong at the desk, worded for a person.

DeskError
├── NotLoggedIn    nobody has logged in, or for another API than the one that is asked
├── LoginRefused   the API takes neither this account, password nor key
└── Unclear        a name that stands for nothing at the API, or for more than one thing
"""

from scanner.errors import ScannerError


class DeskError(ScannerError):
    """The desk can't do what was asked."""


class NotLoggedIn(DeskError):
    """There is no key to ask the API with."""


class LoginRefused(DeskError):
    """The API doesn't take what was given to log in with."""


class Unclear(DeskError):
    """What was named is not exactly one event, token or section."""
