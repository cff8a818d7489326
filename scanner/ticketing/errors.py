"""What can go wrong between this program and the API, worded for a person.

TicketingError
├── Unreachable            no answer came: refused, reset, timed out, no such host
│   └── TlsFailure         the server's certificate can't be trusted
├── NotTheApi              something else answered: a captive portal, half a body, no JSON
├── Malformed              JSON of the API's, but not of the documented shape
└── ApiError               the API answered with an error
    ├── BadRequest         400
    ├── Unauthenticated    401
    ├── Forbidden          403
    ├── NotFound           404
    │   └── NoSuchPage     404, the page lies outside the list
    ├── Conflict           409
    ├── UpgradeRequired    412
    ├── TooManyRequests    429, with the seconds to wait where they were told
    └── ServerFault        500 and above
"""

from scanner.errors import ScannerError


class TicketingError(ScannerError):
    """A call to the API did not succeed."""


class Unreachable(TicketingError):
    """No answer came; `sent` is true when the request may have reached the API."""

    def __init__(self, sentence: str, *, sent: bool) -> None:
        super().__init__(sentence)
        self.sent = sent


class TlsFailure(Unreachable):
    """The connection is not private: the certificate can't be trusted."""


class NotTheApi(TicketingError):
    """Something answered that is not the API; what became of the request is unknown."""


class Malformed(TicketingError):
    """The answer lacks what the API documents; `field` names it."""

    def __init__(self, sentence: str, *, field: str) -> None:
        super().__init__(sentence)
        self.field = field


class ApiError(TicketingError):
    """The API's own error: its status and its words."""

    def __init__(self, sentence: str, *, status: int, said: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.said = said


class BadRequest(ApiError):
    """400: what was asked can't be done as it was asked."""


class Unauthenticated(ApiError):
    """401: no key, or a session that has ended."""


class Forbidden(ApiError):
    """403: the key is invalid, or not allowed to do this."""


class NotFound(ApiError):
    """404: there is no such thing."""


class NoSuchPage(NotFound):
    """404: the page lies outside the list."""


class Conflict(ApiError):
    """409: it contradicts something that stands."""


class UpgradeRequired(ApiError):
    """412: the API wants a newer client."""


class TooManyRequests(ApiError):
    """429: wait; `retry_after` in seconds where it was told."""

    retry_after: float | None = None


class ServerFault(ApiError):
    """5xx: the API failed; whether the request had an effect is unknown."""
