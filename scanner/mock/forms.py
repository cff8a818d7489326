"""The forms of the contract: identifiers, codes, keys, serials and times, made and read."""

import hashlib
import random
import string
from collections.abc import Iterable
from datetime import UTC, datetime

UPPER = string.ascii_uppercase
UPPER_AND_DIGITS = string.digits + string.ascii_uppercase


def token_code(rng: random.Random) -> str:
    """Eight of 0-9 A-Z."""
    return "".join(rng.choices(UPPER_AND_DIGITS, k=8))


def api_key(rng: random.Random) -> str:
    """32 hexadecimal digits."""
    return f"{rng.getrandbits(128):032x}"


def account_number(rng: random.Random) -> str:
    """Two letters, a hyphen, eight of A-Z 0-9."""
    return "".join(rng.choices(UPPER, k=2)) + "-" + "".join(rng.choices(UPPER_AND_DIGITS, k=8))


def order_number(rng: random.Random) -> str:
    """Twelve upper-case hexadecimal digits, as in the vendor's test suite."""
    return f"{rng.getrandbits(48):012X}"


def serial_head(event: str, section: str) -> str:
    """What all serials of a section begin with: six of the event's title, a hyphen, four."""
    return f"{_part(event, 6)}-{_part(section, 4)}"


def _part(name: str, length: int) -> str:
    kept = "".join(letter for letter in name.upper() if letter in UPPER_AND_DIGITS)
    return kept[:length].ljust(length, "X")


def ticket_time(at: datetime) -> str:
    """`2024-02-21T14:59:18+00:00`, the form of tickets and admissions."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def session_time(at: datetime) -> str:
    """`2024-02-21 14:59:18`, the form of a session's start."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def microseconds(at: datetime) -> int:
    """Microseconds since 1970, finer than any time that the API shows."""
    return int(at.timestamp() * 1_000_000)


def read_time(text: str) -> datetime | None:
    """A time in ISO 8601, without zone in UTC; None when it is not one.

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
    """The identifier at the end of a URI, or alone; None when there is none."""
    last = text.rsplit("/", 1)[-1]
    if not last.isascii() or not last.isdigit() or len(last) > 18:  # noqa: PLR2004 - fits in 64 bits
        return None
    return int(last)


def password_digest(number: str, password: str) -> str:
    """What is kept of a password, salted with the account's number."""
    raw = password.encode("utf-8")
    return hashlib.scrypt(raw, salt=number.encode(), n=4096, r=8, p=1, dklen=32).hex()


def marks(values: Iterable[object]) -> str:
    """As many question marks, for an SQL list of values."""
    return ", ".join("?" for _ in values)
