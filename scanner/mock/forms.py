"""Makes and reads the contract's formats: identifiers, codes, keys, serials and times."""

import hashlib
import random
import string
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from scanner.mock import errors

LARGEST_NUMBER = 1_000_000_000


def require(body: Mapping[str, object], names: Sequence[str]) -> None:
    """Raise 400 where any of `names` is absent or empty; the error names all of them."""
    lacking = [name for name in names if _empty(body.get(name))]
    if lacking:
        raise errors.missing(lacking)


def refuse_emptied(body: Mapping[str, object], names: Sequence[str]) -> None:
    """Raise 400 where an update would empty any of `names`; absent ones stay unchanged."""
    require(body, [name for name in names if name in body])


def text(body: Mapping[str, object], name: str, default: str = "") -> str:
    """Return a string, or `default` where absent or null; 400 for any other value."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise errors.invalid(name)
    return value


def number(body: Mapping[str, object], name: str, default: float = 0) -> float:
    """Return a number, zero or more; 400 for any other value."""
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise errors.invalid(name)
    if not 0 <= value <= LARGEST_NUMBER:
        raise errors.invalid(name)
    return value


def whole(body: Mapping[str, object], name: str, default: int = 0) -> int:
    """Return an integer, zero or more; 400 for any other value."""
    value = number(body, name, default)
    if value != int(value):
        raise errors.invalid(name)
    return int(value)


def texts(body: Mapping[str, object], name: str) -> list[str]:
    """Return a list of strings; 400 for any other value."""
    value = body.get(name)
    if not isinstance(value, list):
        raise errors.invalid(name)
    strings = [entry for entry in value if isinstance(entry, str)]
    if len(strings) != len(value):
        raise errors.invalid(name)
    return strings


def _empty(value: object) -> bool:
    return value is None or value in ("", [], {})


UPPER = string.ascii_uppercase
UPPER_AND_DIGITS = string.digits + string.ascii_uppercase


def token_code(rng: random.Random) -> str:
    """Return eight characters of 0-9 A-Z."""
    return "".join(rng.choices(UPPER_AND_DIGITS, k=8))


def api_key(rng: random.Random) -> str:
    """Return 32 hexadecimal digits."""
    return f"{rng.getrandbits(128):032x}"


def account_number(rng: random.Random) -> str:
    """Return two letters, a hyphen, and eight characters of A-Z 0-9."""
    return "".join(rng.choices(UPPER, k=2)) + "-" + "".join(rng.choices(UPPER_AND_DIGITS, k=8))


def order_number(rng: random.Random) -> str:
    """Return twelve upper-case hexadecimal digits, as in the vendor's test suite."""
    return f"{rng.getrandbits(48):012X}"


def serial_head(event: str, section: str) -> str:
    """Return the prefix of a section's serials: six letters of the event, a hyphen, four more."""
    return f"{_part(event, 6)}-{_part(section, 4)}"


def _part(name: str, length: int) -> str:
    kept = "".join(letter for letter in name.upper() if letter in UPPER_AND_DIGITS)
    return kept[:length].ljust(length, "X")


def ticket_time(at: datetime) -> str:
    """Write a time as tickets and admissions do: `2024-02-21T14:59:18+00:00`."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def session_time(at: datetime) -> str:
    """Write a time as a session's start does: `2024-02-21 14:59:18`."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def microseconds(at: datetime) -> int:
    """Return microseconds since 1970: finer than any time that the API shows."""
    return int(at.timestamp() * 1_000_000)


def read_time(text: str) -> datetime | None:
    """Read a time in ISO 8601, without a zone as UTC; None where it is malformed.

    A space before the offset is a plus sign that was not encoded in a query.
    """
    head, space, offset = text.strip().rpartition(" ")
    candidate = f"{head}+{offset}" if space and "T" in head else text.strip()
    try:
        at = datetime.fromisoformat(candidate)
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    except ValueError:
        return None


def identifier(text: str) -> int | None:
    """Return the identifier at a URI's end, or alone; None where there is none."""
    last = text.rsplit("/", 1)[-1]
    if not last.isascii() or not last.isdigit() or len(last) > 18:  # noqa: PLR2004 - fits in 64 bits
        return None
    return int(last)


def password_digest(number: str, password: str) -> str:
    """Return a password's hash, salted with the account's number."""
    raw = password.encode("utf-8")
    return hashlib.scrypt(raw, salt=number.encode(), n=4096, r=8, p=1, dklen=32).hex()


def marks(values: Iterable[object]) -> str:
    """Return `count` SQL placeholders, separated by commas."""
    return ", ".join("?" for _ in values)
