"""What can go wrong between this program and the API.

TicketingError
├── Unreachable            no answer came: refused, reset, timed out, no such host
│   └── TlsFailure         the server's certificate can't be trusted
├── NotTheApi              something else answered: a captive portal, half a body, no JSON
├── ListError              a list that has no end, or contradicts itself
├── Malformed              JSON of the API's, but not of the documented shape
├── WrongCode              the code belongs to no admission token
├── KeyNeeded              the platform wants a key to open a session with
└── ApiError               the API answered with an error
    ├── BadRequest         400
    ├── Unauthenticated    401
    │   └── Revoked        401, in the platform's own words for an access that it ended
    ├── Forbidden          403
    │   └── Restricted     403, in the API's own words for a key that is not valid here
    ├── NotFound           404
    │   ├── NoSuchPage     404, the page lies outside the list
    │   └── NoSuchToken    404, the API's own words for a code that is no token's
    ├── Conflict           409
    ├── UpgradeRequired    412
    ├── TooManyRequests    429, with the seconds to wait where they were told
    └── ServerFault        500 and above, with the seconds to wait where they were told
"""

from scanner.errors import ScannerError
from scanner.facts import Code, Fact


class ApiFault(Code):
    """What happened to a call."""

    BAD_KEY = "ticketing.bad_key"
    BAD_URI = "ticketing.bad_uri"
    BAD_ADDRESS = "ticketing.bad_address"
    BAD_PROXY = "ticketing.bad_proxy"
    NO_SOCKS = "ticketing.no_socks"
    PROXY = "ticketing.proxy"
    PROXY_AWAY = "ticketing.proxy_away"
    NOT_CONNECTED = "ticketing.not_connected"
    CONNECT_TIMEOUT = "ticketing.connect_timeout"
    TIMEOUT = "ticketing.timeout"
    BROKEN_OFF = "ticketing.broken_off"
    NEVER_ENDS = "ticketing.never_ends"
    TLS = "ticketing.tls"
    NO_API = "ticketing.no_api"
    UNREADABLE = "ticketing.unreadable"
    TOO_LARGE = "ticketing.too_large"
    NOT_THE_API = "ticketing.not_the_api"
    MALFORMED = "ticketing.malformed"
    OUTCOME_MALFORMED = "ticketing.outcome_malformed"
    ANSWERED = "ticketing.answered"
    REVOKED = "ticketing.revoked"
    LIST_ENDLESS = "ticketing.list_endless"
    LIST_SHORT = "ticketing.list_short"


class AccessFault(Code):
    """Why a gate gets no access."""

    WRONG_CODE = "sync.wrong_code"
    KEY_NEEDED = "sync.key_needed"


class Stranger(Code):
    """What shows that something other than the API has answered."""

    REDIRECT = "ticketing.redirect"
    EMPTY = "ticketing.empty"
    NO_JSON = "ticketing.no_json"
    OTHER_TYPE = "ticketing.other_type"


class FieldFault(Code):
    """What is wrong with a field of an answer."""

    MISSING = "ticketing.field_missing"
    NO_OBJECT = "ticketing.field_no_object"
    NO_LIST = "ticketing.field_no_list"
    NO_TEXTS = "ticketing.field_no_texts"
    NO_TEXT = "ticketing.field_no_text"
    TOO_LONG = "ticketing.field_too_long"
    NO_NUMBER = "ticketing.field_no_number"
    OUT_OF_RANGE = "ticketing.field_out_of_range"
    NO_TIME = "ticketing.field_no_time"
    NO_BOOLEAN = "ticketing.field_no_boolean"


_NOT_SENT = frozenset(
    {
        ApiFault.NOT_CONNECTED,
        ApiFault.CONNECT_TIMEOUT,
        ApiFault.TLS,
        ApiFault.PROXY,
        ApiFault.PROXY_AWAY,
    }
)


class TicketingError(ScannerError):
    """A call to the API did not succeed."""


class Unreachable(TicketingError):
    """No answer came."""

    @property
    def sent(self) -> bool:
        """Tell whether the request may have reached the API."""
        return self.fact.code not in _NOT_SENT


class TlsFailure(Unreachable):
    """The connection is not private: the certificate can't be trusted."""


class NotTheApi(TicketingError):
    """Something answered that is not the API; what became of the request is unknown."""


class ListError(TicketingError):
    """A list could not be read to its end: its pages contradict its total, or never end."""


class Malformed(TicketingError):
    """The answer lacks what the API documents."""

    @property
    def field(self) -> str:
        """The path of the field."""
        return str(self.fact.params["field"])


class WrongCode(TicketingError):
    """The code belongs to no admission token."""

    def __init__(self) -> None:
        super().__init__(AccessFault.WRONG_CODE)


class KeyNeeded(TicketingError):
    """The platform wants a key to open a session with."""

    def __init__(self) -> None:
        super().__init__(AccessFault.KEY_NEEDED)


class ApiError(TicketingError):
    """The API's own error: its status and its words, which hold no key and no token's code."""

    def __init__(self, *, status: int, said: str = "", retry_after: float | None = None) -> None:
        wait = {} if retry_after is None else {"retry_after": retry_after}
        super().__init__(ApiFault.ANSWERED, status=status, said=said, **wait)
        self.status = status
        self.said = said
        self.retry_after = retry_after


class BadRequest(ApiError):
    """400: what was asked can't be done as it was asked."""


class Unauthenticated(ApiError):
    """401: no key, or a session that has ended."""


class Revoked(Unauthenticated):
    """401 in the platform's own words: the access was ended."""

    def __init__(self, *, status: int, said: str = "", retry_after: float | None = None) -> None:
        super().__init__(status=status, said=said, retry_after=retry_after)
        self.fact = Fact(ApiFault.REVOKED, {"said": said.rstrip(". ")})


class Forbidden(ApiError):
    """403: the key is invalid, or not allowed to do this."""


class Restricted(Forbidden):
    """403 in the API's own words: the key is invalid, or not allowed to use this resource."""


class NotFound(ApiError):
    """404: there is no such thing."""


class NoSuchPage(NotFound):
    """404: the page lies outside the list."""


class NoSuchToken(NotFound):
    """404 in the API's own words: the code belongs to no admission token."""


class Conflict(ApiError):
    """409: it contradicts something that stands."""


class UpgradeRequired(ApiError):
    """412: the API wants a newer client."""


class TooManyRequests(ApiError):
    """429: wait; `retry_after` in seconds where it was told."""


class ServerFault(ApiError):
    """5xx: the API failed; whether the request had an effect is unknown."""
