"""From an HTTP answer to JSON, or to the error that it is."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from scanner.facts import Fact
from scanner.platform.errors import (
    ApiError,
    ApiFault,
    BadRequest,
    Conflict,
    Forbidden,
    NotFound,
    NotTheApi,
    ServerFault,
    Stranger,
    TooManyRequests,
    Unauthenticated,
    UpgradeRequired,
)
from scanner.platform.server_time import in_utc

if TYPE_CHECKING:
    import httpx

_KINDS: dict[int, type[ApiError]] = {
    400: BadRequest,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: UpgradeRequired,
    429: TooManyRequests,
}
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SECRET = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{32}(?![0-9A-Za-z])")
_CODE = re.compile(r"(/tokens/)[^/\s]+")
OwnWords = Mapping[type[ApiError], Sequence[tuple[re.Pattern[str], type[ApiError]]]]
"""What a platform's own sentences mean; a proxy says the same status in other words."""

_LONGEST_SAID = 300


def body_of(
    answer: "httpx.Response",
    content: bytes,
    host: str,
    own_words: OwnWords,
    accepted: Collection[int] = (),
) -> Any:
    """Return the JSON of a good answer, or of an accepted status; `None` for an empty one.

    Raises:
        ApiError: one of its kinds, for the API's own errors.
        NotTheApi: where something else has answered.
    """
    if answer.is_redirect:
        raise _stranger(host, Fact(Stranger.REDIRECT))
    found = _json(answer, content, host)
    if answer.is_success or answer.status_code in accepted:
        return found
    raise _error(answer, found, own_words)


def server_time(answer: "httpx.Response") -> datetime | None:
    """Return the answer's `Date`, in UTC; `None` where it is missing or can't be read."""
    return _http_date(answer.headers.get("date", ""))


def _http_date(text: str) -> datetime | None:
    """Read an HTTP date; one without a zone is in UTC (RFC 9110, 5.6.7)."""
    try:
        return in_utc(parsedate_to_datetime(text))
    except (ValueError, TypeError, OverflowError):
        return None


def _json(answer: "httpx.Response", content: bytes, host: str) -> Any:
    if not content:
        if answer.is_success and answer.status_code != 204:  # noqa: PLR2004 - No Content
            raise _stranger(host, Fact(Stranger.EMPTY))
        return None
    # Whatever page a proxy sends with them, these say what there is to say.
    proxys = answer.status_code >= 500 or answer.status_code == 429  # noqa: PLR2004
    kind = answer.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind and not kind.endswith("json"):
        if proxys:
            return None
        raise _stranger(host, Fact(Stranger.OTHER_TYPE, {"kind": printable(kind) or "?"}))
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        if proxys:
            return None
        raise _stranger(host, Fact(Stranger.NO_JSON)) from None


def _error(answer: "httpx.Response", found: Any, own_words: OwnWords) -> ApiError:
    status = answer.status_code
    said = _said(found)
    kind = _KINDS.get(status, ServerFault if status >= 500 else ApiError)  # noqa: PLR2004
    for words, meaning in own_words.get(kind, ()):
        if words.search(said):
            kind = meaning
    if kind in (TooManyRequests, ServerFault):
        return kind(status=status, said=said, retry_after=_retry_after(answer))
    return kind(status=status, said=said)


def _said(found: Any) -> str:
    """Read a platform's words from a body of a known shape."""
    if not isinstance(found, dict):
        return ""
    said = found.get("error") or found.get("message") or found.get("detail") or ""
    return printable(said) if isinstance(said, str) else ""


def printable(text: str) -> str:
    """Make a text fit to be shown: keys and a token's code in an address are blanked."""
    plain = _CODE.sub(r"\1(code)", _SECRET.sub("(key)", _UNPRINTABLE.sub(" ", text)))
    return plain[:_LONGEST_SAID].strip()


def _stranger(host: str, what: Fact) -> NotTheApi:
    return NotTheApi(ApiFault.NOT_THE_API, host=host, what=what)


def _retry_after(answer: "httpx.Response") -> float | None:
    """Read `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3)."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(min(int(text[:9]), 86_400))
    until = _http_date(text)
    if until is None:
        return None
    now = server_time(answer) or datetime.now(UTC)
    return max(0.0, min((until - now).total_seconds(), 86_400))
